/** Keys, settings and secrets in memory. */
import { createMemoryGrants } from '../../../src/adapters/memory/grants.ts';
import { createMemoryKeys } from '../../../src/adapters/memory/keys.ts';
import {
  createMemorySecrets,
  createMemorySettings,
} from '../../../src/adapters/memory/settings.ts';
import { describeGrants } from '../../contracts/grants.ts';
import { describeKeys } from '../../contracts/keys.ts';
import { describeSecrets, describeSettings } from '../../contracts/settings.ts';
import { digests } from '../../support/http/api.ts';

function makeClock() {
  let now = 1_000_000;
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describeKeys('memory', () => {
  const clock = makeClock();
  const keys = createMemoryKeys({ clock, digests });
  return { keys, again: () => keys, ...clock };
});

describeGrants('memory', () => {
  const grants = createMemoryGrants();
  return { grants, again: () => grants, ...makeClock() };
});

describeSettings('memory', () => {
  const settings = createMemorySettings();
  return { settings, again: () => settings, ...makeClock() };
});

describeSecrets('memory', () => {
  const clock = makeClock();
  const secrets = createMemorySecrets({ clock });
  return { secrets, again: () => secrets, ...clock };
});
