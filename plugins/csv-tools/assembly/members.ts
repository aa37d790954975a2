/** Members of a fold's input. */

import { nameOf } from '../../base/assembly/arguments';
import { fail } from '../../base/assembly/host';
import { ARRAY, kindOf, NUMBER, numberOf, STRING } from '../../base/assembly/json-read';
import { findMember, textEnd, textOf, textStart } from '../../base/assembly/json-text';

export function numberIn(object: u32, name: string): f64 {
  const node = findMember(object, name);
  if (node >= 0 && kindOf(<u32>node) == NUMBER) return numberOf(<u32>node);
  missing(name, 'a number', node);
  return 0;
}

export function listIn(object: u32, name: string): u32 {
  const node = findMember(object, name);
  if (node >= 0 && kindOf(<u32>node) == ARRAY) return <u32>node;
  missing(name, 'a list', node);
  return object;
}

export function textIn(object: u32, name: string): u32 {
  const node = findMember(object, name);
  if (node >= 0 && kindOf(<u32>node) == STRING) return <u32>node;
  missing(name, 'a string', node);
  return object;
}

export function sizeOf(node: u32): usize {
  if (kindOf(node) != STRING) return 0;
  textOf(node);
  return textEnd - textStart;
}

export function append(to: usize, node: u32): usize {
  textOf(node);
  memory.copy(to, textStart, textEnd - textStart);
  return to + (textEnd - textStart);
}

function missing(name: string, expected: string, node: i32): void {
  const current = node < 0 ? 'missing' : nameOf(<u32>node);
  fail('Cannot read "' + name + '": ' + expected + ' is expected, current value is ' + current);
}
