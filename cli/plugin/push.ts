/** `composer plugin push`: uploads a plugin to a server. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { Issue } from '../../src/core/errors.ts';
import { EXIT, PlainError, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { printable } from '../text.ts';
import { readPluginFile } from './project.ts';
import type { PluginFile } from './project.ts';
import { reportFindings } from './report.ts';
import { examine } from './sandbox.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:8787';
const TIMEOUT_MS = 120_000;

const stored = z.object({ name: z.string(), version: z.string(), hash: z.string() });
const problem = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z
    .array(z.custom<Issue>((value) => typeof value === 'object' && value !== null))
    .optional(),
});

export async function pushPlugin(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      server: { type: 'string' },
      key: { type: 'string' },
      manifest: { type: 'string' },
      version: { type: 'string' },
    },
  });
  const [word = '.', ...more] = positionals;
  if (more.length > 0) throw new UsageError('name one plugin');
  const server = serverOf(values.server ?? io.env['EC_SERVER'] ?? DEFAULT_SERVER);
  const file = readPluginFile(word, values.manifest, io);
  const examined = examine(file);
  reportFindings(file, examined, io);
  if (!examined.valid) return EXIT.findings;
  const { name, version } = nameOf(file, { manifest: examined.manifest, version: values.version });
  const path = `/v1/plugins/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
  const key = values.key ?? io.env['EC_KEY'];
  const answer = await send(new URL(path, server), file, key);
  return tell(answer, file, io);
}

function serverOf(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new UsageError(`"${text}" is no address of a server: write http:// or https://`);
}

/** A file without a manifest is named after itself. */
function nameOf(
  file: PluginFile,
  given: {
    manifest: { readonly name: string; readonly version: string } | undefined;
    version: string | undefined;
  },
): { readonly name: string; readonly version: string } {
  const { manifest, version } = given;
  if (file.manifest !== undefined && manifest !== undefined) return manifest;
  const name = basename(file.label)
    .replace(/\.\w+$/, '')
    .toLowerCase()
    .replaceAll('_', '-');
  if (version !== undefined) return { name, version };
  throw new PlainError('a file without a manifest needs --version');
}

async function send(url: URL, file: PluginFile, key: string | undefined): Promise<Response> {
  const type = file.language === 'javascript' ? 'text/javascript' : 'application/wasm';
  const form = new FormData();
  form.set('module', new Blob([new Uint8Array(file.bytes)], { type }), basename(file.label));
  if (file.manifest !== undefined) {
    // As a file: the lines of a text field would be ended anew.
    form.set('manifest', new Blob([file.manifest.text]), 'plugin.yaml');
  }
  try {
    return await fetch(url, {
      method: 'PUT',
      body: form,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      // A key is for this server alone.
      redirect: 'error',
      ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
    });
  } catch {
    throw new PlainError(`cannot reach ${url.origin}`);
  }
}

async function tell(answer: Response, file: PluginFile, io: Io): Promise<ExitCode> {
  const body: unknown = await answer.json().catch(() => undefined);
  const version = stored.safeParse(body);
  if (answer.ok && version.success) {
    const { name, version: number, hash } = version.data;
    const verb = answer.status === 201 ? 'stored' : 'is there already';
    io.out(`${printable(`${name}@${number}`)}: ${verb} (${printable(hash).slice(0, 12)})\n`);
    return EXIT.fine;
  }
  const refusal = problem.safeParse(body);
  if (!refusal.success) throw new PlainError(`the server answers ${answer.status}, and no reason`);
  const { code, detail, errors = [] } = refusal.data;
  io.err(`composer plugin push: ${printable(detail)} [${printable(code)}]\n`);
  reportFindings(file, { diagnostics: errors }, io);
  // What is wrong with the plugin is a finding; that one may not ask, or the server is down, is not.
  return answer.status === 409 || answer.status === 422 ? EXIT.findings : EXIT.failed;
}
