/** Work of everyday kinds for the JavaScript engine: sorting, counting words, taking JSON apart, objects. */
let seed = 1;
const next = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);

export function sorted() {
  seed = 7;
  const numbers = Array.from({ length: 3000 }, next).sort((a, b) => a - b);
  return { hash: numbers.reduce((hash, value) => (hash * 31 + value) | 0, 0) };
}

export function words() {
  seed = 11;
  const text = Array.from({ length: 4000 }, () => 'abcd '[next() % 5]).join('');
  const counts = new Map();
  for (const word of text.split(/ +/)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { words: counts.size };
}

export function json() {
  const rows = Array.from({ length: 400 }, (_, id) => ({
    id,
    name: `row ${id}`,
    tags: ['a', 'b'],
  }));
  return JSON.parse(JSON.stringify(rows)).filter(({ tags }) => tags.includes('b'));
}

export function fib() {
  const of = (n) => (n < 2 ? n : of(n - 1) + of(n - 2));
  return { fib: of(17) };
}
