/** A plan's graph and estimates as the API spells them. */
import { criticalPath } from '../core/recipe/critical-path.ts';
import { worstCaseOf } from '../core/recipe/estimate.ts';
import type { Calls } from '../core/recipe/estimate.ts';
import type { Graph, Plan, PlanNode } from '../core/recipe/plan.ts';
import { visitsOf } from '../core/recipe/visits.ts';
import { roundUsd } from '../core/run/spend.ts';
import type { AnswersCost } from '../runtime/models/answers-cost.ts';
import type { PinnedPlan } from '../runtime/recipes.ts';

const MAX_LISTED = 100;

export function planView({ plan, planHash }: PinnedPlan, answers: readonly AnswersCost[]) {
  return { plan_hash: planHash, ...estimateView(plan), answers: answersView(answers) };
}

/** Without a price, a length or a bound a number is null. */
function answersView(answers: readonly AnswersCost[]) {
  const costs = answers.flatMap(({ usd }) => usd ?? []);
  const isKnown = costs.length === answers.length;
  return {
    max_cost_usd: isKnown ? roundUsd(costs.reduce((sum, usd) => sum + usd, 0)) : null,
    nodes: answers.slice(0, MAX_LISTED).map(({ maxTokens, usd, ...about }) => ({
      ...about,
      max_tokens: maxTokens,
      max_cost_usd: usd,
    })),
  };
}

export function estimateView(plan: Plan) {
  return {
    graph: graphView(plan.graph),
    critical_path: criticalPath(plan),
    worst_case: worstCaseView(plan),
  };
}

function graphView(graph: Graph) {
  const visits = visitsOf(graph);
  return {
    nodes: graph.nodes.map((node) => ({
      id: node.id,
      ...nodeView(node),
      output: node.output,
      ...(node.description !== undefined && { description: node.description }),
      ...(node.when !== undefined && { when: node.when }),
      // The most that loops can bring; 0 where no edge leads.
      max_visits: visits.get(node.id) ?? 0,
    })),
    edges: graph.edges,
    entries: graph.entries,
  };
}

interface Shown {
  readonly type: PlanNode['type'];
  readonly function?: string;
  readonly recipe?: string;
  readonly task?: Shown;
}

function nodeView(node: PlanNode): Shown {
  switch (node.type) {
    case 'function_task':
    case 'reduce':
      return { type: node.type, function: node.function };
    case 'recipe':
      return { type: node.type, recipe: node.path };
    case 'map':
      return { type: node.type, task: nodeView(node.task) };
    case 'language_task':
    case 'text_to_speech_task':
    case 'speech_to_text_task':
    case 'http_task':
    case 'hitl':
    case 'wait':
      return { type: node.type };
  }
}

function worstCaseView(plan: Plan) {
  const { steps, unbounded, asked: _asked, ...calls } = worstCaseOf(plan);
  return {
    steps,
    ...callsView(calls),
    unbounded: unbounded.map(({ perItem, ...reason }) => ({
      ...reason,
      ...(perItem && { per_item: callsView(perItem) }),
    })),
  };
}

/** Without a bound a number is null. */
function callsView({ byType, models }: Calls) {
  return { calls_by_type: byType, max_model_calls: models };
}
