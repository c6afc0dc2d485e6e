import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { checkBudget } from '../budget/index.ts';
import type { Finding } from '../finding.ts';
import type { Inspection } from '../types.ts';
import { reportOf } from './items.ts';
import { junitOf } from './junit.ts';
import { cell, code, markdownOf } from './markdown.ts';
import { sarifOf } from './sarif.ts';

const HOSTILE = '</failure><x a="b">|`\u202e\x1b[2J]]>&';

const FINDING: Finding = {
  id: 'apt-cache',
  title: `Lists ${HOSTILE}`,
  severity: 'high',
  confidence: 'certain',
  bytes: 60_000_000,
  files: 3,
  causes: [{ layer: 1, instruction: `RUN ${HOSTILE}`, bytes: 60_000_000, files: 3 }],
  fix: `RUN rm\nline ${HOSTILE}`,
  examples: [],
};

const INSPECTION: Inspection = {
  image: `app ${HOSTILE}`,
  platform: 'linux/amd64',
  id: 'sha256:0000000000000000000000000000000000000000000000000000000000000000',
  totals: {
    sizeBytes: 100_000_000,
    storedBytes: 40_000_000,
    plainBytes: 100_000_000,
    compressionRatio: 0.4,
    visibleBytes: 90_000_000,
    files: 1000,
    efficiency: 0.9,
    wastedBytes: 10_000_000,
    hiddenBytes: 10_000_000,
    reclaimableBytes: 70_000_000,
    userBytes: 80_000_000,
  },
  base: { name: 'Debian', layers: 1, bytes: 20_000_000 },
  layers: [],
  findings: [FINDING],
  packages: [],
  wastedPaths: [],
  notes: [],
};

test('a budget that is kept breaks nothing, and each promise that is broken is told', () => {
  const kept = {
    maxSize: 100_000_000,
    maxWaste: { share: 0.7 },
    minEfficiency: 0.9,
    maxGrowth: 5,
    failOn: ['secrets'],
  };
  deepEqual(checkBudget(INSPECTION, kept, 5), []);
  const broken = {
    maxSize: 99_999_999,
    maxWaste: { bytes: 1 },
    minEfficiency: 0.91,
    maxGrowth: 4,
    failOn: ['apt-cache'],
  };
  deepEqual(
    checkBudget(INSPECTION, broken, 5).map(each => each.id),
    ['max-size', 'max-waste', 'min-efficiency', 'max-growth', 'apt-cache'],
  );
});

test('a severity stands for itself and all above it', () => {
  const ids = (failOn: string): number => checkBudget(INSPECTION, { failOn: [failOn] }).length;
  deepEqual([ids('low'), ids('medium'), ids('high')], [1, 1, 1]);
  const mild = { ...INSPECTION, findings: [{ ...FINDING, severity: 'low' as const }] };
  equal(checkBudget(mild, { failOn: ['medium'] }).length, 0);
});

test('JUnit is well formed whatever the names are, and counts its failures', () => {
  const xml = junitOf(
    reportOf(INSPECTION, {
      violations: [{ id: 'max-size', message: 'too large' }],
      version: '0.1.0',
    }),
  );
  match(xml, /<testsuites name="sampan" tests="2" failures="2">/);
  equal(xml.match(/<failure /g)?.length, 2);
  equal(xml.includes('<x '), false);
  equal(xml.includes('\u202e') || xml.includes('\x1b'), false);
  match(junitOf({ subject: 'x', items: [], version: '' }), /tests="1" failures="0"/);
});

test('SARIF names its rules once, and every result points at a place', () => {
  const report = reportOf(INSPECTION, { violations: [], version: '0.1.0' });
  const log = JSON.parse(sarifOf(report));
  equal(log.runs[0].results[0].locations[0].physicalLocation.region, undefined);
  equal(log.version, '2.1.0');
  const [run] = log.runs;
  deepEqual(
    run.tool.driver.rules.map((rule: { id: string }) => rule.id),
    ['apt-cache'],
  );
  equal(run.results[0].level, 'error');
  match(run.results[0].locations[0].logicalLocations[0].fullyQualifiedName, /^layer 2: RUN/);
});

test('SARIF points at the line of the instruction, where the Dockerfile is at hand', () => {
  const builtFrom = {
    uri: 'my%20app/Dockerfile',
    lineOf: (text: string) => (text.startsWith('RUN') ? 7 : undefined),
  };
  const log = JSON.parse(sarifOf(reportOf(INSPECTION, { violations: [], version: '0.1.0', builtFrom })));
  const [{ physicalLocation }] = log.runs[0].results[0].locations;
  deepEqual(physicalLocation, { artifactLocation: { uri: 'my%20app/Dockerfile' }, region: { startLine: 7 } });
});

test('Markdown stays one table, whatever the names are', () => {
  const text = markdownOf(INSPECTION, [{ id: 'max-size', message: `too large ${HOSTILE}` }]);
  match(text, /\*\*The budget is broken:\*\*/);
  const row = text.split('\n').find(line => line.includes('60.0 MB')) ?? '';
  equal(row.replaceAll('\\|', '').split('|').length, 6);
  equal(text.includes('\u202e') || text.includes('\x1b'), false);
});

test('text in cells is inert, and code keeps its back quotes', () => {
  equal(cell('a*b_[x](y) <b> |'), 'a\\*b\\_\\[x\\](y) \\<b\\> \\|');
  equal(code('a`b'), '`` a`b ``');
  equal(code(''), '');
  ok(!cell('a\nb').includes('\n'));
});

test('a layer that no instruction is known of is named alone', () => {
  const causes = [{ layer: 0, instruction: '', bytes: 5, files: 1 }];
  const text = markdownOf({ ...INSPECTION, findings: [{ ...FINDING, causes }] }, []);
  match(text, /\| layer 1 \|/);
});
