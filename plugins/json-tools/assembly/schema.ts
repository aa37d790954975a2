/** The keywords of a JSON Schema that `validate` knows, marked in the table of the reader. */

import { nameOf } from '../../base/assembly/arguments';
import { fail, hasFailed } from '../../base/assembly/host';
import {
  afterOf,
  ARRAY,
  childOf,
  FALSE,
  kindOf,
  NUMBER,
  numberOf,
  OBJECT,
  setMark,
  STRING,
  TRUE,
} from '../../base/assembly/json-read';
import { textEnd, textOf, textStart } from '../../base/assembly/json-text';

export const TYPE: u32 = 1;
export const ENUM: u32 = 2;
export const CONST: u32 = 3;
export const REQUIRED: u32 = 4;
export const PROPERTIES: u32 = 5;
export const ADDITIONAL: u32 = 6;
export const ITEMS: u32 = 7;
export const MINIMUM: u32 = 8;
export const MAXIMUM: u32 = 9;
export const EXCLUSIVE_MINIMUM: u32 = 10;
export const EXCLUSIVE_MAXIMUM: u32 = 11;
export const MIN_LENGTH: u32 = 12;
export const MAX_LENGTH: u32 = 13;
export const MIN_ITEMS: u32 = 14;
export const MAX_ITEMS: u32 = 15;
export const UNIQUE: u32 = 16;
export const ANY_OF: u32 = 17;
export const ALL_OF: u32 = 18;
export const ONE_OF: u32 = 19;
export const NOT: u32 = 20;
export const MIN_PROPERTIES: u32 = 21;
export const MAX_PROPERTIES: u32 = 22;

/** In the order of the numbers above. */
const KEYWORDS: string =
  'type enum const required properties additionalProperties items minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength minItems maxItems uniqueItems anyOf allOf oneOf not minProperties maxProperties ';
/** Keywords of draft-07 that would change the verdict, so that passing them over would be a lie. */
const REFUSED: string =
  '$ref additionalItems contains dependencies else if multipleOf pattern patternProperties propertyNames then ';
const TYPES: string = 'null boolean number string array object integer ';

/** The position of an ASCII word in a list with a space after each, counted from 1; 0 if it is not there. */
function positionIn(words: string, start: usize, end: usize): u32 {
  let position: u32 = 1;
  let from = 0;
  while (from < words.length) {
    let to = from;
    let at = start;
    while (at < end && words.charCodeAt(to) == <i32>load<u8>(at)) {
      at++;
      to++;
    }
    if (at == end && words.charCodeAt(to) == 0x20) return position;
    while (words.charCodeAt(to) != 0x20) to++;
    from = to + 1;
    position++;
  }
  return 0;
}

function refuse(keyword: string, expected: string): void {
  fail('Cannot read "schema": "' + keyword + '" must be ' + expected);
}

/** Checks a schema and all within it, and marks its keywords. */
export function checkSchema(schema: u32): void {
  const kind = kindOf(schema);
  if (kind == TRUE || kind == FALSE) return;
  if (kind != OBJECT) {
    return fail(
      'Cannot read "schema": a schema is an object or a boolean, current value is ' +
        nameOf(schema),
    );
  }
  const end = afterOf(schema);
  for (let key = childOf(schema); key < end && !hasFailed(); key = afterOf(key + 1)) {
    textOf(key);
    const keyword = positionIn(KEYWORDS, textStart, textEnd);
    if (keyword != 0) {
      setMark(key, keyword);
      checkKeyword(keyword, key + 1);
    } else if (positionIn(REFUSED, textStart, textEnd) != 0) {
      const name = String.UTF8.decodeUnsafe(textStart, textEnd - textStart);
      fail('Cannot read "schema": "' + name + '" is not supported');
    }
  }
}

function checkKeyword(keyword: u32, node: u32): void {
  const kind = kindOf(node);
  const name = KEYWORDS.split(' ')[<i32>keyword - 1];
  switch (<i32>keyword) {
    case TYPE:
      return checkType(node);
    case ENUM:
      if (kind != ARRAY) refuse(name, 'a list');
      return;
    case CONST:
      return;
    case REQUIRED:
      return checkNames(name, node);
    case PROPERTIES:
      if (kind != OBJECT) return refuse(name, 'an object');
      for (let key = childOf(node); key < afterOf(node); key = afterOf(key + 1))
        checkSchema(key + 1);
      return;
    case ITEMS:
      if (kind == ARRAY) return refuse(name, 'one schema');
      return checkSchema(node);
    case ADDITIONAL:
    case NOT:
      return checkSchema(node);
    case ANY_OF:
    case ALL_OF:
    case ONE_OF:
      if (kind != ARRAY || childOf(node) >= afterOf(node)) return refuse(name, 'a list of schemas');
      for (let item = childOf(node); item < afterOf(node); item = afterOf(item)) checkSchema(item);
      return;
    case UNIQUE:
      if (kind != TRUE && kind != FALSE) refuse(name, 'a boolean');
      return;
    case MINIMUM:
    case MAXIMUM:
    case EXCLUSIVE_MINIMUM:
    case EXCLUSIVE_MAXIMUM:
      if (kind != NUMBER) refuse(name, 'a number');
      return;
    default:
      if (kind != NUMBER || numberOf(node) < 0 || numberOf(node) != Math.trunc(numberOf(node))) {
        refuse(name, 'a whole number');
      }
  }
}

function checkType(node: u32): void {
  if (kindOf(node) == STRING) return checkTypeName(node);
  if (kindOf(node) != ARRAY) return refuse('type', 'a name or a list of names');
  for (let item = childOf(node); item < afterOf(node); item = afterOf(item)) checkTypeName(item);
}

function checkTypeName(node: u32): void {
  if (kindOf(node) != STRING) return refuse('type', 'a name or a list of names');
  textOf(node);
  const type = positionIn(TYPES, textStart, textEnd);
  if (type == 0) return refuse('type', 'one of ' + TYPES.trim().split(' ').join(', '));
  setMark(node, type);
}

function checkNames(name: string, node: u32): void {
  if (kindOf(node) != ARRAY) return refuse(name, 'a list of strings');
  for (let item = childOf(node); item < afterOf(node); item = afterOf(item)) {
    if (kindOf(item) != STRING) return refuse(name, 'a list of strings');
  }
}
