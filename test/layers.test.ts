/** Imports point inward only: which ring may use which, and which packages, is a table here. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');
const STATIC = /^(?:import|export)\b[^;'"]*\bfrom\s+['"]([^'"]+)['"]/gm;
const OTHER = /(?:^import\s+|\bimport\(\s*)['"]([^'"]+)['"]/gm;

interface Ring {
  readonly prefix: string;
  readonly rank: number;
  readonly packages: RegExp;
}

/** First match wins. A file may import its own ring, a ring of lower rank, and these packages. */
const RINGS: readonly Ring[] = [
  {
    prefix: 'core/',
    rank: 0,
    packages: /^(?:zod|yaml|semver|acorn|croner|fastest-levenshtein|@cfworker\/json-schema)$/,
  },
  // `ports.ts` and the folder beside it.
  { prefix: 'runtime/ports', rank: 1, packages: /^$/ },
  { prefix: 'runtime/', rank: 2, packages: /^zod$/ },
  { prefix: 'adapters/durable-objects/', rank: 3, packages: /^cloudflare:workers$/ },
  { prefix: 'adapters/egress/', rank: 3, packages: /^cloudflare:workers$/ },
  { prefix: 'adapters/extism/', rank: 3, packages: /^cloudflare:workers$/ },
  { prefix: 'adapters/memory/', rank: 3, packages: /^$/ },
  { prefix: 'adapters/models/', rank: 3, packages: /^(?:ai|@ai-sdk\/[a-z-]+)$/ },
  { prefix: 'adapters/storage/', rank: 3, packages: /^$/ },
  { prefix: 'adapters/system/', rank: 3, packages: /^ulid$/ },
  { prefix: 'adapters/webhooks/', rank: 3, packages: /^standardwebhooks$/ },
  { prefix: 'adapters/upstash/', rank: 3, packages: /^(?:@upstash\/|zod$)/ },
  { prefix: 'http/', rank: 3, packages: /^(?:hono|zod)(?:\/|$)/ },
  { prefix: '', rank: 4, packages: /^(?:zod|cloudflare:workers)$/ },
];

const slashes = (path: string) => path.replaceAll(sep, '/');

function ringOf(file: string): Ring {
  return RINGS.find(({ prefix }) => file.startsWith(prefix))!;
}

function mayImport(file: string, to: string): boolean {
  const ring = ringOf(file);
  if (!to.startsWith('.')) return ring.packages.test(to);
  const target = slashes(relative(SRC, join(SRC, dirname(file), to)));
  // The isolate's own module, which the loader puts beside it.
  if (to === './plugin.wasm' && file === 'adapters/extism/isolate.ts') return true;
  if (target.startsWith('../'))
    return ring.rank === 4 && /^\.\.\/dist\/(?:bundled|javascript)\//.test(target);
  return ringOf(target) === ring || ringOf(target).rank < ring.rank;
}

function importsOf(text: string): string[] {
  return [...text.matchAll(STATIC), ...text.matchAll(OTHER)].map(([, to]) => to!);
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map(slashes)
  .filter((file) => file.endsWith('.ts'));

describe('layers', () => {
  it.each(files)('%s imports inward only', (file) => {
    const outward = importsOf(readFileSync(join(SRC, file), 'utf8')).filter(
      (to) => !mayImport(file, to),
    );
    expect(outward).toEqual([]);
  });

  it.each([
    [
      'core to a port',
      'core/run/decide.ts',
      "import type { Clock } from '../../runtime/ports.ts';",
    ],
    [
      'core to an adapter, late',
      'core/errors.ts',
      "const x = await import('../adapters/system/clock.ts');",
    ],
    ['core to http, by re-export', 'core/json.ts', "export { createApp } from '../http/app.ts';"],
    [
      'core to a package of the platform',
      'core/json.ts',
      "import { DurableObject } from 'cloudflare:workers';",
    ],
    ['runtime to a package', 'runtime/attempt.ts', "import { Hono } from 'hono';"],
    ['ports to the engine', 'runtime/ports.ts', "import { createDriver } from './advance.ts';"],
    [
      'http to an adapter, types only',
      'http/app.ts',
      "import type { Holder } from '../adapters/durable-objects/runs.ts';",
    ],
    ['http to a package of an adapter', 'http/app.ts', "import { Redis } from '@upstash/redis';"],
    [
      'one adapter to another',
      'adapters/models/mock.ts',
      "import { createClock } from '../system/clock.ts';",
    ],
  ])('the rule sees %s', (_what, file, text) => {
    expect(importsOf(text).every((to) => mayImport(file, to))).toBe(false);
  });
});
