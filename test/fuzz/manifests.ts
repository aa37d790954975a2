/** Manifests of plugins from a grammar; mostly sound. */
import { choose } from './random.ts';
import type { Random } from './random.ts';
import { given, isFaulty, number, schema } from './recipe-values.ts';
import type { Mood } from './recipe-values.ts';
import { mapOf } from './trees.ts';
import type { MapTree, Tree } from './trees.ts';
import { REACHING, oddText } from './words.ts';

const HOSTS =
  'x.test *.x.test x.test:443 127.0.0.1 *.com x:0 - X.test [::1] a.b.c.d.e.f.g.h.i.j.k'.split(' ');

export function manifest(random: Random, isSound: boolean): MapTree {
  const mood = { random, isSound };
  const maybe = (share: number, make: () => Tree): Tree | undefined =>
    random.chance(share) ? make() : undefined;
  return mapOf({
    name: isFaulty(mood, 0.3) ? random.pick(['P', 'a'.repeat(65), '']) : 'text-tools',
    version: isFaulty(mood, 0.3)
      ? random.pick<Tree>(['1.0', 1, 'v1.0.0', ''])
      : random.pick(['1.0.0', '1.0.0-rc.1']),
    description: maybe(0.3, () => oddText(random)),
    license: maybe(0.2, () => 'MIT'),
    functions: maybe(0.9, () => random.some(5, (index) => functionEntry(mood, index))),
    capabilities: maybe(0.5, () =>
      mapOf({
        hosts: maybe(0.5, () =>
          random.some(4, () => random.pick(isSound ? HOSTS.slice(0, 3) : HOSTS)),
        ),
        secrets: maybe(0.3, () =>
          random.some(3, () => random.pick(isSound ? ['KEY'] : ['a.b', '1', ...REACHING])),
        ),
        config: maybe(0.2, () => ['a']),
        wasi: maybe(0.2, () => random.pick<Tree>([true, false, isSound ? true : 'yes'])),
      }),
    ),
    limits: maybe(0.3, () =>
      mapOf({ fuel: number(mood), memory_pages: number(mood), timeout_ms: number(mood) }),
    ),
    'x-note': maybe(0.1, () => given(mood)),
    [random.pick(REACHING)]: isSound ? undefined : maybe(0.03, () => 1),
  });
}

function functionEntry(mood: Mood, index: number): Tree {
  const { random } = mood;
  const maybe = (share: number, make: () => Tree): Tree | undefined =>
    random.chance(share) ? make() : undefined;
  return mapOf({
    id: choose(random, [
      [8, () => `f${index}`],
      [isFaulty(mood, 1) ? 1 : 0, () => random.pick([...REACHING, 'f0'])],
    ]),
    export: maybe(0.3, () => (mood.isSound ? 'f' : random.pick(['', 'memory', oddText(random)]))),
    description: maybe(0.2, () => 'does'),
    input: maybe(0.5, () => schema(mood, 3)),
    output: maybe(0.3, () => schema(mood, 2)),
    content_type: maybe(0.3, () => random.pick(['json', 'text', mood.isSound ? 'bytes' : 'x'])),
    pure: maybe(0.3, () => random.chance(0.8)),
    batch: maybe(0.1, () => true),
    chunk: maybe(0.1, () => (mood.isSound ? true : 'no')),
  });
}
