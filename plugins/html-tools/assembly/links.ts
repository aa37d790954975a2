/** Where a page leads. */

import { integerArgument, open, textArgument } from '../../base/assembly/arguments';
import { giveUp, hasFailed } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import { finish, write, writeInteger, writeText } from '../../base/assembly/json-write';
import {
  END,
  findAttribute,
  nextToken,
  openScan,
  START,
  tagName,
  tagSize,
  TEXT,
  tokenEnd,
  tokenStart,
} from './scan';
import { ANCHOR, BASE, flagsOf } from './tags';
import { layOut } from './to-text';
import { openWriter, resetWriter, writeHtmlText, writtenEnd, writtenStart } from './writer';

let count: i32 = 0;
let limit: i32 = 0;
let isOpen: bool = false;

/** Links in the order of the page, each with the text that is clicked. */
export function links(): i32 {
  if (!open() || !textArgument('html')) return giveUp();
  const from = textStart;
  const end = textEnd;
  limit = integerArgument('limit', 1_000, 1, 10_000);
  if (hasFailed()) return giveUp();
  write('{"base":');
  writeBase(from, end);
  write(',"links":[');
  resetWriter();
  openScan(from, end);
  for (let kind = nextToken(); kind != 0; kind = nextToken()) {
    if (kind == TEXT) {
      if (isOpen) writeHtmlText(tokenStart, tokenEnd);
    } else if (tagName == ANCHOR && tagSize == 1) {
      closeLink();
      if (kind == START && findAttribute('href')) openLink();
    } else if (isOpen) {
      layOut(flagsOf(tagName, tagSize), kind == END);
    }
  }
  closeLink();
  write('],"count":');
  writeInteger(count);
  write('}');
  return finish();
}

/** What relative addresses are relative to, when the page says so. */
function writeBase(from: usize, end: usize): void {
  openWriter(end - from);
  openScan(from, end);
  for (let kind = nextToken(); kind != 0; kind = nextToken()) {
    if (kind != START || tagName != BASE || tagSize != 4 || !findAttribute('href')) continue;
    writeHtmlText(tokenStart, tokenEnd);
    writeText(writtenStart(), writtenEnd());
    return;
  }
  write('null');
}

/** All are counted, and the first of them written. */
function openLink(): void {
  if (count++ >= limit) return;
  if (count > 1) write(',');
  write('{"href":');
  resetWriter();
  writeHtmlText(tokenStart, tokenEnd);
  writeText(writtenStart(), writtenEnd());
  write(',"text":');
  resetWriter();
  isOpen = true;
}

function closeLink(): void {
  if (!isOpen) return;
  isOpen = false;
  writeText(writtenStart(), writtenEnd());
  write('}');
}
