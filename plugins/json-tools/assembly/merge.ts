/** Merges objects deeply; what comes later wins. */

import { choiceArgument, listArgument, open } from '../../base/assembly/arguments';
import { fail, giveUp, hasFailed } from '../../base/assembly/host';
import { afterOf, ARRAY, childOf, kindOf, NULL, OBJECT } from '../../base/assembly/json-read';
import { finish, write, writeRaw } from '../../base/assembly/json-write';
import { append, nextLink, nodeOf, openChains } from './chains';
import {
  chainOf,
  detachKeys,
  keyChain,
  keyCount,
  keyNode,
  keyNumber,
  openKeys,
  setChain,
} from './keys';

let concatenates: bool = false;

export function merge(): i32 {
  if (!open()) return giveUp();
  const values = listArgument('values');
  concatenates = choiceArgument('lists', 'replace|concat') == 1;
  if (hasFailed()) return giveUp();
  // At most every node becomes a link once.
  openChains(afterOf(values));
  let objects: u32 = 0;
  for (let node = childOf(values); node < afterOf(values); node = afterOf(node)) {
    // A node that was skipped gives null: there is nothing of it to merge.
    if (kindOf(node) == NULL) continue;
    if (kindOf(node) != OBJECT) {
      fail('Cannot merge "values": every item must be an object or null');
      return giveUp();
    }
    objects = append(objects, node);
  }
  if (objects == 0) write('{}');
  else writeMerged(objects);
  return finish();
}

/** Writes what a chain of values comes to when each is merged over those before. */
function writeMerged(chain: u32): void {
  const last = nodeOf(chain);
  const kind = kindOf(last);
  if (kind != OBJECT && !(kind == ARRAY && concatenates)) return writeRaw(last);
  // Only the last unbroken row counts: a value of another kind replaced all before it.
  let from = nextLink(chain);
  for (let link = from; link != chain; link = nextLink(link)) {
    if (kindOf(nodeOf(link)) != kind) from = nextLink(link);
  }
  if (from == chain) writeRaw(last);
  else if (kind == OBJECT) writeObjects(from, chain);
  else writeLists(from, chain);
}

function writeLists(from: u32, last: u32): void {
  let count = 0;
  write('[');
  for (let link = from; ; link = nextLink(link)) {
    const list = nodeOf(link);
    const end = afterOf(list);
    for (let item = childOf(list); item < end; item = afterOf(item)) {
      if (count++ > 0) write(',');
      writeRaw(item);
    }
    if (link == last) break;
  }
  write(']');
}

function writeObjects(from: u32, last: u32): void {
  let members = 0;
  for (let link = from; ; link = nextLink(link)) {
    members += countMembers(nodeOf(link));
    if (link == last) break;
  }
  openKeys(members);
  for (let link = from; ; link = nextLink(link)) {
    const object = nodeOf(link);
    const end = afterOf(object);
    for (let key = childOf(object); key < end; key = afterOf(key + 1)) {
      const number = keyNumber(<i32>key);
      setChain(number, append(chainOf(number), key + 1));
    }
    if (link == last) break;
  }
  const count = keyCount;
  const table = detachKeys();
  write('{');
  for (let number: u32 = 0; number < count && !hasFailed(); number++) {
    if (number > 0) write(',');
    writeRaw(keyNode(table, number));
    write(':');
    writeMerged(keyChain(table, number));
  }
  write('}');
}

function countMembers(object: u32): i32 {
  let count = 0;
  const end = afterOf(object);
  for (let key = childOf(object); key < end; key = afterOf(key + 1)) count++;
  return count;
}
