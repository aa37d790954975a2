import { createMemoryFiles } from '../../../src/adapters/memory/files.ts';
import { describeFiles } from '../../contracts/files.ts';

describeFiles('memory', () => createMemoryFiles({ clock: { now: () => 0 } }));
