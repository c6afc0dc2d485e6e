import { visibleLines } from '../../../core/text/index.ts';
import type { Report, ReportItem } from './items.ts';

/**
 * A report as SARIF 2.1.0. Results name their layer, and stand at a Dockerfile: at the line of the instruction where it
 * is at hand, otherwise without a line.
 */
export function sarifOf({ subject, items, version, dockerfile = 'Dockerfile' }: Report): string {
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
        results: items.map(item => resultOf(item, dockerfile)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(item: ReportItem, uri: string): object {
  return {
    ruleId: item.id,
    level: item.level,
    message: { text: visibleLines(`${item.message}\n${item.place}`) },
    partialFingerprints: { 'sampan/v1': `${item.id} ${item.place}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          ...(item.line === undefined ? {} : { region: { startLine: item.line } }),
        },
        logicalLocations: [{ fullyQualifiedName: visibleLines(item.place), kind: 'module' }],
      },
    ],
  };
}
