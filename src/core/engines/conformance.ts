import { describe } from 'node:test';
import { benchFor, type OpenBench, type Subject } from './bench.ts';
import { describeExec, describePorts } from './suite-access.ts';
import { describeEnds, describeFailures } from './suite-ends.ts';
import { describeConfinement, describeLimits } from './suite-limits.ts';
import { describeRemains } from './suite-remains.ts';
import { describeEnvironment, describeFiles } from './suite-surroundings.ts';

const SUITES: Readonly<Record<string, (open: OpenBench, subject: Subject) => void>> = {
  'what a program is told': describeEnvironment,
  'what a program reads and writes': describeFiles,
  'how a program ends': describeEnds,
  'programs that fail': describeFailures,
  'what a program may use': describeLimits,
  'what a program may do': describeConfinement,
  'commands beside the program': describeExec,
  'ports of the program': describePorts,
  'what is left': describeRemains,
};

/** The behaviour that every engine has in common. */
export function engineConformance(subject: Subject): void {
  for (const [name, suite] of Object.entries(SUITES)) {
    describe(`${subject.name}: ${name}`, () => suite(benchFor(subject), subject));
  }
}
