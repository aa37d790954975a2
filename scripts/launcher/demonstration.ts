/** One run from HTTP through an uploaded plugin and back, shown with the command that repeats it. */
import { isDeepStrictEqual } from 'node:util';
import { expectJson, json } from './api.ts';
import type { Api } from './api.ts';
import type { Example } from './examples.ts';
import { drawTimeline } from './timeline.ts';
import type { ShownRun } from './timeline.ts';

/** The example that calls the uploaded plugin. */
export const SHOWN_EXAMPLE = 'article-draft';

/** Whether the run's outputs were the expected ones. */
export async function demonstrate(
  api: Api,
  example: Example,
  say: (text: string) => void,
): Promise<boolean> {
  const path = `/v1/recipes/${example.name}/runs`;
  const answer = await api.send('POST', path, {
    ...json({ inputs: example.inputs }),
    headers: { prefer: 'wait=30' },
  });
  const run = await expectJson<ShownRun>(answer);
  say(`\n${drawTimeline(run)}\n`);
  say(`\noutputs\n${indent(run.result ?? run.error)}\n`);
  say(`\nmetrics\n${indent(run.metrics)}\n`);
  const body = JSON.stringify({ inputs: example.inputs }).replaceAll("'", String.raw`'\''`);
  say(
    `\nrun it again\n  curl -sS -X POST '${api.url}${path}' -H 'content-type: application/json'${api.hasKey ? ' -H "authorization: Bearer $ADMIN_KEY"' : ''} -H 'prefer: wait=30' -d '${body}'\n\n`,
  );
  if (isDeepStrictEqual(run.result, example.expected)) return true;
  say(`the outputs are not the expected ones:\n${indent(example.expected)}\n`);
  return false;
}

function indent(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/^/gm, '  ');
}
