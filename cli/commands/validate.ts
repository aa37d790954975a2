/** `composer validate`: the findings of recipes, as the server would have them. */
import { parseArgs } from 'node:util';
import { checkFile } from '../check.ts';
import type { Checked } from '../check.ts';
import { countsOf, summaryOf } from '../counts.ts';
import type { Counts } from '../counts.ts';
import { findFiles } from '../files.ts';
import { githubReport } from '../formats/github.ts';
import { jsonReport } from '../formats/json.ts';
import { sarifReport } from '../formats/sarif.ts';
import { textReport } from '../formats/text.ts';
import { EXIT, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { knownPlugins } from '../plugins.ts';
import { printable } from '../text.ts';

export const VALIDATE_USAGE = `composer validate FILES… [options]

  FILES           recipes, folders of them, or patterns such as 'recipes/**/*.yaml'
  --format F      text (default), json, github or sarif
  --strict        take warnings for errors
  --plugin FILE   manifest of a plugin whose functions the recipes call; may be repeated

Imports, sub-recipes and prompts are looked up in the nearest folder above a file that is called
recipes, or in the file's own. The functions of the plugins built by npm run build are known.
`;

const FORMATS = ['text', 'json', 'github', 'sarif'] as const;
type Format = (typeof FORMATS)[number];

export function validate(args: readonly string[], io: Io): ExitCode {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'text' },
      strict: { type: 'boolean', default: false },
      plugin: { type: 'string', multiple: true, default: [] },
    },
  });
  if (positionals.length === 0) throw new UsageError('name at least one file');
  const format = formatOf(values.format);
  const { cwd } = io;
  const { strict } = values;
  const plugins = knownPlugins(values.plugin, cwd);
  if (plugins === undefined) io.err(NO_PLUGINS);
  const checked = findFiles(positionals, cwd)
    .map(({ file, isOwn }) => ({ isOwn, found: checkFile(file, { cwd, strict, plugins }) }))
    // Data beside recipes: JSON in a folder is one only if it looks like one.
    .filter(({ isOwn, found }) => isOwn || !isData(found))
    .map(({ found }) => found);
  for (const each of checked) {
    if (each.kind === 'unreadable')
      io.err(`composer validate: cannot read "${printable(each.file)}": ${each.reason}\n`);
  }
  const counts = countsOf(checked);
  io.out(report(format, { checked, counts, io }));
  return exitCode(counts, strict);
}

const NO_PLUGINS =
  'composer validate: functions are not checked: no plugin is built, and none is named by --plugin\n';

function formatOf(given: string): Format {
  const format = FORMATS.find((each) => each === given);
  if (format !== undefined) return format;
  throw new UsageError(`there is no format "${given}": choose ${FORMATS.join(', ')}`);
}

function isData(found: Checked): boolean {
  if (!/\.json$/i.test(found.file)) return false;
  if (found.kind === 'library') return true;
  return found.kind === 'recipe' && found.diagnostics.some(({ code }) => code === 'not_a_recipe');
}

interface Reported {
  readonly checked: readonly Checked[];
  readonly counts: Counts;
  readonly io: Io;
}

function report(format: Format, { checked, counts, io }: Reported): string {
  switch (format) {
    case 'text':
      return `${textReport(checked, io)}${summaryOf(counts)}\n`;
    case 'json':
      return jsonReport(checked, counts);
    case 'github':
      return githubReport(checked);
    case 'sarif':
      return sarifReport(checked);
  }
}

function exitCode({ unreadable, errors, warnings }: Counts, strict: boolean): ExitCode {
  if (unreadable > 0) return EXIT.failed;
  return errors > 0 || (strict && warnings > 0) ? EXIT.findings : EXIT.fine;
}
