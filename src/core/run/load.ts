/** How busy the place is in which a run goes on: what was seen there while it did. */
import { spreadOf } from './spread.ts';
import type { Spread } from './view.ts';

export interface Load {
  /** Runs that wait for their turn. */
  readonly queueDepth: number;
  /** Of all runs that are kept there. */
  readonly storageBytes: number;
}

/** Of the last hundred looks, since the run was last taken up. */
export interface LoadSpread {
  readonly queueDepth: Spread | null;
  readonly storageBytes: Spread | null;
}

const MAX_SAMPLES = 100;

/** Takes a look more; gives what all of the last hundred come to. */
export function createLoads(): (load: Load) => LoadSpread {
  let loads: readonly Load[] = [];
  return (load) => {
    loads = [...loads.slice(1 - MAX_SAMPLES), load];
    return {
      queueDepth: spreadOf(loads.map((each) => each.queueDepth)),
      storageBytes: spreadOf(loads.map((each) => each.storageBytes)),
    };
  };
}
