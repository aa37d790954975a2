/** Host functions by which a guest says something: output, error and log. */
import { addressOf } from './host-memory.ts';
import { CALL_LIMITS, HOST_COST } from './limits.ts';
import type { Desk, HostFunction, HostFunctions } from './desk.ts';

export function resultFunctions(desk: Desk): HostFunctions {
  const { memory, charge, refuse, limits } = desk;
  return {
    output_set(pointer, size) {
      const length = addressOf(size);
      if (length > limits.output) refuse('output_too_large', `an output of ${length} bytes`);
      charge(HOST_COST.call, length);
      // A view: what a guest writes there before its end counts, as it does for Extism, freed or not.
      desk.output = length === 0 ? new Uint8Array(0) : memory.view(pointer, length);
    },
    output_length() {
      charge(HOST_COST.access);
      return BigInt(desk.output.length);
    },
    output_offset() {
      charge(HOST_COST.call, desk.output.length);
      return memory.store(desk.output);
    },
    error_set(pointer) {
      charge(HOST_COST.write, CALL_LIMITS.errorBytes);
      // Null takes an error back.
      desk.error =
        pointer === 0n ? undefined : memory.from(pointer).slice(0, CALL_LIMITS.errorBytes);
    },
    error_get() {
      charge(HOST_COST.write, CALL_LIMITS.errorBytes);
      return desk.error === undefined ? 0n : memory.store(desk.error);
    },
  };
}

export function logFunctions({ log, memory, charge }: Desk): HostFunctions {
  const write =
    (level: string): HostFunction =>
    (pointer) => {
      charge(HOST_COST.write);
      log.write(level, memory.from(pointer));
    };
  return {
    get_log_level() {
      charge(HOST_COST.access);
      // Extism counts trace, debug, info, warn, error from 0: guests need not format what is below info.
      return 2;
    },
    log_trace: write('trace'),
    log_debug: write('debug'),
    log_info: write('info'),
    log_warn: write('warn'),
    log_error: write('error'),
  };
}
