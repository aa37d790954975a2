/** Host functions by which a guest asks for something it was given or has kept: settings and variables. */
import { CALL_LIMITS, HOST_COST } from './limits.ts';
import type { Desk, HostFunctions } from './desk.ts';

export function configFunctions(desk: Desk): HostFunctions {
  const { charge, memory } = desk;
  // A map, so that `__proto__` and `constructor` are names like any other.
  const config = new Map(Object.entries(desk.config));
  return {
    config_get(pointer) {
      charge(HOST_COST.lookup);
      const value = config.get(readKey(desk, pointer));
      if (value === undefined) return 0n;
      const bytes = new TextEncoder().encode(value);
      charge(0, bytes.length);
      return memory.store(bytes);
    },
  };
}

/** Variables live as long as the call: a call has no past, and none of another tenant's. */
export function variableFunctions(desk: Desk): HostFunctions {
  const { charge, memory, refuse, limits } = desk;
  const variables = new Map<string, Uint8Array>();
  let total = 0;

  function remove(key: string): void {
    const value = variables.get(key);
    if (value === undefined) return;
    total -= key.length + value.length;
    variables.delete(key);
  }

  return {
    var_get(pointer) {
      charge(HOST_COST.lookup);
      const value = variables.get(readKey(desk, pointer));
      if (value === undefined) return 0n;
      charge(0, value.length);
      return memory.store(value);
    },
    var_set(pointer, valuePointer) {
      charge(HOST_COST.write);
      const key = readKey(desk, pointer);
      const value = valuePointer === 0n ? undefined : memory.from(valuePointer);
      remove(key);
      if (value === undefined) return;
      total += key.length + value.length;
      if (total > limits.variableBytes) refuse('var_limit', `${total} bytes of variables`);
      if (variables.size >= limits.variables) refuse('var_limit', `${variables.size} variables`);
      charge(0, value.length);
      variables.set(key, value.slice());
    },
  };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readKey({ memory, refuse }: Desk, pointer: bigint): string {
  const bytes = memory.from(pointer);
  if (bytes.length > CALL_LIMITS.keyBytes) refuse('limit', `a name of ${bytes.length} bytes`);
  try {
    return strict.decode(bytes);
  } catch {
    return refuse('bad_utf8', 'a name is not UTF-8');
  }
}
