/** Templates and guests that need compilers of the system. */
import { describe } from 'vitest';
import { describeLanguage } from '../support/language-guests.ts';
import { describeTemplate } from '../support/plugin-template.ts';

describe('the template in C', () => describeTemplate('c'));
describe('the template in Rust', () => describeTemplate('rust'));
describe('guests in C', () => describeLanguage('c'));
describe('guests in Rust', () => describeLanguage('rust'));
