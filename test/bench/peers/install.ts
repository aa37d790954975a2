/** Installs the peers when they are not there. They are large, so nothing but the benchmarks does. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export function installPeers(): void {
  const folder = import.meta.dirname;
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return;
  process.stderr.write('installing the peers …\n');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
