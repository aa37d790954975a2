/** Functions that a model may call: through the sandbox like any other, each call on record. */
import { failure, fail, ok } from '../../core/errors.ts';
import type { Failure, Result } from '../../core/errors.ts';
import { isJsonObject, ownProperty } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { schemaFaults } from '../../core/json-schema.ts';
import type { LanguageNode, PinnedFunction } from '../../core/recipe/plan.ts';
import type { ToolRecord } from '../../core/run/notes.ts';
import { resolveReference, resolveToText } from '../../core/run/resolve.ts';
import { describeFault } from '../models/schema-answer.ts';
import type { ModelTool, ToolAnswer, ToolCall } from '../ports/models.ts';
import { toolName } from '../tool-name.ts';
import type { TaskContext } from './task.ts';

export interface Tool {
  readonly offered: ModelTool;
  readonly reference: string;
  readonly target: PinnedFunction;
  /** The function takes a text, which a model cannot give but as a member. */
  readonly isText: boolean;
}

const TEXT_INPUT = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
} as const;

/** What the node lists, found as a `function_task` finds its function. */
export async function findTools({
  node,
  context,
  tenant,
  functions,
}: TaskContext<LanguageNode>): Promise<Result<readonly Tool[]>> {
  const tools: Tool[] = [];
  for (const written of node.tools ?? []) {
    const entry: JsonObject = isJsonObject(written) ? written : { function_identifier: written };
    const named = ownProperty(entry, 'function_identifier');
    const reference = resolveReference(
      typeof named === 'string' ? named.trim() : '',
      context.plan.functions,
      context,
    );
    const found = await functions.find(tenant, reference, context.plan.functions);
    if (!found.ok) return found;
    const tool = toolOf(entry, reference, found.value, (value) => resolveToText(value, context));
    if (tools.some(({ offered }) => offered.name === tool.offered.name)) {
      return fail(
        'recipe_invalid',
        `Cannot offer two tools named "${tool.offered.name}" in node "${node.id}": give one a "name"`,
      );
    }
    tools.push(tool);
  }
  return ok(tools);
}

function toolOf(
  entry: JsonObject,
  reference: string,
  target: PinnedFunction,
  render: (value: JsonValue) => string,
): Tool {
  const { name, description } = entry;
  const isText = target.contentType === 'text' || target.contentType === 'bytes';
  const schema = isText ? TEXT_INPUT : target.input;
  const about = description === undefined ? target.description : render(description);
  return {
    reference,
    target,
    isText,
    offered: {
      name: toolName(typeof name === 'string' ? name : reference),
      input: isJsonObject(schema) ? schema : { type: 'object' },
      ...(about !== undefined && { description: about }),
    },
  };
}

/** One call: checked, made, and turned into what the model is told and what is kept. Never rejects. */
export async function callTool(
  { tenant, functions, signal, clock }: TaskContext<LanguageNode>,
  tools: readonly Tool[],
  { call, number }: { readonly call: ToolCall; readonly number: number },
): Promise<{ readonly record: ToolRecord; readonly answer: ToolAnswer }> {
  const startedAt = clock.now();
  const tool = tools.find(({ offered }) => offered.name === call.tool);
  const reference = tool?.reference ?? call.tool.slice(0, 100);
  const about = { number, tool: reference, input: call.input, startedAt };
  const refused = tool === undefined ? unknownTool(call, tools) : refusalOf(tool, call.input);
  if (tool === undefined || refused !== undefined) {
    const error = refused ?? failure('function_not_found', 'Cannot find the tool');
    return {
      record: { ...about, outcome: { ok: false, failure: error } },
      answer: failed(call, error),
    };
  }
  const { target, isText } = tool;
  const input = isText && isJsonObject(call.input) ? (call.input['input'] ?? '') : call.input;
  const called = await functions.call({ tenant, target, input }, signal);
  if (!called.ok) {
    const { error } = called;
    return {
      record: { ...about, outcome: { ok: false, failure: error } },
      answer: failed(call, error),
    };
  }
  const { output, logs: _logs, ...measured } = called.value;
  const stats = { wallMs: clock.now() - startedAt, ...measured };
  return {
    record: { ...about, outcome: { ok: true, output, stats } },
    answer: { id: call.id, tool: call.tool, output },
  };
}

function unknownTool({ tool }: ToolCall, tools: readonly Tool[]): Failure {
  const names = tools.map(({ offered }) => offered.name).join(', ');
  return failure(
    'function_not_found',
    `Cannot find tool "${tool.slice(0, 100)}": there are ${names}`,
  );
}

/** The model made the input: it is checked as a stranger's. */
function refusalOf({ offered, reference }: Tool, input: JsonValue): Failure | undefined {
  const [fault] = schemaFaults(offered.input, input);
  if (fault === undefined) return undefined;
  return failure(
    'inputs_invalid',
    `Cannot call "${reference}" ${describeFault(fault, offered.input)}`,
  );
}

function failed({ id, tool }: ToolCall, { code, message }: Failure): ToolAnswer {
  return { id, tool, output: { error: { code, message } }, failed: true };
}
