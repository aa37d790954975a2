/** Which server a provider's name stands for, and with which key it is asked. */
import { knownServer, KNOWN_SERVERS } from '../../runtime/models/known-servers.ts';
import type { ServerKind } from '../../runtime/models/known-servers.ts';

export interface ModelServer {
  readonly kind: ServerKind;
  /** Absent: the provider's own address. */
  readonly baseUrl?: string;
  /** Absent: none is sent, as to a server on the same machine. */
  readonly apiKey?: string;
  /** False: the server does not take a JSON Schema, so the model is told of it in words. */
  readonly structuredOutputs?: boolean;
}

export type ModelServers = ReadonlyMap<string, ModelServer>;

/** Servers that speak OpenAI's protocol: set up as soon as there is a key. */
const COMPATIBLE = Object.entries(KNOWN_SERVERS).flatMap(([name, { kind }]) =>
  kind === 'compatible' ? [name] : [],
);

const OWN = [
  { name: 'openai', kind: 'openai', key: 'OPENAI_API_KEY', url: 'OPENAI_BASE_URL' },
  { name: 'anthropic', kind: 'anthropic', key: 'ANTHROPIC_API_KEY', url: 'ANTHROPIC_BASE_URL' },
  { name: 'google', kind: 'google', key: 'GOOGLE_GENERATIVE_AI_API_KEY', url: 'GOOGLE_BASE_URL' },
  { name: 'elevenlabs', kind: 'elevenlabs', key: 'ELEVENLABS_API_KEY', url: 'ELEVENLABS_BASE_URL' },
] as const;

/** `mock` is always there. */
const RESERVED = new Set(['mock', ...OWN.map(({ name }) => name)]);
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Names of variables and secrets that say which models there are. */
export function serverVariables(named: string): string[] {
  const own = OWN.flatMap(({ key, url }) => [key, url]);
  const others = [...COMPATIBLE, ...namesIn(named)].flatMap((name) => [keyOf(name), urlOf(name)]);
  return [...new Set(['MODEL_SERVERS', ...own, ...others])];
}

/** Throws an Error that names the variable that is wrong, and no value. */
export function readServers(env: object): ModelServers {
  const variable = (name: string): string | undefined => {
    // SAFETY: an environment is a record; what is no text is none of ours.
    const value = (env as Record<string, unknown>)[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const servers = new Map<string, ModelServer>();
  for (const { name, kind, key, url } of OWN) {
    const apiKey = variable(key);
    const baseUrl = readUrl(url, variable(url));
    if (apiKey === undefined && baseUrl === undefined) continue;
    servers.set(name, { kind, ...(baseUrl && { baseUrl }), ...(apiKey && { apiKey }) });
  }
  const named = readNamed(variable('MODEL_SERVERS') ?? '');
  for (const name of new Set([...COMPATIBLE, ...named.keys()])) {
    const apiKey = variable(keyOf(name));
    const given = named.get(name) ?? readUrl(urlOf(name), variable(urlOf(name)));
    const baseUrl = given ?? (apiKey === undefined ? undefined : knownServer(name)?.url);
    if (baseUrl === undefined) continue;
    servers.set(name, { kind: 'compatible', baseUrl, ...(apiKey && { apiKey }) });
  }
  return servers;
}

function keyOf(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_API_KEY`;
}

function urlOf(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_BASE_URL`;
}

function namesIn(text: string): string[] {
  return pairsIn(text).map(([name]) => name);
}

function pairsIn(text: string): [name: string, url: string][] {
  return text
    .split(/[\s,]+/)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}

/** `name=https://address` pairs, separated by commas or spaces. */
function readNamed(text: string): Map<string, string> {
  const named = new Map<string, string>();
  for (const [index, [name, url]] of pairsIn(text).entries()) {
    const address = readUrl(`MODEL_SERVERS, entry ${index + 1}`, url === '' ? undefined : url);
    if (!NAME.test(name) || RESERVED.has(name) || address === undefined) {
      throw new Error(
        `Cannot start: wrong settings: MODEL_SERVERS, entry ${index + 1}: expected name=https://address with a name of its own`,
      );
    }
    named.set(name, address);
  }
  return named;
}

function readUrl(what: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return text.replace(/\/+$/, '');
  throw new Error(
    `Cannot start: wrong settings: ${what}: must be an http or https address without a name and a password`,
  );
}
