import { createMemoryFiles } from '../../../src/adapters/memory/files.ts';
import { describeExpiry, describeFiles } from '../../contracts/files.ts';

describeExpiry('memory', (clock) => createMemoryFiles({ clock }));
describeFiles('memory', () => createMemoryFiles({ clock: { now: () => 0 } }));
