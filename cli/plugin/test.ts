/** `composer plugin test`: calls what `cases.json` lists, and compares. */
import { join, resolve } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import * as z from 'zod';
import { createClock } from '../../src/adapters/system/clock.ts';
import { parseJson } from '../../src/core/json.ts';
import { createFunctions } from '../../src/runtime/functions.ts';
import { findPinned } from '../../src/core/plugin/find-function.ts';
import { readText } from '../files.ts';
import { EXIT, PlainError, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { printable } from '../text.ts';
import { readPluginFile, readProject } from './project.ts';
import { reportFindings } from './report.ts';
import { examine, load } from './sandbox.ts';
import type { Examined } from './sandbox.ts';

const schema = z
  .array(
    z.strictObject({
      name: z.string().optional(),
      function: z.string(),
      input: z.json(),
      config: z.record(z.string(), z.string()).optional(),
      /** What must come back. */
      output: z.json().optional(),
      /** Or the code of the error. */
      error: z.string().optional(),
    }),
  )
  .min(1);

type Case = z.infer<typeof schema>[number];

export async function testPlugin(args: readonly string[], io: Io): Promise<ExitCode> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  const [word = '.', ...more] = positionals;
  if (more.length > 0) throw new UsageError('name one folder');
  const { folder } = readProject(word, io);
  const cases = readCases(join(word, 'cases.json'), resolve(folder, 'cases.json'));
  const file = readPluginFile(word, undefined, io);
  const examined = examine(file);
  reportFindings(file, examined, io);
  if (!examined.valid) return EXIT.findings;
  const call = await caller(examined, file.label);
  let failed = 0;
  for (const each of cases) {
    const found = await call(each);
    if (found !== undefined) failed += 1;
    const label = printable(each.name ?? `${each.function} of ${JSON.stringify(each.input)}`);
    io.out(`${found === undefined ? 'ok  ' : 'FAIL'} ${label}\n`);
    if (found !== undefined) io.out(`     ${printable(found)}\n`);
  }
  io.out(`${cases.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? EXIT.fine : EXIT.findings;
}

function readCases(label: string, path: string): readonly Case[] {
  const read = readText(path);
  if (read.text === undefined) throw new PlainError(`cannot read "${label}": ${read.reason}`);
  const parsed = parseJson(read.text);
  if (parsed === undefined) throw new PlainError(`"${label}" is not JSON`);
  const cases = schema.safeParse(parsed.value);
  if (cases.success) return cases.data;
  const [issue] = cases.error.issues;
  throw new PlainError(`"${label}": ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** Input and output go the way that the server's go. Gives why a case fails. */
async function caller(examined: Examined, label: string) {
  const { manifest } = examined;
  if (manifest === undefined) throw new PlainError(`"${label}" has no manifest`);
  const plugin = await load(examined, label);
  const { name, version } = manifest;
  const listed = { name, version, hash: '', bundled: false, manifest };
  const functions = createFunctions({
    catalog: { listPlugins: async () => [] },
    sandbox: {
      call: ({ export: target, input, config }) => plugin.call(target, input, config),
    },
    clock: createClock(),
    // As on a server that has granted nothing.
    grants: { find: async () => undefined },
    settings: { find: async () => undefined },
  });
  return async (each: Case): Promise<string | undefined> => {
    const found = findPinned([listed], `${name}.${each.function}`);
    if (!found.ok) return found.error.message;
    const { input, config = {} } = each;
    const request = { tenant: 'local', target: found.value, input, config };
    const reply = await functions.call(request, new AbortController().signal);
    if (!reply.ok) {
      const { code, message } = reply.error;
      return each.error === code ? undefined : `ended with ${code}: ${message}`;
    }
    const given = JSON.stringify(reply.value.output);
    if (each.error !== undefined) return `gave ${given}, and not the error ${each.error}`;
    if (isDeepStrictEqual(reply.value.output, each.output)) return undefined;
    return `gave ${given}, and not ${JSON.stringify(each.output)}`;
  };
}
