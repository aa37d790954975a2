/** The built Worker on workerd, through Miniflare, without a development proxy. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { NETWORK_WORKER, networkWorker, operatorNetwork } from './network.ts';

const MODULE_TYPES = new Map([
  ['.js', 'ESModule' as const],
  ['.wasm', 'CompiledWasm' as const],
]);

/**
 * `gc` lets isolates of plugins be told to collect what their calls have left behind. Heaps start small, as the
 * engine would else let each of them grow to a quarter of a gigabyte before it collects for the first time. And
 * pages of heaps that are gone go back to the system: the engine would keep them, on a timer that never fires.
 */
const ENGINE_FLAGS = [
  '--expose-gc',
  '--initial-old-space-size=8',
  '--max-semi-space-size=2',
  '--no-memory-pool-share-memory-on-teardown',
  '--memory-pool-timeout=0',
];

export interface ServerOptions {
  readonly root: string;
  readonly host: string;
  readonly port: number;
  readonly state: string;
  /** Variables and secrets of the Worker. */
  readonly variables: Readonly<Record<string, string>>;
  /** Ranges that are not public and may be asked nevertheless. */
  readonly allowAddresses: readonly string[];
  /** A module beside the built ones that takes the place of the first. */
  readonly main?: { readonly name: string; readonly text: string };
}

export interface Server {
  readonly url: string;
  /** The process id of workerd, where the system tells. */
  readonly workerd: number | undefined;
  readonly stop: () => Promise<void>;
}

export async function startServer({
  root,
  host,
  port,
  state,
  variables,
  allowAddresses,
  main,
}: ServerOptions): Promise<Server> {
  const folder = join(root, 'dist/worker');
  const built = readdirSync(folder)
    .filter((file) => /\.(?:js|wasm|bin)$/.test(file))
    .toSorted((a, b) => Number(b === 'index.js') - Number(a === 'index.js'))
    .map((file) => ({
      type: MODULE_TYPES.get(extname(file)) ?? ('Data' as const),
      path: join(folder, file),
      contents: readFileSync(join(folder, file)),
    }));
  const first =
    main === undefined
      ? []
      : [{ type: 'ESModule' as const, path: join(folder, main.name), contents: main.text }];
  // Miniflare takes them from here only.
  process.env['MINIFLARE_WORKERD_V8_FLAGS'] ??= ENGINE_FLAGS.join(' ');
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      // Its own entry is a Worker before the Worker: three times the work of a bare answer, and memory for
      // each request that is not given back. It has to listen somewhere.
      host: '127.0.0.1',
      port: 0,
      log: new Log(LogLevel.WARN),
      cf: false,
      resourcePersistencePath: state,
      workers: [
        {
          name: 'edge-composer',
          modules: [...first, ...built],
          modulesRoot: folder,
          compatibilityDate: '2026-08-01',
          compatibilityFlags: ['enable_request_signal'],
          bindings: { ...variables },
          durableObjects: {
            WORKFLOW_QUEUE: { className: 'WorkflowQueue', useSQLite: true },
            CATALOG: { className: 'Catalog', useSQLite: true },
            CACHE: { className: 'CacheShard', useSQLite: true },
            LIMITER: { className: 'Limiter', useSQLite: true },
          },
          kvNamespaces: ['META'],
          r2Buckets: ['FILES'],
          workerLoaders: { LOADER: {} },
          unsafeDirectSockets: [{ host, port }],
          serviceBindings: { OPERATOR_NETWORK: operatorNetwork() },
          outboundService: NETWORK_WORKER,
          // Else every request would tell the name of the Worker.
          stripCfConnectingIp: false,
        },
        networkWorker(allowAddresses),
      ],
    }),
  );
  await miniflare.ready;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    workerd: findWorkerd(),
    stop: () => miniflare.dispose(),
  };
}

/** The child of this process that is workerd; read from /proc, so on Linux only. */
function findWorkerd(): number | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parent === process.pid && stat.includes('(workerd)')) return Number(entry);
    } catch {
      // It ended while the list was read.
    }
  }
  return undefined;
}

/** Builds the Worker when it is missing or older than anything it is made of. */
export function buildWhenStale(root: string): void {
  const built = join(root, 'dist/worker/index.js');
  const parts = ['src', 'plugins', 'scripts', 'package-lock.json', 'wrangler.toml'];
  const newest = Math.max(...parts.map((part) => newestIn(join(root, part))));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  process.stdout.write('building the Worker …\n');
  try {
    execFileSync(process.execPath, ['scripts/build.mjs', '--worker'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`The build failed:\n${said}`, { cause: error });
  }
}

function newestIn(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8', withFileTypes: true });
  const files = inside.filter((entry) => entry.isFile() && !entry.name.includes('.generated.'));
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}
