/** Checks a value against a JSON Schema of the documented subset of draft-07. */

import { anyArgument, open } from '../../base/assembly/arguments';
import { giveUp, hasFailed } from '../../base/assembly/host';
import {
  afterOf,
  ARRAY,
  childOf,
  FALSE,
  kindOf,
  markOf,
  NULL,
  NUMBER,
  numberOf,
  OBJECT,
  STRING,
  TRUE,
} from '../../base/assembly/json-read';
import { textEnd, textOf, textStart } from '../../base/assembly/json-text';
import { finish, write, writeBool, writeTextPart } from '../../base/assembly/json-write';
import { findKey, isEqual } from './equality';
import { keyCount, keyNumber, openKeys } from './keys';
import { closeStep, openItem, openMember, writePointer } from './pointer';
import { countOf } from './path';
import * as keyword from './schema';

const MAX_ERRORS: i32 = 100;

let errors: i32 = 0;
/** Above 0 inside anyOf, oneOf and not, where a failure is not yet an error. */
let trials: i32 = 0;

export function validate(): i32 {
  if (!open()) return giveUp();
  const value = anyArgument('value');
  const schema = anyArgument('schema');
  if (hasFailed()) return giveUp();
  keyword.checkSchema(schema);
  if (hasFailed()) return giveUp();
  write('{"errors":[');
  const isValid = matches(schema, value);
  write('],"valid":');
  writeBool(isValid);
  write('}');
  return finish();
}

/** Notes a failure and gives false. */
function report(message: string): bool {
  if (trials > 0 || errors >= MAX_ERRORS) return false;
  openError();
  write(message);
  write('"}');
  return false;
}

/** Notes a failure that names a member of an object. */
function reportName(message: string, name: u32): bool {
  if (trials > 0 || errors >= MAX_ERRORS) return false;
  openError();
  write(message);
  write(' \\"');
  textOf(name);
  writeTextPart(textStart, textEnd);
  write('\\""}');
  return false;
}

function openError(): void {
  if (errors++ > 0) write(',');
  write('{"pointer":"');
  writePointer();
  write('","message":"');
}

function matches(schema: u32, value: u32): bool {
  const kind = kindOf(schema);
  if (kind == TRUE) return true;
  if (kind == FALSE) return report('is not allowed');
  let isValid = true;
  const end = afterOf(schema);
  for (let key = childOf(schema); key < end; key = afterOf(key + 1)) {
    const mark = markOf(key);
    if (mark == 0 || matchesKeyword(mark, schema, key + 1, value)) continue;
    isValid = false;
    // One failure is enough where nobody reads the others.
    if (trials > 0 || errors >= MAX_ERRORS) return false;
  }
  return isValid;
}

function matchesKeyword(mark: u32, schema: u32, node: u32, value: u32): bool {
  if (mark == keyword.TYPE) return matchesType(node, value);
  if (mark == keyword.ENUM) return matchesEnum(node, value);
  if (mark == keyword.CONST) return isEqual(node, value) || report('must be the one value allowed');
  if (mark >= keyword.ANY_OF && mark <= keyword.NOT) return matchesMany(mark, node, value);
  switch (<i32>kindOf(value)) {
    case NUMBER:
      return matchesNumber(mark, numberOf(node), numberOf(value));
    case STRING:
      return matchesLength(mark, node, value);
    case ARRAY:
      return matchesList(mark, node, value);
    case OBJECT:
      return matchesObject(mark, schema, node, value);
    default:
      return true;
  }
}

function matchesType(node: u32, value: u32): bool {
  if (kindOf(node) == STRING) return isOfType(markOf(node), value) || reportType(node);
  for (let item = childOf(node); item < afterOf(node); item = afterOf(item)) {
    if (isOfType(markOf(item), value)) return true;
  }
  return report('must be of another type');
}

function reportType(node: u32): bool {
  return reportName('must be of type', node);
}

/** Types by their position in the list of their names. */
function isOfType(type: u32, value: u32): bool {
  switch (<i32>kindOf(value)) {
    case NULL:
      return type == 1;
    case TRUE:
    case FALSE:
      return type == 2;
    case NUMBER:
      return type == 3 || (type == 7 && numberOf(value) == Math.trunc(numberOf(value)));
    case STRING:
      return type == 4;
    case ARRAY:
      return type == 5;
    default:
      return type == 6;
  }
}

function matchesEnum(node: u32, value: u32): bool {
  for (let item = childOf(node); item < afterOf(node); item = afterOf(item)) {
    if (isEqual(item, value)) return true;
  }
  return report('must be one of the values allowed');
}

function matchesMany(mark: u32, node: u32, value: u32): bool {
  if (mark == keyword.ALL_OF) {
    let isValid = true;
    for (let item = childOf(node); item < afterOf(node); item = afterOf(item)) {
      if (!matches(item, value)) isValid = false;
    }
    return isValid;
  }
  trials++;
  let count = 0;
  if (mark == keyword.NOT) {
    if (matches(node, value)) count++;
  } else {
    for (let item = childOf(node); item < afterOf(node); item = afterOf(item)) {
      if (matches(item, value)) count++;
      if (count > 0 && mark == keyword.ANY_OF) break;
    }
  }
  trials--;
  if (mark == keyword.NOT) return count == 0 || report('must not match the schema under not');
  if (mark == keyword.ANY_OF)
    return count > 0 || report('must match one of the schemas under anyOf');
  return count == 1 || report('must match exactly one of the schemas under oneOf');
}

function matchesNumber(mark: u32, limit: f64, value: f64): bool {
  switch (<i32>mark) {
    case keyword.MINIMUM:
      return value >= limit || report('must be at least ' + shorten(limit));
    case keyword.MAXIMUM:
      return value <= limit || report('must be at most ' + shorten(limit));
    case keyword.EXCLUSIVE_MINIMUM:
      return value > limit || report('must be more than ' + shorten(limit));
    case keyword.EXCLUSIVE_MAXIMUM:
      return value < limit || report('must be less than ' + shorten(limit));
    default:
      return true;
  }
}

function shorten(value: f64): string {
  const text = value.toString();
  return text.endsWith('.0') ? text.substring(0, text.length - 2) : text;
}

function matchesLength(mark: u32, node: u32, value: u32): bool {
  if (mark != keyword.MIN_LENGTH && mark != keyword.MAX_LENGTH) return true;
  textOf(value);
  let length = 0;
  for (let at = textStart; at < textEnd; at++) {
    // Code points: every byte but those that continue one.
    if ((<u32>load<u8>(at) & 0xc0) != 0x80) length++;
  }
  return isWithin(mark == keyword.MIN_LENGTH, node, length, ' character');
}

function isWithin(isMinimum: bool, node: u32, length: i32, unit: string): bool {
  const limit = numberOf(node);
  if (isMinimum ? <f64>length >= limit : <f64>length <= limit) return true;
  const count = shorten(limit) + unit + (limit == 1 ? '' : 's');
  return report((isMinimum ? 'must have at least ' : 'must have at most ') + count);
}

function matchesList(mark: u32, node: u32, value: u32): bool {
  const end = afterOf(value);
  let index = 0;
  let isValid = true;
  switch (<i32>mark) {
    case keyword.ITEMS:
      for (let item = childOf(value); item < end; item = afterOf(item)) {
        openItem(index++);
        if (!matches(node, item)) isValid = false;
        closeStep();
        if (!isValid && trials > 0) return false;
      }
      return isValid;
    case keyword.MIN_ITEMS:
    case keyword.MAX_ITEMS:
      for (let item = childOf(value); item < end; item = afterOf(item)) index++;
      return isWithin(mark == keyword.MIN_ITEMS, node, index, ' item');
    case keyword.UNIQUE:
      if (kindOf(node) == FALSE) return true;
      openKeys(countOf(value));
      for (let item = childOf(value); item < end; item = afterOf(item)) {
        const before = keyCount;
        keyNumber(<i32>item);
        if (keyCount == before) return report('must not hold an item twice');
      }
      return true;
    default:
      return true;
  }
}

function matchesObject(mark: u32, schema: u32, node: u32, value: u32): bool {
  switch (<i32>mark) {
    case keyword.REQUIRED:
      return hasRequired(node, value);
    case keyword.PROPERTIES:
      return matchesProperties(node, value);
    case keyword.ADDITIONAL:
      return matchesAdditional(schema, node, value);
    case keyword.MIN_PROPERTIES:
    case keyword.MAX_PROPERTIES: {
      let count = 0;
      for (let key = childOf(value); key < afterOf(value); key = afterOf(key + 1)) count++;
      return isWithin(mark == keyword.MIN_PROPERTIES, node, count, ' member');
    }
    default:
      return true;
  }
}

function hasRequired(names: u32, value: u32): bool {
  let isValid = true;
  for (let name = childOf(names); name < afterOf(names); name = afterOf(name)) {
    if (findKey(value, name) < 0) isValid = reportName('must have the member', name);
  }
  return isValid;
}

function matchesProperties(schemas: u32, value: u32): bool {
  let isValid = true;
  for (let name = childOf(schemas); name < afterOf(schemas); name = afterOf(name + 1)) {
    const key = findKey(value, name);
    if (key < 0) continue;
    openMember(<u32>key);
    if (!matches(name + 1, <u32>key + 1)) isValid = false;
    closeStep();
  }
  return isValid;
}

function matchesAdditional(schema: u32, node: u32, value: u32): bool {
  let properties: i32 = -1;
  for (let key = childOf(schema); key < afterOf(schema); key = afterOf(key + 1)) {
    if (markOf(key) == keyword.PROPERTIES) properties = <i32>(key + 1);
  }
  let isValid = true;
  for (let key = childOf(value); key < afterOf(value); key = afterOf(key + 1)) {
    if (properties >= 0 && findKey(<u32>properties, key) >= 0) continue;
    openMember(key);
    if (!matches(node, key + 1)) isValid = false;
    closeStep();
  }
  return isValid;
}
