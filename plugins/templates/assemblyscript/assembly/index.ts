// @ts-nocheck: AssemblyScript, which is not TypeScript.
/** Counts the vowels of a text. */
import { inputText, outputText } from './extism';

export function count_vowels(): i32 {
  const text = inputText();
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    if ('aeiouAEIOU'.includes(text.charAt(at))) count++;
  }
  outputText('{"count":' + count.toString() + '}');
  return 0;
}
