/** LangGraph.js in a process of its own: it has no server, so its figures are without HTTP. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Peer } from './peer.ts';

export async function startLangGraph(): Promise<Peer> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'langgraph.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, LANGSMITH_TRACING: 'false', LANGCHAIN_TRACING_V2: 'false' },
  });
  child.stdout.setEncoding('utf8');
  return {
    name: 'langgraph',
    async run(work, count) {
      const said = once(child.stdout, 'data');
      child.stdin.write(`${work} ${count}\n`);
      const [answer] = (await said) as [string];
      if (answer !== 'done\n') throw new Error(`LangGraph.js: ${answer}`);
    },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
