// @ts-nocheck: AssemblyScript, which is not TypeScript.
/** What the modules of Extism's own corpus do, in AssemblyScript: the same host functions, used the same way. */
import { config, fail as giveUp, getVar, http, input, inputText, log, output, outputText, removeVar, setVar, status } from './extism';

function textOf(bytes: ArrayBuffer | null): string {
  return bytes === null ? '' : String.UTF8.decode(bytes);
}

export function count_vowels(): i32 {
  const given = config('vowels');
  const vowels = given === null ? 'aeiouAEIOU' : given;
  const text = inputText();
  let count: i64 = 0;
  for (let at = 0; at < text.length; at++) {
    if (vowels.includes(text.charAt(at))) count++;
  }
  const before = textOf(getVar('total'));
  const total = (before == '' ? 0 : I64.parseInt(before)) + count;
  setVar('total', String.UTF8.encode(total.toString()));
  const kept = textOf(getVar('total'));
  outputText('{"count":' + count.toString() + ',"total":' + kept + ',"vowels":"' + vowels + '"}');
  return 0;
}

export function hello(): i32 {
  outputText('Hello, world!');
  return 0;
}

export function setting(): i32 {
  const value = config(inputText());
  outputText('setting: ' + (value === null ? '' : value));
  return 0;
}

export function fail(): i32 {
  return giveUp('Some error message');
}

export function log_all(): i32 {
  log.debug('this is a debug log');
  log.info('this is an info log');
  log.warn('this is a warn log');
  log.error('this is an error log');
  return 0;
}

export function variables(): i32 {
  const before = textOf(getVar('a'));
  setVar('a', input());
  const after = textOf(getVar('a'));
  removeVar('a');
  outputText(before + '<' + after + '>' + textOf(getVar('a')));
  return 0;
}

export function echo(): i32 {
  output(input());
  return 0;
}

export function http_get(): i32 {
  const body = http(inputText());
  outputText(status().toString() + ' ' + String.UTF8.decode(body));
  return 0;
}

let turns: i32 = 0;
export function loop_forever(): i32 {
  while (true) turns++;
  return 0;
}
