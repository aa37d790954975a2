/** What the readers of nodes, edges and outputs share while one recipe is compiled. */
import type { z } from 'zod';
import type { JsonValue } from '../json.ts';
import type { Path } from './path.ts';
import type { NodeType, PlanNode } from './plan.ts';
import type { Report } from './report.ts';
import type { defaultsSchema } from './schema/common.ts';

export type NodeDefaults = z.infer<typeof defaultsSchema>;

export interface NodeContext {
  readonly report: Report;
  readonly defaults: NodeDefaults;
  /** True for the task of a map: its input may come from the item. */
  readonly isTask: boolean;
  readonly isRunnable: (type: NodeType) => boolean;
  /** Pins a function reference, unless it is a template. */
  useFunction(reference: string, path: Path): void;
  /** Takes a stored prompt into the plan. */
  usePrompt(name: string, path: Path): void;
  /** Takes a sub-recipe into the plan, unless its path is a template. */
  useRecipe(path: string, at: Path): void;
  readTask(raw: JsonValue, path: Path, context: NodeContext): PlanNode | undefined;
}

/** A node as far as edges and variables need it, also when it has faults. */
export interface NodeHead {
  readonly id: string;
  readonly output: string;
  readonly path: Path;
  readonly raw: JsonValue;
  /** Absent when the node has faults. */
  readonly node?: PlanNode;
}
