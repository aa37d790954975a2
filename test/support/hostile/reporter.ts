/** The last lines of `npm run test:hostile`: the slowest calls, and how many cases there are. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

const SHOWN = 8;

export default class HostileReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const failed = cases.filter((one) => one.result().state !== 'passed').length;
    const timed = cases.filter((one) => one.meta().firstCallMs !== undefined);
    const slowest = timed.toSorted((a, b) => longest(b) - longest(a)).slice(0, SHOWN);
    const lines = slowest.map((one) => {
      const { firstCallMs = 0, secondCallMs = 0 } = one.meta();
      return `  ${firstCallMs} ms cold, ${secondCallMs} ms warm: ${one.fullName}`;
    });
    console.log(['', 'slowest calls:', ...lines].join('\n'));
    console.log(`hostile: ${cases.length} cases${failed === 0 ? '' : `, ${failed} not passed`}`);
  }
}

function longest(one: TestCase): number {
  const { firstCallMs = 0, secondCallMs = 0 } = one.meta();
  return Math.max(firstCallMs, secondCallMs);
}
