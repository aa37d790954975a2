/** `npm run size`: the Worker must stay under its ceiling, compressed as it is uploaded. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const CEILING_KIB = 1536;
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/worker');
const files = readdirSync(folder).filter((file) => /\.(?:js|wasm|bin)$/.test(file));
const bytes = files.reduce(
  (sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length,
  0,
);
const kib = Math.round(bytes / 1024);
console.log(`the Worker is ${kib} KiB compressed; ${CEILING_KIB} KiB is the ceiling`);
if (kib > CEILING_KIB) process.exitCode = 1;
