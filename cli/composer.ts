#!/usr/bin/env node
/** The `composer` command: hands the process's ends to `run`. */
import { buffer as bytesOf } from 'node:stream/consumers';
import { run } from './run.ts';

// A reader such as `head` may go before all is written.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const { NO_COLOR } = process.env;
// Not `process.exit`: what is still on its way to a pipe would be lost.
process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  columns: process.stdout.columns ?? 120,
  env: process.env,
  readIn: () => bytesOf(process.stdin),
  colours: process.stdout.isTTY && (NO_COLOR === undefined || NO_COLOR === ''),
});
