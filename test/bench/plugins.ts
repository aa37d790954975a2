/** Suite `plugins`: what a call costs, beside plain Extism, and what the fuel counter does. */
import { measureCalls } from './plugins/calls.ts';
import { measureMetering } from './plugins/metering.ts';
import type { Row, SuiteOptions } from './report.ts';

export async function plugins(options: SuiteOptions): Promise<readonly Row[]> {
  return [...(await measureCalls(options)), ...(await measureMetering(options))];
}
