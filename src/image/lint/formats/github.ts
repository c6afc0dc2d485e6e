import type { FileReport, Finding } from '../lint.ts';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** The findings as annotations of a GitHub workflow ("Workflow commands"), one a line. */
export function toGithub(reports: readonly FileReport[]): string {
  return reports.flatMap(({ path, findings }) => findings.map(finding => annotation(path, finding))).join('');
}

function annotation(path: string, { rule, severity, message, start, end }: Finding): string {
  const place = start.line === end.line ? `,col=${start.column},endColumn=${end.column}` : '';
  const at = `file=${property(path)},line=${start.line},endLine=${end.line}${place},title=${property(rule)}`;
  return `::${COMMANDS[severity]} ${at}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
