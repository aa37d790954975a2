/** Upstash's own flag of scripts, which a stock Redis refuses: taken out, and the digests of both mapped. */
import { createHash } from 'node:crypto';
import type { Reply } from './resp.ts';

export interface Rewritten {
  readonly command: readonly string[];
  readonly reply?: (reply: Reply) => Reply;
}

export interface ScriptRewriter {
  rewrite(command: readonly string[]): Rewritten;
}

const FLAG = 'allow-key-locking';

export function createScriptRewriter(): ScriptRewriter {
  /** From the digest that the client knows to the one that Redis does. */
  const digests = new Map<string, string>();

  function plain(script: string): string {
    const line = /^#!lua flags=(\S*)[^\n]*\n/.exec(script);
    const flags = line?.[1]?.split(',') ?? [];
    if (line === null || !flags.includes(FLAG)) return script;
    const kept = flags.filter((flag) => flag !== FLAG);
    const head = kept.length > 0 ? `#!lua flags=${kept.join(',')}\n` : '#!lua\n';
    const text = head + script.slice(line[0].length);
    digests.set(sha1(script), sha1(text));
    return text;
  }
  const known = (digest: string): string => digests.get(digest.toLowerCase()) ?? digest;

  return {
    rewrite(command) {
      const [name = '', first = '', second = '', ...rest] = command;
      switch (name.toUpperCase()) {
        case 'EVAL':
        case 'EVAL_RO':
          return { command: [name, plain(first), second, ...rest] };
        case 'EVALSHA':
        case 'EVALSHA_RO':
          return { command: [name, known(first), second, ...rest] };
        case 'SCRIPT':
          return rewriteScript(command, plain, known);
        default:
          return { command };
      }
    },
  };
}

function rewriteScript(
  command: readonly string[],
  plain: (script: string) => string,
  known: (digest: string) => string,
): Rewritten {
  const [name = '', action = '', ...rest] = command;
  if (action.toUpperCase() === 'EXISTS') return { command: [name, action, ...rest.map(known)] };
  if (action.toUpperCase() !== 'LOAD') return { command };
  const [script = ''] = rest;
  const digest = Buffer.from(sha1(script));
  return {
    command: [name, action, plain(script)],
    reply: (reply) => (reply.type === 'bytes' ? { type: 'bytes', value: digest } : reply),
  };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
