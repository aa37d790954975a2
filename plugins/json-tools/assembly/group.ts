/** Items by what a path in them leads to. */

import { findArgument, listArgument, open, textNode } from '../../base/assembly/arguments';
import { giveUp, hasFailed } from '../../base/assembly/host';
import { afterOf, childOf, rawEnd, rawStart } from '../../base/assembly/json-read';
import { finish, write, writeInteger, writeRaw } from '../../base/assembly/json-write';
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
import { countOf, follow, readPath } from './path';

/** An item without a value there stands under the key null. */
export function group(): i32 {
  if (!open()) return giveUp();
  const items = listArgument('items');
  const by = textNode('by');
  const values = findArgument('values');
  if (hasFailed() || !readPath('by', by)) return giveUp();
  const size = countOf(items);
  openKeys(size);
  openChains(size);
  const end = afterOf(items);
  for (let item = childOf(items); item < end; item = afterOf(item)) {
    const number = keyNumber(noNull(follow(item)));
    setChain(number, append(chainOf(number), item));
  }
  const count = keyCount;
  const table = detachKeys();
  if (values >= 0 && !readPath('values', <u32>values)) return giveUp();
  write('{"groups":[');
  for (let number: u32 = 0; number < count && !hasFailed(); number++) {
    if (number > 0) write(',');
    writeGroup(<i32>keyNode(table, number), keyChain(table, number), values >= 0);
  }
  write(']}');
  return finish();
}

/** Null and nothing are one key. */
function noNull(node: i32): i32 {
  return node >= 0 &&
    rawEnd(<u32>node) - rawStart(<u32>node) == 4 &&
    load<u8>(rawStart(<u32>node)) == 0x6e
    ? -1
    : node;
}

function writeGroup(key: i32, chain: u32, picks: bool): void {
  write('{"key":');
  if (key < 0) write('null');
  else writeRaw(<u32>key);
  write(',"items":[');
  let count = 0;
  for (let link = nextLink(chain); ; link = nextLink(link)) {
    if (count++ > 0) write(',');
    const item = picks ? follow(nodeOf(link)) : <i32>nodeOf(link);
    if (item < 0) write('null');
    else writeRaw(<u32>item);
    if (link == chain) break;
  }
  write('],"count":');
  writeInteger(count);
  write('}');
}
