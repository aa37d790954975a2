/** From the words of a command line to a command, and from what goes wrong to an exit code. */
import { closest } from '../src/core/recipe/suggest.ts';
import { VERSION } from '../src/version.ts';
import { plan, PLAN_USAGE } from './commands/plan.ts';
import { schema, SCHEMA_USAGE } from './commands/schema.ts';
import { validate, VALIDATE_USAGE } from './commands/validate.ts';
import { EXIT, PlainError, UsageError } from './io.ts';
import type { ExitCode, Io } from './io.ts';
import { PLUGIN_USAGE } from './plugin/usage.ts';
import { printable } from './text.ts';

interface Command {
  readonly run: (args: readonly string[], io: Io) => ExitCode | Promise<ExitCode>;
  readonly usage: string;
}

/** Compilers and the sandbox take a while to load, and the other commands do without. */
async function plugin(args: readonly string[], io: Io): Promise<ExitCode> {
  return (await import('./commands/plugin.ts')).plugin(args, io);
}

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['validate', { run: validate, usage: VALIDATE_USAGE }],
  ['plan', { run: plan, usage: PLAN_USAGE }],
  ['plugin', { run: plugin, usage: PLUGIN_USAGE }],
  ['schema', { run: schema, usage: SCHEMA_USAGE }],
]);

const USAGE = `composer COMMAND

  validate  find the faults of recipes
  plan      show a recipe's graph and its worst case, or draw it
  schema    print the JSON Schema of the language
  plugin    make, build, look at, try out and upload a plugin

composer COMMAND --help tells more. Exit codes: 0 fine, 1 faults found, 2 wrong usage or unreadable file.
`;

export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name = '', ...rest] = args;
  if (name === '--version') {
    io.out(`${VERSION}\n`);
    return EXIT.fine;
  }
  if (name === '' || name === '--help' || name === '-h' || name === 'help') {
    const asked = name !== '';
    (asked ? io.out : io.err)(COMMANDS.get(rest[0] ?? '')?.usage ?? USAGE);
    return asked ? EXIT.fine : EXIT.failed;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    const near = closest(name, COMMANDS.keys());
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    io.err(`composer: there is no command "${printable(name)}"${hint}\n\n${USAGE}`);
    return EXIT.failed;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(command.usage);
    return EXIT.fine;
  }
  return guarded(name, command, rest, io);
}

async function guarded(
  name: string,
  command: Command,
  args: readonly string[],
  io: Io,
): Promise<ExitCode> {
  try {
    return await command.run(args, io);
  } catch (error) {
    if (!isUsage(error)) throw error;
    const usage = error instanceof PlainError ? '' : `\n${command.usage}`;
    io.err(`composer ${name}: ${printable(error.message)}\n${usage}`);
    return EXIT.failed;
  }
}

function isUsage(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  // What `parseArgs` throws.
  return (
    error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS_')
  );
}
