/** A plugin to measure. */
export interface Guest {
  readonly language: string;
  readonly wasm: Uint8Array;
  /** Gives what does all of its work, in instances of its own, as calls have them. */
  readonly open: (module: WebAssembly.Module) => () => readonly unknown[];
}
