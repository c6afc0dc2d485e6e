import { visibleLines } from '../../../core/text/index.ts';
import type { Report, ReportItem } from './items.ts';

/** A report as SARIF 2.1.0. An image has no lines: results stand at the Dockerfile, and name the layer. */
export function sarifOf({ subject, items, version }: Report): string {
  const rules = [...new Map(items.map(item => [item.id, item])).values()];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sampan',
            version,
            rules: rules.map(({ id, title }) => ({ id, shortDescription: { text: visibleLines(title) } })),
          },
        },
        properties: { subject },
        results: items.map(resultOf),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(item: ReportItem): object {
  return {
    ruleId: item.id,
    level: item.level,
    message: { text: visibleLines(`${item.message}\n${item.place}`) },
    partialFingerprints: { 'sampan/v1': `${item.id} ${item.place}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: 'Dockerfile' }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: visibleLines(item.place), kind: 'module' }],
      },
    ],
  };
}
