/** LangGraph.js in memory, with its checkpointer: a line `WORK COUNT` in, `done` out. */
import { createInterface } from 'node:readline';
import { Annotation, END, MemorySaver, START, StateGraph } from '@langchain/langgraph';

const State = Annotation.Root({
  value: Annotation({ reducer: (before, more) => before + more, default: () => 0 }),
});

function build(work, count) {
  const graph = new StateGraph(State);
  const names = Array.from({ length: count }, (_, index) => `step_${index}`);
  for (const name of names) graph.addNode(name, () => ({ value: 1 }));
  for (const [index, name] of names.entries()) {
    graph.addEdge(work === 'fan_out' ? START : (names[index - 1] ?? START), name);
    if (work === 'fan_out') graph.addEdge(name, END);
  }
  if (work !== 'fan_out') graph.addEdge(names.at(-1) ?? START, END);
  return graph.compile({ checkpointer: new MemorySaver() });
}

const graphs = new Map();
let thread = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [work, text] = line.split(' ');
  const count = Math.max(1, Number(text));
  const graph = graphs.get(line) ?? build(work, count);
  graphs.set(line, graph);
  thread += 1;
  const options = { configurable: { thread_id: String(thread) }, recursionLimit: count + 10 };
  const { value } = await graph.invoke({ value: 0 }, options);
  process.stdout.write(value === count ? 'done\n' : `wrong ${value}\n`);
}
