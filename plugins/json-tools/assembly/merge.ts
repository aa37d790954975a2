/** Merges objects deeply; what comes later wins. */

import { choiceArgument, listArgument, open } from '../../shared/assembly/arguments';
import { fail, giveUp, hasFailed } from '../../shared/assembly/host';
import {
  afterOf,
  ARRAY,
  childOf,
  kindOf,
  NULL,
  OBJECT,
  rawEnd,
  rawStart,
} from '../../shared/assembly/json-read';
import { finish, write, writeRaw } from '../../shared/assembly/json-write';
import { keyNumber, openKeys } from './keys';

let concatenates: bool = false;

export function merge(): i32 {
  if (!open()) return giveUp();
  const values = listArgument('values');
  concatenates = choiceArgument('lists', 'replace|concat') == 1;
  if (hasFailed()) return giveUp();
  const objects: u32[] = [];
  for (let node = childOf(values); node < afterOf(values); node = afterOf(node)) {
    // A node that was skipped gives null: there is nothing of it to merge.
    if (kindOf(node) == NULL) continue;
    if (kindOf(node) != OBJECT) {
      fail('Cannot merge "values": every item must be an object or null');
      return giveUp();
    }
    objects.push(node);
  }
  if (objects.length == 0) write('{}');
  else writeMerged(objects);
  return finish();
}

/** Writes what a list of values comes to when each is merged over those before. */
function writeMerged(values: u32[]): void {
  const last = values[values.length - 1];
  const kind = kindOf(last);
  let from = values.length - 1;
  if (kind == OBJECT || (kind == ARRAY && concatenates)) {
    // Only the last unbroken row counts: a value of another kind replaced all before it.
    while (from > 0 && kindOf(values[from - 1]) == kind) from--;
  }
  if (from == values.length - 1) writeRaw(last);
  else if (kind == OBJECT) writeObjects(values, from);
  else writeLists(values, from);
}

function writeLists(lists: u32[], from: i32): void {
  let count = 0;
  write('[');
  for (let i = from; i < lists.length; i++) {
    const end = afterOf(lists[i]);
    for (let item = childOf(lists[i]); item < end; item = afterOf(item)) {
      if (count++ > 0) write(',');
      writeRaw(item);
    }
  }
  write(']');
}

function writeObjects(objects: u32[], from: i32): void {
  const names: u32[] = [];
  const members: u32[][] = [];
  openKeys();
  for (let i = from; i < objects.length; i++) {
    const end = afterOf(objects[i]);
    for (let key = childOf(objects[i]); key < end; key = afterOf(key + 1)) {
      const number = keyNumber(key);
      if (number == names.length) {
        names.push(key);
        members.push([key + 1]);
      } else {
        members[number].push(key + 1);
      }
    }
  }
  write('{');
  for (let i = 0; i < names.length && !hasFailed(); i++) {
    if (i > 0) write(',');
    writeRaw(names[i]);
    write(':');
    writeMerged(members[i]);
  }
  write('}');
}
