/** Filters on texts. */
import { integerOr, textOr } from './arguments.ts';
import { decodeBase64, encodeBase64, percentEncode } from './bytes.ts';
import { filter, type FilterCall, type FilterTable } from './filter.ts';
import { formatPercent } from './format-text.ts';
import { capitalize, SPACES, trim } from './letters.ts';
import { itemsOf } from './member.ts';
import { replacePattern } from './pattern.ts';
import { chargeChars, chargeText, templateError, type Runtime } from './runtime.ts';
import * as strings from './strings.ts';
import { formatTime } from './strftime.ts';
import { lengthOf, sliceText, toText } from './text.ts';
import { isList, isMap, isTruthy, type Value } from './value.ts';

type Transform = (text: string) => string;

/** `weight`: how many times dearer than a copy it is. */
const simple = (transform: Transform, weight = 1) =>
  filter([], ({ runtime, value }) => {
    const text = toText(runtime, value);
    chargeText(runtime, text.length);
    chargeChars(runtime, text.length * (weight - 1));
    return transform(text);
  });

const escape = simple(escapeHtml, 8);

export const TEXT_FILTERS: FilterTable = {
  lower: simple((text) => text.toLowerCase()),
  upper: simple((text) => text.toUpperCase()),
  capitalize: simple(capitalize),
  title: simple(titleWords, 8),
  e: escape,
  escape,
  forceescape: escape,
  safe: simple((text) => text),
  string: simple((text) => text),
  wordcount: simple2((text) => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  trim: filter(['chars'], ({ runtime, value, args: [chars] }) => {
    const text = toText(runtime, value);
    chargeText(runtime, text.length);
    return chars === undefined || chars === null
      ? trim(text)
      : strings.strip(text, textOr(runtime, chars, ''), 'both');
  }),
  replace: filter(['old', 'new', 'count'], replace, 2),
  truncate: filter(['length', 'killwords', 'end', 'leeway'], truncate),
  indent: filter(['width', 'first', 'blank'], indent),
  center: filter(['width'], ({ runtime, value, args: [width] }) =>
    strings.pad(runtime, toText(runtime, value), integerOr(runtime, width, 80), 'center', ' '),
  ),
  format: {
    parameters: [],
    isVariadic: true,
    apply: ({ runtime, value, raw }) => {
      const { positional, named } = raw;
      const args = named.size > 0 ? [Object.fromEntries(named)] : positional;
      return formatPercent(runtime, toText(runtime, value), args);
    },
  },
  excerpt: filter(['length', 'end'], excerpt),
  slugify: filter(['separator', 'max_length'], slugify),
  b64encode: simple(encodeBase64, 8),
  b64decode: filter([], ({ runtime, value }) => {
    const text = toText(runtime, value);
    chargeText(runtime, text.length);
    chargeChars(runtime, text.length * 4);
    const decoded = decodeBase64(text);
    if (decoded === undefined)
      throw templateError(runtime, 'cannot decode this text: it is not Base64 of a text');
    return decoded;
  }),
  urlencode: filter([], urlencode),
  strftime: filter(['format'], ({ runtime, value, args: [format] }) =>
    formatTime(runtime, value, textOr(runtime, format, '%Y-%m-%d')),
  ),
  regex_replace: filter(
    ['pattern', 'replacement', 'ignorecase', 'multiline', 'count'],
    ({ runtime, value, args: [pattern, replacement, ignoreCase, multiline, count] }) =>
      replacePattern(runtime, toText(runtime, value), {
        pattern: textOr(runtime, pattern, ''),
        replacement: textOr(runtime, replacement, ''),
        ignoreCase: isTruthy(ignoreCase),
        multiline: isTruthy(multiline),
        count: integerOr(runtime, count, 0),
      }),
    1,
  ),
};

function simple2(measure: (text: string) => number) {
  return filter([], ({ runtime, value }) => {
    const text = toText(runtime, value);
    chargeText(runtime, text.length);
    chargeChars(runtime, text.length * 4);
    return measure(text);
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const WORD = new RegExp(`[^-${SPACES}({[<]+`, 'gu');

/** Words begin after white space, a dash or an opening bracket; an apostrophe does not begin one. */
function titleWords(text: string): string {
  return text.replace(WORD, (word) => {
    const [first = ''] = word;
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });
}

function replace({ runtime, value, args: [from, to, count] }: FilterCall): Value {
  return strings.replaceText(
    runtime,
    toText(runtime, value),
    { from: toText(runtime, from), to: toText(runtime, to) },
    integerOr(runtime, count, -1),
  );
}

function truncate({ runtime, value, args: [length, killWords, end, leeway] }: FilterCall): Value {
  const text = toText(runtime, value);
  const ending = textOr(runtime, end, '...');
  const limit = integerOr(runtime, length, 255);
  const keep = limit - lengthOf(runtime, ending);
  const spare = integerOr(runtime, leeway, 5);
  if (keep < 0)
    throw templateError(runtime, `expected a length of at least ${limit - keep}, not ${limit}`);
  if (spare < 0) throw templateError(runtime, `expected a leeway of at least 0, not ${spare}`);
  if (lengthOf(runtime, text) <= limit + spare) return text;
  const cut = sliceText(runtime, text, 0, keep);
  const space = isTruthy(killWords) ? -1 : cut.lastIndexOf(' ');
  return (space === -1 ? cut : cut.slice(0, space)) + ending;
}

function indent({ runtime, value, args: [width, first, blank] }: FilterCall): Value {
  const margin =
    typeof width === 'string'
      ? width
      : ' '.repeat(Math.min(1000, Math.max(0, integerOr(runtime, width, 4))));
  const text = toText(runtime, value);
  const lines = strings.splitLines(`${text}\n`);
  chargeText(runtime, text.length + lines.length * margin.length);
  return lines
    .map((line, index) => {
      const isIndented = index === 0 ? isTruthy(first) : line !== '' || isTruthy(blank);
      return isIndented ? margin + line : line;
    })
    .join('\n');
}

/** The beginning of a text on one line, cut between words. */
function excerpt({ runtime, value, args: [length, end] }: FilterCall): Value {
  const text = toText(runtime, value);
  chargeText(runtime, text.length);
  const line = text.trim().replace(/\s+/g, ' ');
  const ending = textOr(runtime, end, '…');
  const limit = Math.max(0, integerOr(runtime, length, 200));
  if (lengthOf(runtime, line) <= limit) return line;
  const cut = sliceText(runtime, line, 0, Math.max(0, limit - lengthOf(runtime, ending)) + 1);
  const space = cut.lastIndexOf(' ');
  const kept = space > 0 ? cut.slice(0, space) : sliceText(runtime, cut, 0, -1);
  return kept.replace(/[\s,;:.–—-]{1,8}$/u, '') + ending;
}

/** Lower-case ASCII words and a separator between them, for file names and addresses. */
function slugify({ runtime, value, args: [separator, maxLength] }: FilterCall): Value {
  const text = toText(runtime, value);
  chargeText(runtime, text.length);
  chargeChars(runtime, text.length * 16);
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}|['’]/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  const joined = (words ?? []).join(textOr(runtime, separator, '-'));
  const limit = integerOr(runtime, maxLength, 0);
  return limit > 0 ? joined.slice(0, limit).replace(/[^a-z0-9]$/, '') : joined;
}

/** The text to encode, which may come out nine times as long. */
function payForEncoding(runtime: Runtime, value: Value): string {
  const text = toText(runtime, value);
  chargeText(runtime, text.length * 3);
  chargeChars(runtime, text.length * 13);
  return text;
}

function urlencode({ runtime, value }: FilterCall): Value {
  if (!isMap(value) && !isList(value)) {
    return percentEncode(payForEncoding(runtime, value), '/');
  }
  const pairs = isMap(value) ? Object.entries(value) : value.map((pair) => itemsOf(runtime, pair));
  const encode = (part: Value) => {
    const text = payForEncoding(runtime, part);
    return percentEncode(text, '').replaceAll('%20', '+');
  };
  return pairs.map(([key, item]) => `${encode(key)}=${encode(item)}`).join('&');
}
