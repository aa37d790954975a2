/** Fuel of one call, as the host sees it: the guest counts in a global of its own, host functions add to it. */
import { FUEL_EXPORT, START_FUEL } from '../../core/plugin/fuel.ts';
import { HOST_COST } from './limits.ts';

export interface Meter {
  /** Charges the guest for work of the host and for bytes it copies. False when there is not enough. */
  readonly spend: (units: number, bytes: number) => boolean;
  /** Takes what was charged out of the guest's global. False when there is not enough. */
  readonly settle: () => boolean;
  readonly attach: (instance: WebAssembly.Instance) => void;
  /** Gives the call its budget. Before that a guest lives on what is baked into it. */
  readonly begin: () => void;
  /** Leaves nothing, so that a guest which swallows a host's exception stops at its next check. */
  readonly poison: () => void;
  readonly isSpent: () => boolean;
  /** Whether anything of the host's was charged. */
  readonly hasCharged: () => boolean;
  /** Units used so far, or `undefined` when the module is not metered. */
  readonly used: () => number | undefined;
}

/** Touching the global at each access of a byte would cost more than the access. */
const SETTLE_AT = 50_000;

/** `budget`: units for the call. */
export function createMeter(budget: number): Meter {
  let gauge: WebAssembly.Global | undefined;
  let startUsed = 0;
  let pending = 0;
  let hostTotal = 0;

  function settle(): boolean {
    // Not metered, or still starting: work of the host is bounded all the same.
    if (gauge === undefined) return hostTotal <= budget;
    gauge.value -= BigInt(pending);
    pending = 0;
    return gauge.value >= 0n;
  }

  return {
    spend(units, bytes) {
      const cost = units + Math.ceil(bytes / HOST_COST.bytesPerUnit);
      pending += cost;
      hostTotal += cost;
      return pending < SETTLE_AT || settle();
    },
    settle,
    attach(instance) {
      gauge = findGauge(instance);
    },
    begin() {
      if (gauge === undefined) return;
      startUsed = Math.max(0, Number(START_FUEL - BigInt(gauge.value)));
      gauge.value = BigInt(budget);
    },
    poison() {
      if (gauge !== undefined) gauge.value = -1n;
    },
    hasCharged: () => hostTotal > 0,
    isSpent: () => gauge !== undefined && gauge.value < 0n,
    used() {
      if (gauge === undefined) return undefined;
      return startUsed + budget - Math.max(0, Number(gauge.value) - pending);
    },
  };
}

function findGauge(instance: WebAssembly.Instance): WebAssembly.Global | undefined {
  if (!Object.hasOwn(instance.exports, FUEL_EXPORT)) return undefined;
  const gauge = instance.exports[FUEL_EXPORT];
  // The decoder refuses modules that bring an export of this name; ours is a mutable i64.
  return gauge instanceof WebAssembly.Global && typeof gauge.value === 'bigint' ? gauge : undefined;
}
