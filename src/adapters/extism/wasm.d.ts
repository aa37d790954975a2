/** A module that the platform or the build compiled, and bytes that came with the Worker. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export { module as default };
}
declare module '*.bin' {
  const bytes: ArrayBuffer;
  export { bytes as default };
}
