/** Compiling at run time, which only Node does. */

// SAFETY: the types are a Worker's, where `compile` is refused; Node has it.
const engine = WebAssembly as unknown as {
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
};

export function compileModule(bytes: Uint8Array): Promise<WebAssembly.Module> {
  return engine.compile(bytes);
}
