/**
 * Words of a text that comes in pieces, such as a file of any size: a fold. A word is counted once,
 * wherever the text was cut, because what might go on in the next piece waits for it.
 */

import { anyArgument, listArgument, nameOf, open } from '../../base/assembly/arguments';
import { fail, giveUp, hasFailed } from '../../base/assembly/host';
import { afterOf, childOf, kindOf, NUMBER, numberOf, STRING } from '../../base/assembly/json-read';
import { findMember, textEnd, textOf, textStart } from '../../base/assembly/json-text';
import {
  finish,
  roundTo,
  write,
  writeInteger,
  writeNumber,
  writeText,
} from '../../base/assembly/json-write';
import { classOf, codeAt, isSpaceless, SPACE, stepBack } from '../../base/assembly/unicode';
import { countWords, spacedWords, spacelessWords } from '../../base/assembly/words';
import { readingMinutes } from './reading-time';

/** Bytes that may wait. Only in what is no prose can this much be without a place to cut. */
const MAX_REST: usize = 16 * 1024;

export function word_total_init(): i32 {
  if (!open()) return giveUp();
  writeState(0, 0, 0, 0);
  return finish();
}

export function word_total_step(): i32 {
  if (!open()) return giveUp();
  const state = anyArgument('state');
  const items = listArgument('items');
  if (hasFailed()) return giveUp();
  const spaced = countOf(state, 'spaced');
  const spaceless = countOf(state, 'spaceless');
  const rest = textIn(state, 'rest');
  let size = sizeOf(rest);
  for (let item = childOf(items); item < afterOf(items); item = afterOf(item)) {
    size += sizeOf(textIn(item, 'text'));
  }
  if (hasFailed()) return giveUp();
  // As long as an input may be, and eight zero bytes behind it for the scanner to look ahead.
  const start = heap.alloc(size + 8);
  let end = append(start, rest);
  for (let item = childOf(items); item < afterOf(items); item = afterOf(item)) {
    end = append(end, textIn(item, 'text'));
  }
  store<u64>(end, 0);
  const cut = lastCut(start, end);
  countWords(start, cut);
  writeState(spaced + spacedWords, spaceless + spacelessWords, cut, end);
  return finish();
}

export function word_total_finish(): i32 {
  if (!open()) return giveUp();
  const state = anyArgument('state');
  if (hasFailed()) return giveUp();
  const spaced = countOf(state, 'spaced');
  const spaceless = countOf(state, 'spaceless');
  const rest = textIn(state, 'rest');
  if (hasFailed()) return giveUp();
  textOf(rest);
  countWords(textStart, textEnd);
  const allSpaced = spaced + spacedWords;
  const allSpaceless = spaceless + spacelessWords;
  write('{"words":');
  writeInteger(allSpaced + allSpaceless);
  write(',"reading_minutes":');
  writeNumber(roundTo(readingMinutes(<f64>allSpaced, <f64>allSpaceless), 1));
  write('}');
  return finish();
}

function writeState(spaced: i64, spaceless: i64, restStart: usize, restEnd: usize): void {
  write('{"state":{"spaced":');
  writeInteger(spaced);
  write(',"spaceless":');
  writeInteger(spaceless);
  write(',"rest":');
  writeText(restStart, restEnd);
  write('}}');
}

/** The last place where no word goes on; the end when there is none near it. */
function lastCut(start: usize, end: usize): usize {
  const least = end - start > MAX_REST ? end - MAX_REST : start;
  let at = end;
  while (at > least) {
    at = stepBack(at, start);
    const kind = classOf(codeAt(at));
    // Each character of a script without spaces is a word, so one never joins what is before it.
    if (kind == SPACE || isSpaceless(kind)) return at;
  }
  return least == start ? start : end;
}

function countOf(object: u32, name: string): i64 {
  const node = findMember(object, name);
  if (node >= 0 && kindOf(<u32>node) == NUMBER) return <i64>numberOf(<u32>node);
  refuse(name, 'a number', node);
  return 0;
}

function textIn(object: u32, name: string): u32 {
  const node = findMember(object, name);
  if (node >= 0 && kindOf(<u32>node) == STRING) return <u32>node;
  refuse(name, 'a string', node);
  return object;
}

function refuse(name: string, expected: string, node: i32): void {
  const current = node < 0 ? 'missing' : nameOf(<u32>node);
  fail('Cannot read "' + name + '": ' + expected + ' is expected, current value is ' + current);
}

function sizeOf(node: u32): usize {
  if (kindOf(node) != STRING) return 0;
  textOf(node);
  return textEnd - textStart;
}

function append(to: usize, node: u32): usize {
  textOf(node);
  memory.copy(to, textStart, textEnd - textStart);
  return to + (textEnd - textStart);
}
