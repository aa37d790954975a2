/** A run drawn for the terminal. */

export interface ShownRun {
  readonly id: string;
  readonly recipe: string;
  readonly status: string;
  readonly started_at: string;
  readonly nodes: readonly {
    readonly key: string;
    readonly status: string;
    readonly started_at?: string;
    readonly ended_at?: string;
    readonly attempts: number;
    readonly items?: { readonly done: number; readonly failed: number; readonly total: number };
    readonly stats?: {
      readonly wall_ms: number;
      readonly fuel?: number;
      readonly provider?: string;
    };
  }[];
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly detail: string };
  readonly metrics: Readonly<Record<string, unknown>> & { readonly total_time_ms: number };
}

const BAR_WIDTH = 32;
const MARKS: Readonly<Record<string, string>> = {
  completed: '✓',
  skipped: '·',
  failed: '✗',
  cancelled: '✗',
};

export function drawTimeline(run: ShownRun): string {
  const total = Math.max(1, run.metrics.total_time_ms);
  const start = Date.parse(run.started_at);
  const longest = Math.max(...run.nodes.map(({ key }) => key.length), 4);
  const lines = run.nodes.map((node) => {
    const mark = MARKS[node.status] ?? '…';
    const name = node.key.padEnd(longest);
    if (node.status === 'skipped') return `  ${mark} ${name}  ${' '.repeat(BAR_WIDTH)}  skipped`;
    const from = Date.parse(node.started_at ?? run.started_at) - start;
    const to = Date.parse(node.ended_at ?? run.started_at) - start;
    return `  ${mark} ${name}  ${bar(from / total, to / total)}  ${to - from} ms${notes(node)}`;
  });
  return [
    `run ${run.id} of recipe "${run.recipe}": ${run.status} in ${run.metrics.total_time_ms} ms`,
    ...lines,
  ].join('\n');
}

function bar(from: number, to: number): string {
  const start = Math.min(BAR_WIDTH - 1, Math.floor(from * BAR_WIDTH));
  const end = Math.min(BAR_WIDTH, Math.max(start + 1, Math.ceil(to * BAR_WIDTH)));
  return `${' '.repeat(start)}${'█'.repeat(end - start)}`.padEnd(BAR_WIDTH);
}

function notes({ attempts, items, stats }: ShownRun['nodes'][number]): string {
  const said = [
    items === undefined ? undefined : `${items.done} items`,
    items !== undefined && items.failed > 0 ? `${items.failed} failed` : undefined,
    attempts > 1 ? `${attempts} attempts` : undefined,
    stats?.fuel === undefined ? undefined : `${stats.fuel.toLocaleString('en-US')} fuel`,
    stats?.provider,
  ].filter((note) => note !== undefined);
  return said.length === 0 ? '' : `  (${said.join(', ')})`;
}
