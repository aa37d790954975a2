/** Guests in the languages whose compilers npm brings along. */
import { beforeAll, describe } from 'vitest';
import { buildScriptEngine } from '../../scripts/build-script-engine.mjs';
import { describeLanguage } from '../support/language-guests.ts';

beforeAll(async () => {
  await buildScriptEngine();
}, 120_000);

describe('guests in AssemblyScript', () => describeLanguage('assemblyscript'));
describe('guests in JavaScript', () => describeLanguage('javascript'));
