/** The arguments of a call: named members of the input object, checked as they are read. */

import { prepareBytes } from './bytes';
import { fail, readInput } from './host';
import { ARRAY, kindOf, NULL, NUMBER, numberOf, OBJECT, readJson, STRING } from './json-read';
import { equalsAscii, findMember, textEnd, textOf, textStart } from './json-text';

const ROOT: u32 = 0;

/** Reads the input; false when it is not a JSON object. */
export function open(): bool {
  prepareBytes();
  if (!readInput() || !readJson()) return false;
  if (kindOf(ROOT) == OBJECT) return true;
  fail('Cannot read input: an object is expected, current value is ' + nameOf(ROOT));
  return false;
}

export function nameOf(node: u32): string {
  switch (<i32>kindOf(node)) {
    case NULL:
      return 'null';
    case NUMBER:
      return 'a number';
    case STRING:
      return 'a string';
    case ARRAY:
      return 'a list';
    case OBJECT:
      return 'an object';
    default:
      return 'a boolean';
  }
}

function refuse(name: string, expected: string, node: i32): void {
  const current = node < 0 ? 'missing' : nameOf(<u32>node);
  fail('Cannot read "' + name + '": ' + expected + ' is expected, current value is ' + current);
}

/** An argument that may be left out: -1 then, and also when it is null. */
export function findArgument(name: string): i32 {
  const node = findMember(ROOT, name);
  return node >= 0 && kindOf(<u32>node) == NULL ? -1 : node;
}

/** Any value, null included, that must be there. */
export function anyArgument(name: string): u32 {
  const node = findMember(ROOT, name);
  if (node >= 0) return <u32>node;
  refuse(name, 'a value', node);
  return ROOT;
}

/** A string that must be there. */
export function textNode(name: string): u32 {
  const node = findMember(ROOT, name);
  if (node >= 0 && kindOf(<u32>node) == STRING) return <u32>node;
  refuse(name, 'a string', node);
  return ROOT;
}

/** Sets `textStart` and `textEnd` to a string that must be there. */
export function textArgument(name: string): bool {
  const node = textNode(name);
  if (node != ROOT) textOf(node);
  return node != ROOT;
}

export function listArgument(name: string): u32 {
  const node = findMember(ROOT, name);
  if (node >= 0 && kindOf(<u32>node) == ARRAY) return <u32>node;
  refuse(name, 'a list', node);
  return ROOT;
}

/** An integer within bounds, or the fallback when it is left out. */
export function integerArgument(name: string, fallback: i32, least: i32, most: i32): i32 {
  const node = findArgument(name);
  if (node < 0) return fallback;
  if (kindOf(<u32>node) == NUMBER) {
    const value = numberOf(<u32>node);
    if (value == Math.trunc(value) && value >= <f64>least && value <= <f64>most) return <i32>value;
  }
  refuse(name, 'an integer from ' + least.toString() + ' to ' + most.toString(), node);
  return fallback;
}

/** The position of a string among the words allowed (separated by `|`), 0 when it is left out. */
export function choiceArgument(name: string, choices: string): i32 {
  const node = findArgument(name);
  if (node < 0) return 0;
  const words = choices.split('|');
  if (kindOf(<u32>node) == STRING) {
    textOf(<u32>node);
    for (let i = 0; i < words.length; i++) {
      if (equalsAscii(textStart, textEnd, words[i])) return i;
    }
  }
  fail('Cannot read "' + name + '": one of ' + words.join(', ') + ' is expected');
  return 0;
}
