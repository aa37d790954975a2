/** HTML to the text that a reader would see. */

import { open, textArgument } from '../../base/assembly/arguments';
import { giveUp } from '../../base/assembly/host';
import { textEnd, textStart } from '../../base/assembly/json-text';
import { finish, write, writeText } from '../../base/assembly/json-write';
import {
  END,
  nextToken,
  openScan,
  START,
  tagName,
  tagSize,
  TEXT,
  tokenEnd,
  tokenStart,
} from './scan';
import { BREAK, CELL, flagsOf, ITEM, LINE, PARAGRAPH, PRE, TITLE } from './tags';
import {
  breakLine,
  endLine,
  keepSpace,
  openWriter,
  resetWriter,
  space,
  writeDash,
  writeHtmlText,
  writtenEnd,
  writtenStart,
} from './writer';

const NO_TITLE: u32 = 0;
const IN_TITLE: u32 = 1;
const HAS_TITLE: u32 = 2;

export function to_text(): i32 {
  if (!open() || !textArgument('html')) return giveUp();
  openWriter(textEnd - textStart);
  openScan(textStart, textEnd);
  let title = NO_TITLE;
  let titleStart: usize = 0;
  let titleEnd: usize = 0;
  for (let kind = nextToken(); kind != 0; kind = nextToken()) {
    if (kind == TEXT) {
      if (title != IN_TITLE) {
        writeHtmlText(tokenStart, tokenEnd);
        continue;
      }
      titleStart = tokenStart;
      titleEnd = tokenEnd;
    } else if (tagName == TITLE && tagSize == 5) {
      title = kind == START && title == NO_TITLE ? IN_TITLE : HAS_TITLE;
    } else {
      layOut(flagsOf(tagName, tagSize), kind == END);
    }
  }
  write('{"text":');
  writeText(writtenStart(), writtenEnd());
  write(',"title":');
  if (title == NO_TITLE) {
    write('null');
  } else {
    resetWriter();
    writeHtmlText(titleStart, titleEnd);
    writeText(writtenStart(), writtenEnd());
  }
  write('}');
  return finish();
}

export function layOut(flags: u32, isEnd: bool): void {
  if (flags & LINE) {
    if (!isEnd) endLine();
    return;
  }
  if (flags & PARAGRAPH) breakLine(2);
  else if (flags & BREAK) breakLine(1);
  else if (flags & CELL) space();
  if (flags & PRE) keepSpace(isEnd ? -1 : 1);
  if (flags & ITEM && !isEnd) writeDash();
}
