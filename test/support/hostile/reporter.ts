/** The last lines of `npm run test:hostile`: the slowest cases, and how many there are. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

const SHOWN = 5;

export default class HostileReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = cases.filter((one) => one.result().state === 'passed');
    const slowest = cases.toSorted((a, b) => duration(b) - duration(a)).slice(0, SHOWN);
    const lines = slowest.map((one) => `  ${Math.round(duration(one))} ms  ${one.fullName}`);
    const failed = cases.length - passed.length;
    console.log(`\nslowest:\n${lines.join('\n')}`);
    console.log(`hostile: ${cases.length} cases${failed === 0 ? '' : `, ${failed} not passed`}`);
  }
}

function duration(one: TestCase): number {
  return one.diagnostic()?.duration ?? 0;
}
