/** Takes the named parts out of a value. */

import { anyArgument, findArgument, open } from '../../base/assembly/arguments';
import { fail, giveUp, hasFailed } from '../../base/assembly/host';
import { afterOf, ARRAY, childOf, kindOf, OBJECT } from '../../base/assembly/json-read';
import { finish, write, writeRaw } from '../../base/assembly/json-write';
import { follow, readPath } from './path';

const MAX_PATHS: i32 = 1000;

let count: i32 = 0;
let written: i32 = 0;

/** A list of paths names each part by its path; an object gives the names itself. */
export function pick(): i32 {
  if (!open()) return giveUp();
  const value = anyArgument('value');
  const paths = findArgument('paths');
  if (hasFailed()) return giveUp();
  write('{');
  if (paths >= 0 && kindOf(<u32>paths) == ARRAY) pickList(value, <u32>paths);
  else if (paths >= 0 && kindOf(<u32>paths) == OBJECT) pickNamed(value, <u32>paths);
  else fail('Cannot read "paths": a list of paths or an object of names and paths is expected');
  write('}');
  return finish();
}

function pickList(value: u32, paths: u32): void {
  const end = afterOf(paths);
  for (let path = childOf(paths); path < end && !hasFailed(); path = afterOf(path))
    pickOne(value, path, path);
}

function pickNamed(value: u32, paths: u32): void {
  const end = afterOf(paths);
  for (let key = childOf(paths); key < end && !hasFailed(); key = afterOf(key + 1))
    pickOne(value, key, key + 1);
}

function pickOne(value: u32, name: u32, path: u32): void {
  if (++count > MAX_PATHS) return fail('Cannot read "paths": at most ' + MAX_PATHS.toString());
  if (!readPath('paths', path)) return;
  const found = follow(value);
  if (found < 0) return;
  if (written++ > 0) write(',');
  writeRaw(name);
  write(':');
  writeRaw(<u32>found);
}
