/** What the checks of a whole recipe look at. */
import type { JsonObject } from '../json.ts';
import type { BuiltGraph } from './build-graph.ts';
import type { NodeHead } from './context.ts';
import type { WrittenOutput } from './outputs.ts';
import type { Path } from './path.ts';
import type { InputSpec, PinnedFunction, Plan } from './plan.ts';
import type { Report } from './report.ts';

export interface FlowCheck {
  readonly heads: readonly NodeHead[];
  readonly graph: BuiltGraph;
  readonly edgesPath: Path;
  readonly outputs: readonly WrittenOutput[] | undefined;
  readonly inputs: readonly InputSpec[];
  readonly definitions: JsonObject;
  /** The recipe with references replaced, and where it stands. */
  readonly body: JsonObject;
  readonly path: Path;
  readonly report: Report;
  readonly recipes: ReadonlyMap<string, Plan>;
  readonly functions: ReadonlyMap<string, PinnedFunction>;
}
