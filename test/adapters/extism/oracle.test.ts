/** Our host functions beside those of the Extism SDK: the same for guests that behave, and where they part. */
import { createPlugin } from '@extism/extism';
import { describe, expect, it } from 'vitest';
import { callGuest } from '../../../src/adapters/extism/guest-call.ts';
import { compileModule } from '../../support/guests/compile.ts';
import { guestBytes } from '../../support/guests/guest-bytes.ts';

const config = { language: 'de' };
const kit = await compileModule(guestBytes('kit'));

async function callOurs(module: WebAssembly.Module, name: string, input: string): Promise<string> {
  const reply = await callGuest(module, {
    export: name,
    input: new TextEncoder().encode(input),
    config,
  });
  return reply.ok ? new TextDecoder().decode(reply.value.output) : `error: ${reply.error.code}`;
}

async function callTheirs(
  module: WebAssembly.Module,
  name: string,
  input: string,
): Promise<string> {
  const plugin = await createPlugin(module, { config });
  try {
    return (await plugin.call(name, input))?.text() ?? '';
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return message.startsWith('Plugin-originated error') ? 'error: plugin_error' : 'error: other';
  } finally {
    await plugin.close();
  }
}

describe('callGuest() beside the SDK', () => {
  it.each([
    ['echo', ''],
    ['echo', 'eight by'],
    ['echo', 'höchst — 漢字 👩‍👩‍👧'],
    ['echo_offset', 'by its block'],
    ['nothing', 'x'],
    ['no_result', 'x'],
    ['error', 'told'],
    ['error_and_zero', 'told'],
    ['config', 'language'],
    ['config', 'country'],
    ['var_write_read', 'kept'],
    ['var_read', ''],
    ['log', 'said'],
    ['grow', ''],
    ['late_write', 'abc'],
  ])('gives the same for %s of "%s"', async (name, input) => {
    expect(await callOurs(kit, name, input)).toBe(await callTheirs(kit, name, input));
  });

  it.each(['reactor', 'command'])('initialises a %s as the SDK does', async (name) => {
    const guest = await compileModule(guestBytes(name));
    expect(await callOurs(guest, 'state', '')).toBe(await callTheirs(guest, 'state', ''));
  });

  it.each(['init-global', 'init-i64'])('refuses %s as the SDK does', async (name) => {
    const guest = await compileModule(guestBytes(name));
    expect(await callOurs(guest, 'run', '')).toBe('error: link_error');
    await expect(callTheirs(guest, 'run', '')).rejects.toThrow(TypeError);
  });

  // Each of these is why the SDK's own host functions are not used.
  it.each([
    ['middle', 'abcdefgh', 'cdefg', 'abcdefgh'],
    ['code', '', 'error: plugin_error', ''],
    ['config', '__proto__', '?', 'error: other'],
    ['config', 'toString', '?', 'error: other'],
    ['past_end_word', '', 'error: bad_pointer', 'error: other'],
    ['use_freed', '', 'error: bad_pointer', ''],
    ['var_many', '', 'error: var_limit', ''],
    ['var_much', '', 'error: var_limit', ''],
  ])('parts from the SDK for %s of "%s"', async (name, input, ours, theirs) => {
    expect(await callOurs(kit, name, input)).toBe(ours);
    expect(await callTheirs(kit, name, input)).toBe(theirs);
  });
});
