import { RULES, type Rule } from '../rules/index.ts';
import { foreignRules } from './foreign.ts';
import { rulePage } from './page.ts';

/** The pages of `docs/rules`: file name to content. `README.md` lists them all. */
export function rulePages(): ReadonlyMap<string, string> {
  const files = new Map([['README.md', indexPage()]]);
  for (const rule of RULES) files.set(`${rule.id}.md`, rulePage(rule));
  return files;
}

function indexPage(): string {
  const topics = [...new Set(RULES.map(({ topic }) => topic))];
  const sections = topics.flatMap(topic => [
    `## ${topic.slice(0, 1).toUpperCase()}${topic.slice(1)}`,
    '',
    '| rule | severity | fix | what it finds |',
    '| --- | --- | --- | --- |',
    ...RULES.filter(rule => rule.topic === topic).map(row),
    '',
  ]);
  return [
    '# Rules of `sampan lint`',
    '',
    'Made from the rules themselves by `scripts/rules.ts`.',
    '',
    ...sections,
  ].join('\n');
}

function row({ id, severity, off, fixable, summary }: Rule): string {
  return `| [${id}](${id}.md) | ${off ? `off (${severity})` : severity} | ${fixable ? 'yes' : ''} | ${summary.replaceAll('|', '\\|')} |`;
}

/** The table of `docs/lint.md`: rules of other tools and ours. */
export function foreignTable(): string {
  const rows = foreignRules().map(({ tool, id, ours, reason }) => {
    const links = ours.map(rule => `[${rule}](rules/${rule}.md)`).join(', ');
    return `| ${tool} | ${id} | ${links === '' ? '–' : links} | ${reason} |`;
  });
  return ['| tool | its rule | ours | remark |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}
