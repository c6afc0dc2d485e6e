import type { FileReport, Finding } from '../lint.ts';
import { rulePage } from '../pages/index.ts';
import { OWN_FINDINGS, RULES, type Severity } from '../rules/index.ts';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** The findings as a SARIF 2.1.0 log (OASIS), with all rules that were found. */
export function toSarif(reports: readonly FileReport[], version: string): object {
  const found = new Set(reports.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
  const ids = [...Object.keys(OWN_FINDINGS), ...RULES.map(({ id }) => id)].filter(id => found.has(id));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sampan lint', version, rules: ids.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: reports.flatMap(({ path, findings }) =>
          findings.map(finding => resultOf(path, finding, ids)),
        ),
      },
    ],
  };
}

function ruleOf(id: string): object {
  const rule = RULES.find(candidate => candidate.id === id);
  if (rule === undefined)
    return { id, shortDescription: { text: own(id) }, defaultConfiguration: { level: 'error' } };
  return {
    id,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.why },
    help: { text: rule.why, markdown: rulePage(rule) },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { tags: [rule.topic] },
  };
}

function own(id: string): string {
  return Object.entries(OWN_FINDINGS).find(([name]) => name === id)?.[1] ?? id;
}

function resultOf(
  path: string,
  { rule, severity, message, start, end }: Finding,
  ids: readonly string[],
): object {
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: LEVELS[severity],
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(path) },
          region: {
            startLine: start.line,
            startColumn: start.column,
            endLine: end.line,
            endColumn: end.column,
          },
        },
      },
    ],
  };
}

/** A relative reference (RFC 3986, 4.2): `/` between the parts, the parts encoded. */
function uriOf(path: string): string {
  return path.split(/[/\\]/).map(encodeURIComponent).join('/');
}
