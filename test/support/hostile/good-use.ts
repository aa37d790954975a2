/**
 * Good use of a server, up to its limits and as broad as the suite: as many plugins as it keeps warm, as many
 * requests at a time as the suite sends, runs that call many plugins, new plugins that make room for one another,
 * hundreds of versions, other tenants, plugins in JavaScript, the largest input, memory and body, a module that is slow to compile. What the server
 * takes for that is no growth.
 */
import { expectJson } from '../../../scripts/launcher/api.ts';
import { answers, plugin, says } from './plugin.ts';
import { I32, many, op } from './wasm.ts';

/** A few more than are kept warm. */
const PLUGINS = 40;
const AT_A_TIME = 200;
const ROUNDS = 3;
const CROWD = 20;
const VERSIONS = 500;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const nameOf = (i: number) => `good-${i}`;

const diamond = [op.get(0), [4, 0x40], op.get(1), op.set(0), [5], op.get(0), op.set(1), [0x0b]];
const LARGEST: { readonly [name: string]: Uint8Array } = {
  'good-input': answers('x'),
  'good-memory': plugin({
    run: op.forever([op.i32(0), op.i32(1), op.i32(1_024 * 65_536), op.memoryFill].flat()),
    memory: [1_024],
  }),
  'good-code': plugin({
    run: op.forever(range(100).flatMap((i) => op.call(i + 1))),
    more: many(100, {
      type: ':',
      code: many(512, diamond.flat()).flat(),
      locals: [[2, I32]] as const,
    }),
  }),
};

export async function useServer(url: string): Promise<void> {
  for (const i of range(PLUGINS)) await upload(url, nameOf(i), says(nameOf(i)));
  for (const [name, module] of Object.entries(LARGEST)) await upload(url, name, module);
  const mixed = range(100).map((i) => nameOf(i % 20));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const i of range(PLUGINS)) await callPlugin(url, nameOf(i));
    await Promise.all(range(AT_A_TIME).map((i) => callPlugin(url, nameOf(i % PLUGINS))));
    await Promise.all(range(AT_A_TIME).map(() => refuse(url)));
    for (const mode of ['durable', 'inline']) await runMap(url, mode, mixed);
    for (const name of Object.keys(LARGEST)) await useAll(url, name);
    await Promise.all([upload8, upload8].map((send) => send(url)));
    for (const mode of ['durable', 'inline']) await meetCrowd(url, mode);
  }
  await publish(url);
  for (const tenant of ['good-east', 'good-west']) await useScript(url, tenant);
}

/** A plugin in JavaScript, the largest that most authors have, of a tenant with a key. */
async function useScript(url: string, tenant: string): Promise<void> {
  const { key } = await post<{ key: string }>(`${url}/v1/keys`, {
    name: 'good',
    tenant,
    scopes: ['admin'],
  });
  const authorization = `Bearer ${key}`;
  const uploaded = await fetch(`${url}/v1/plugins/good-script/versions/1.0.0`, {
    method: 'PUT',
    body: 'export function run(text) { return `${text}!`; }',
    headers: { authorization, 'content-type': 'text/javascript' },
  });
  await expectJson(uploaded);
  for (let i = 0; i < 20; i += 1) {
    const called = await fetch(`${url}/v1/plugins/good-script/functions/run/call`, {
      method: 'POST',
      body: JSON.stringify({ input: tenant }),
      headers: { authorization, 'content-type': 'application/json' },
    });
    const { output } = await expectJson<{ output: unknown }>(called);
    if (output !== `${tenant}!`) throw new Error(`A script says ${JSON.stringify(output)}`);
  }
}

let crowds = 0;

/** New plugins, called from one run and from many at a time. */
async function meetCrowd(url: string, mode: string): Promise<void> {
  crowds += 1;
  const names = range(CROWD).map((i) => `crowd-${crowds}-${i}`);
  await Promise.all(names.map((name) => upload(url, name, says(name))));
  const turned = (by: number) => [...names.slice(by), ...names.slice(0, by)];
  await runMap(
    url,
    mode,
    range(5).flatMap(() => names),
  );
  await Promise.all(range(CROWD).map((i) => runMap(url, mode, turned(i).slice(0, 5))));
}

/** Many versions of one plugin; they are there already when the server was used before. */
async function publish(url: string): Promise<void> {
  for (let from = 0; from < VERSIONS; from += CROWD) {
    const versions = range(CROWD).map((i) => `0.0.${from + i}`);
    await Promise.all(
      versions.map((version) => upload(url, 'good-versions', says(`version ${version}`), version)),
    );
  }
}

async function upload(
  url: string,
  name: string,
  module: Uint8Array,
  version = '1.0.0',
): Promise<void> {
  const body = Uint8Array.from(module);
  const headers = { 'content-type': 'application/wasm' };
  const path = `${url}/v1/plugins/${name}/versions/${version}`;
  await expectJson(await fetch(path, { method: 'PUT', body, headers }));
}

/** Each goes on until it has all that it may have. */
async function useAll(url: string, name: string): Promise<void> {
  const path = `${url}/v1/plugins/${name}/functions/run/call`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ input: 'x'.repeat(1_000_000) });
  const answer = await fetch(path, { method: 'POST', body, headers });
  const { code } = (await answer.json()) as { code?: string };
  if (code !== undefined && code !== 'out_of_fuel') throw new Error(`"${name}" ends with ${code}`);
}

/** As large as a body may be. */
async function upload8(url: string): Promise<void> {
  const headers = { 'content-type': 'application/wasm' };
  const path = `${url}/v1/plugins/bad/versions/1.0.0`;
  const body = new Uint8Array(8 * 1024 * 1024);
  const answer = await fetch(path, { method: 'PUT', body, headers });
  await answer.arrayBuffer();
  if (answer.status !== 422) throw new Error(`8 MiB of nothing are answered with ${answer.status}`);
}

async function callPlugin(url: string, name: string): Promise<void> {
  const path = `${url}/v1/plugins/${name}/functions/run/call`;
  const { output } = await post<{ output: unknown }>(path, { input: '' });
  if (output !== name) throw new Error(`"${name}" says ${JSON.stringify(output)}`);
}

async function refuse(url: string): Promise<void> {
  const headers = { 'content-type': 'application/wasm' };
  const path = `${url}/v1/plugins/bad/versions/1.0.0`;
  const answer = await fetch(path, { method: 'PUT', body: new Uint8Array(10_000), headers });
  await answer.arrayBuffer();
  if (answer.status !== 422) throw new Error(`What is no module is answered with ${answer.status}`);
}

async function runMap(url: string, mode: string, names: readonly string[]): Promise<void> {
  const task = { type: 'function_task', function_identifier: '{{ item }}.run', input: '' };
  const each = { id: 'each', type: 'map', over: names, max_concurrency: 100, collect: 'values' };
  const recipe = { name: 'good-use', nodes: [{ ...each, task }], final_outputs: ['each'] };
  const { result } = await post<{ result?: { each?: unknown } }>(`${url}/v1/runs`, {
    recipe,
    mode,
    inputs: {},
  });
  const said = JSON.stringify(result?.each);
  if (said !== JSON.stringify(names)) throw new Error(`A run of good plugins gives ${said}`);
}

async function post<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json', prefer: 'wait=60' };
  return expectJson<T>(await fetch(path, { method: 'POST', body: JSON.stringify(body), headers }));
}
