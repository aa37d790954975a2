/** Guests that do what the modules of the Extism SDKs' tests do: they find no difference between hosts. */
import { createPlugin } from '@extism/extism';
import { expect, it } from 'vitest';
import { callGuest } from '../../../src/adapters/extism/guest-call.ts';
import { compileModule } from '../../support/guests/compile.ts';
import { guestBytes } from '../../support/guests/guest-bytes.ts';
import { FUEL_EXPORT, START_FUEL } from '../../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';

const config = { thing: 'é 語' };
const bytes = guestBytes('corpus');
const made = instrumentModule(bytes, { fuelExport: FUEL_EXPORT, startFuel: START_FUEL });
if (!made.ok) throw new Error(made.error.message);
const [metered, original] = await Promise.all([made.value.wasm, bytes].map(compileModule));

async function ours(name: string, input: string): Promise<string> {
  const encoded = new TextEncoder().encode(input);
  const reply = await callGuest(metered!, { export: name, input: encoded, config });
  return reply.ok ? new TextDecoder().decode(reply.value.output) : 'an error';
}

async function theirs(name: string, input: string): Promise<string> {
  const plugin = await createPlugin(original!, { config });
  try {
    return (await plugin.call(name, input))?.text() ?? '';
  } catch {
    return 'an error';
  } finally {
    await plugin.close();
  }
}

it.each([
  ['hello', ''],
  ['testing', ''],
  ['reflect', 'höchst — 漢字'],
  ['upper', 'abc xyz 1'],
  ['input_offset_length', 'input data'],
  ['consume', 'x'],
  ['consume', 'x'.repeat(200_000)],
  ['alloc_free', ''],
  ['setting', ''],
  ['variable', ''],
  ['log', ''],
  ['fail', ''],
  ['trap', ''],
])('%s answers here as in the SDK', async (name, input) => {
  expect(await ours(name, input)).toBe(await theirs(name, input));
});
