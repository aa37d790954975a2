/** A module that the platform or the build compiled. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export { module as default };
}
