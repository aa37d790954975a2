/** What `npm start` was asked for. */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { parseRange } from '../../src/runtime/egress/addresses.ts';

export interface Options {
  /** Absent: 8787, or the next free one. */
  readonly port: number | undefined;
  readonly host: string;
  /** Absolute path of the folder that holds everything the server keeps. */
  readonly state: string;
  /** Addresses and ranges that are not public and that recipes may ask nevertheless. */
  readonly allowAddresses: readonly string[];
  /** Stop after the demonstration. */
  readonly once: boolean;
  /** Show a run at the start. */
  readonly demo: boolean;
}

export const USAGE = `npm start -- [options]

  --port N     listen on port N (default: 8787, or the next free one)
  --host H     listen on address H (default: 127.0.0.1)
  --state DIR  keep everything in DIR (default: .state)
  --allow-address CIDR
               let recipes ask this address or range, which is not public; may be given again
  --once       run the demonstration and exit: 0 when its outputs are as expected
  --no-demo    serve without running the demonstration
  --help       show this

Environment: ADMIN_KEY (or ADMIN_KEY_SHA256) asks every request for a key. Lists of hosts and
addresses for recipes: EGRESS_ALLOW_HOSTS, EGRESS_DENY_HOSTS, EGRESS_ALLOW_ADDRESSES;
EGRESS_ALLOW_HTTP=true lets them ask without TLS. SECRETS_KEY seals secrets and signs API keys;
without it a key is made and kept in DIR.`;

/** Throws an Error whose message is for the person at the terminal. */
export function readOptions(args: readonly string[], root: string): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      state: { type: 'string', default: '.state' },
      'allow-address': { type: 'string', multiple: true, default: [] },
      once: { type: 'boolean', default: false },
      demo: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values.help) return 'help';
  if (values.once && !values.demo) throw new Error('--once and --no-demo leave nothing to do');
  const { host, state, once, demo } = values;
  return {
    port: readPort(values.port),
    host,
    state: resolve(root, state),
    allowAddresses: values['allow-address'].map(readAddress),
    once,
    demo,
  };
}

export function readAddress(text: string): string {
  if (parseRange(text) !== undefined) return text;
  throw new Error(`Cannot allow "${text}": it is neither an address nor a range as in 10.0.0.0/8`);
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`--port must be a number from 1 to 65535: current value is "${text}"`);
}
