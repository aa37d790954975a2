/** The Values contract on memory. */
import { createMemoryValues } from '../../../src/adapters/memory/values.ts';
import { createDigests } from '../../../src/adapters/system/digests.ts';
import { describeValues } from '../../contracts/values.ts';

describeValues('memory', () => createMemoryValues({ digests: createDigests() }));
