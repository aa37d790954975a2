/** The names and figures on which the instrumenter and the host agree. */

/** The mutable i64 global in which a metered module counts down; below zero it traps. */
export const FUEL_EXPORT = '__fuel';

/** Units for the start function and the guest's own initialisation, baked into the module. */
export const START_FUEL = 50_000_000n;

/** Units of one call, for any tenant: no timer fires while a guest spins, so only this bounds its time. */
export const CALL_FUEL = 200_000_000n;
