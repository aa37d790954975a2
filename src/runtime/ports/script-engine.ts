/** The module that plugins in JavaScript are packed with. */

export interface ScriptEngine {
  /** Bytes of the engine; not to be written to. */
  bytes(): Uint8Array;
}
