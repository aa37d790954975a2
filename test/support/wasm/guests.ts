/** Small real guests, compiled from AssemblyScript as an author would. */
import asc from 'assemblyscript/asc';

const SOURCE = `
export function sieve(n: i32): i32 {
  const marks = new StaticArray<u8>(n + 1);
  let count = 0;
  for (let i = 2; i <= n; i++) {
    if (marks[i]) continue;
    count++;
    for (let j = i * 2; j <= n; j += i) marks[j] = 1;
  }
  return count;
}
export function fib(n: i32): i32 { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
export function words(n: i32): i32 {
  let text = '';
  for (let i = 0; i < n; i++) text += i.toString() + ' ';
  const seen = new Map<string, i32>();
  const parts = text.split(' ');
  for (let i = 0; i < parts.length; i++) seen.set(parts[i], i);
  return seen.size;
}
export function sorted(n: i32): i32 {
  const list = new Array<i32>();
  let x: u32 = 1;
  for (let i = 0; i < n; i++) { x = x * 1664525 + 1013904223; list.push(<i32>(x >>> 8)); }
  list.sort((a, b) => a - b);
  let hash = 0;
  for (let i = 0; i < n; i++) hash = hash * 31 + list[i];
  return hash;
}
export function floats(n: i32): f64 {
  let sum = 0.0;
  for (let i = 1; i < n; i++) sum += Math.sin(<f64>i) / Math.sqrt(<f64>i);
  return sum;
}
export function choose(n: i32): i32 {
  let total = 0;
  for (let i = 0; i < n; i++) {
    switch (i % 5) {
      case 0: total += 1; break;
      case 1: total ^= i; break;
      case 2: total -= 3; break;
      case 3: continue;
      default: total = total * 3;
    }
    if (total > 1000000) break;
  }
  return total;
}
export function vectors(n: i32): i32 {
  let sum = i32x4.splat(1);
  for (let i = 0; i < n; i++) sum = i32x4.add(i32x4.mul(sum, i32x4.splat(3)), i32x4.splat(i));
  return i32x4.extract_lane(sum, 2);
}
`;

/** What `guest()` exports, with arguments that make each work a little. */
export const GUEST_CALLS: readonly (readonly [name: string, argument: number])[] = [
  ['sieve', 2_000],
  ['fib', 12],
  ['words', 60],
  ['sorted', 300],
  ['floats', 500],
  ['choose', 200],
  ['vectors', 100],
];

export const GUEST_FLAVOURS: { readonly [name: string]: readonly string[] } = {
  'optimised for speed': ['-O3', '--runtime', 'stub'],
  'optimised for size': ['-Oz', '--runtime', 'minimal'],
  'not optimised, with names and a collector': ['--debug', '--runtime', 'incremental'],
};

export async function compileGuest(flags: readonly string[]): Promise<Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const { error } = await asc.main(
    ['guest.ts', '-o', 'guest.wasm', '--use', 'abort=', '--enable', 'simd', ...flags],
    {
      readFile: (name) => (name === 'guest.ts' ? SOURCE : null),
      writeFile: (name, contents) => {
        files.set(
          name,
          typeof contents === 'string' ? new TextEncoder().encode(contents) : contents,
        );
      },
      listFiles: () => [],
    },
  );
  const bytes = files.get('guest.wasm');
  if (error !== null || bytes === undefined)
    throw new Error(`Cannot compile guest: ${error?.message}`);
  return bytes;
}
