/** The templates that need compilers of the system. */
import { describe } from 'vitest';
import { describeTemplate } from '../support/plugin-template.ts';

describe('the template in C', () => describeTemplate('c'));
describe('the template in Rust', () => describeTemplate('rust'));
