/** The last lines of `npm run test:hostile`: the slowest calls, the cases of each class, and how many there are. */
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
    console.log(['', 'cases of each class:', ...countsOf(modules)].join('\n'));
    console.log(`hostile: ${cases.length} cases${failed === 0 ? '' : `, ${failed} not passed`}`);
  }
}

/** A class of attacks is a `describe` of a file. */
function countsOf(modules: readonly TestModule[]): readonly string[] {
  return modules.flatMap((module) => {
    const file = module.relativeModuleId.replace(/^.*\/|\.test\.ts$/g, '');
    const counts = new Map<string, number>();
    for (const one of module.children.allTests()) {
      const name = one.parent.type === 'suite' ? one.parent.fullName : 'on its own';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts].map(([name, count]) => `  ${String(count).padStart(4)}  ${file}: ${name}`);
  });
}

function longest(one: TestCase): number {
  const { firstCallMs = 0, secondCallMs = 0 } = one.meta();
  return Math.max(firstCallMs, secondCallMs);
}
