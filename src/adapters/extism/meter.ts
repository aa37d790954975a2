/** Fuel of one call, as the host sees it: the guest counts in a global of its own, host functions add to it. */
import { ComposerError } from '../../core/errors.ts';
import { CALL_FUEL, FUEL_EXPORT, START_FUEL } from '../../core/plugin/fuel.ts';

export interface Meter {
  /** Charges the guest for work of the host. Throws when there is not enough. */
  spend(units: number): void;
  /** Gives the call its budget. Before that a guest lives on what is baked into it. */
  start(instance: WebAssembly.Instance): void;
  /** Leaves nothing, so that a guest which swallows a host's exception stops at its next check. */
  poison(): void;
  isSpent(): boolean;
  /** Units used so far, or `undefined` when the module is not metered. */
  used(): number | undefined;
}

/** Touching the global at each access of a byte would cost more than the access. */
const SETTLE_AT = 50_000;

export function createMeter(): Meter {
  let gauge: WebAssembly.Global | undefined;
  let startUsed = 0;
  let pending = 0;
  let hostTotal = 0;

  function settle(): void {
    if (gauge === undefined) {
      // Not metered, or still starting: work of the host is bounded all the same.
      if (hostTotal > Number(CALL_FUEL)) throw outOfFuel();
      return;
    }
    gauge.value -= BigInt(pending);
    pending = 0;
    if (gauge.value < 0n) throw outOfFuel();
  }

  return {
    spend(units) {
      pending += units;
      hostTotal += units;
      if (pending >= SETTLE_AT) settle();
    },
    start(instance) {
      gauge = findGauge(instance);
      if (gauge === undefined) return;
      startUsed = Math.max(0, Number(START_FUEL - gauge.value));
      gauge.value = CALL_FUEL;
    },
    poison() {
      if (gauge !== undefined) gauge.value = -1n;
    },
    isSpent: () => gauge !== undefined && gauge.value < 0n,
    used() {
      if (gauge === undefined) return undefined;
      const left = gauge.value < 0n ? 0 : Math.max(0, Number(gauge.value) - pending);
      return startUsed + Number(CALL_FUEL) - left;
    },
  };
}

function findGauge(instance: WebAssembly.Instance): WebAssembly.Global | undefined {
  if (!Object.hasOwn(instance.exports, FUEL_EXPORT)) return undefined;
  const gauge = instance.exports[FUEL_EXPORT];
  // The decoder refuses modules that bring an export of this name; ours is a mutable i64.
  return gauge instanceof WebAssembly.Global ? gauge : undefined;
}

function outOfFuel(): ComposerError {
  return new ComposerError(
    'out_of_fuel',
    `Cannot finish the call: it used all of its ${CALL_FUEL} units of fuel`,
  );
}
