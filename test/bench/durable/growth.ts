/** What a step costs near the end of a long run, against one near its start. */
import { median } from '../report.ts';
import type { Row } from '../report.ts';
import type { BenchServer } from './server.ts';

export interface LongRun {
  /** The row's name. */
  readonly name: string;
  readonly recipe: { readonly name: string };
  /** How many the run writes; their times are what is measured. */
  readonly events: number;
}

/** The last quarter's time over that of the second: the first also holds what every run begins with. */
export async function growth(
  server: BenchServer,
  { name, recipe, events }: LongRun,
  runs: number,
): Promise<Row> {
  const ratios: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const id = await server.run(recipe.name);
    const time = async (from: number, to: number): Promise<number> =>
      (await timeOf(server, id, events * to)) - (await timeOf(server, id, events * from));
    ratios.push((await time(0.75, 1)) / (await time(0.25, 0.5)));
  }
  return { work: name, unit: 'ratio', ours: median(ratios), peers: {}, runs };
}

/** When the run wrote the event with this number, in milliseconds since 1970. */
async function timeOf(server: BenchServer, id: string, seq: number): Promise<number> {
  const page = await server.get<{ data: readonly { at: string }[] }>(
    `/v1/runs/${id}/events?after=${seq - 1}`,
  );
  return Date.parse(page.data[0]?.at ?? '');
}
