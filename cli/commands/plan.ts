/** `composer plan`: a recipe's graph and estimates, as `POST /v1/plan` gives them. */
import { parseArgs } from 'node:util';
import { mermaidOf } from '../../src/core/recipe/mermaid.ts';
import { estimateView } from '../../src/http/plan-view.ts';
import { checkFile } from '../check.ts';
import { textReport } from '../formats/text.ts';
import { EXIT, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { knownPlugins } from '../plugins.ts';
import { printable } from '../text.ts';

export const PLAN_USAGE = `composer plan FILE [options]

  --format F      json (default): the graph, its critical path and the worst case; mermaid: a drawing
  --strict        take warnings for errors
  --plugin FILE   manifest of a plugin whose functions the recipe calls; may be repeated
`;

export function plan(args: readonly string[], io: Io): ExitCode {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'json' },
      strict: { type: 'boolean', default: false },
      plugin: { type: 'string', multiple: true, default: [] },
    },
  });
  const { format, strict } = values;
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError('name one file');
  if (format !== 'json' && format !== 'mermaid')
    throw new UsageError(`there is no format "${format}": choose json or mermaid`);
  const plugins = knownPlugins(values.plugin, io.cwd);
  const checked = checkFile(file, { cwd: io.cwd, strict, plugins });
  if (checked.kind === 'unreadable') {
    io.err(`composer plan: cannot read "${printable(file)}": ${checked.reason}\n`);
    return EXIT.failed;
  }
  if (checked.kind === 'library') {
    io.err(`composer plan: "${printable(file)}" holds no recipe\n`);
    return EXIT.findings;
  }
  if (checked.plan === undefined) {
    io.err(textReport([checked], { columns: io.columns, colours: false }));
    return EXIT.findings;
  }
  io.out(
    format === 'mermaid'
      ? mermaidOf(checked.plan.graph)
      : `${JSON.stringify(estimateView(checked.plan), null, 2)}\n`,
  );
  return EXIT.fine;
}
