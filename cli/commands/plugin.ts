/** `composer plugin`: from an empty folder to a plugin on a server. */
import { closest } from '../../src/core/recipe/suggest.ts';
import { EXIT, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { buildPlugin } from '../plugin/build.ts';
import { callPlugin } from '../plugin/call.ts';
import { inspectPluginFile } from '../plugin/inspect.ts';
import { newPlugin } from '../plugin/new.ts';
import { pushPlugin } from '../plugin/push.ts';
import { testPlugin } from '../plugin/test.ts';
import { PLUGIN_USAGE } from '../plugin/usage.ts';

type Subcommand = (args: readonly string[], io: Io) => ExitCode | Promise<ExitCode>;

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['new', newPlugin],
  ['build', buildPlugin],
  ['inspect', inspectPluginFile],
  ['call', callPlugin],
  ['test', testPlugin],
  ['push', pushPlugin],
]);

export function plugin(args: readonly string[], io: Io): ExitCode | Promise<ExitCode> {
  const [name = '', ...rest] = args;
  if (name === '') {
    io.err(PLUGIN_USAGE);
    return EXIT.failed;
  }
  const run = SUBCOMMANDS.get(name);
  if (run !== undefined) return run(rest, io);
  const near = closest(name, SUBCOMMANDS.keys());
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
  throw new UsageError(`there is no command "${name}"${hint}`);
}
