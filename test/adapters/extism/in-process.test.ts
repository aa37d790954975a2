/** The sandbox without an isolate, in Node: with guests as they are, and metered as uploads are. */
import { createInProcessSandbox } from '../../../src/adapters/extism/in-process.ts';
import { FUEL_EXPORT, START_FUEL } from '../../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { describeSandbox } from '../../contracts/sandbox.ts';
import { compileModule } from '../../support/guests/compile.ts';

const validate = (wasm: Uint8Array): boolean => WebAssembly.validate(wasm);

describeSandbox('in process', (bytes) =>
  createInProcessSandbox({ bytes, compile: compileModule, validate }),
);

describeSandbox(
  'in process, metered',
  (bytes) =>
    createInProcessSandbox({
      bytes,
      validate,
      compile(wasm) {
        const metered = instrumentModule(wasm, { fuelExport: FUEL_EXPORT, startFuel: START_FUEL });
        // Guests that no upload could be are run as they are.
        return compileModule(metered.ok ? metered.value.wasm : wasm);
      },
    }),
  { isMetered: true },
);
