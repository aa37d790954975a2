import { createMemoryCatalog } from '../../../src/adapters/memory/catalog.ts';
import { createMemoryPluginBytes } from '../../../src/adapters/memory/plugin-bytes.ts';
import { BUNDLED, describeCatalog } from '../../contracts/catalog.ts';
import { describePluginBytes } from '../../contracts/plugin-bytes.ts';

describeCatalog('memory', () => ({
  catalog: createMemoryCatalog({ clock: { now: () => 1 }, bundled: [BUNDLED] }),
}));
describePluginBytes('memory', createMemoryPluginBytes);
