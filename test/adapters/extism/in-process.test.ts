/** The sandbox without an isolate, in Node. */
import { createInProcessSandbox } from '../../../src/adapters/extism/in-process.ts';
import { describeSandbox } from '../../contracts/sandbox.ts';

// SAFETY: the types are a Worker's, where `compile` is refused; Node has it.
const { compile } = WebAssembly as unknown as {
  compile: (bytes: Uint8Array) => Promise<WebAssembly.Module>;
};

describeSandbox('in process', (bytes) =>
  createInProcessSandbox({
    bytes,
    compile,
    validate: (wasm) => WebAssembly.validate(wasm),
  }),
);
