import type { Rule } from '../rules/index.ts';

/** The page of a rule as Markdown (CommonMark): what it finds, why it matters, and a sample before and after. */
export function rulePage(rule: Rule): string {
  const { id, kind, topic, severity, off, summary, why, bad, good, covers = [], fixable } = rule;
  const language = kind === 'compose' ? 'yaml' : 'dockerfile';
  const facts = [
    `About: ${kind === 'compose' ? 'Compose files' : 'Dockerfiles'}, ${topic}.`,
    `Severity: ${severity}${off ? ', off unless `.sampan.yaml` asks for it' : ''}.`,
    ...(fixable ? ['`sampan lint --fix` mends it where that is safe.'] : []),
  ];
  return [
    `# ${id}`,
    '',
    `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`,
    '',
    facts.join(' '),
    '',
    '## Why it matters on a device',
    '',
    why,
    '',
    '## Instead of',
    '',
    ...fenced(language, bad),
    '',
    '## Write',
    '',
    ...fenced(language, good),
    '',
    ...(covers.length === 0 ? [] : [`Other tools call it: ${covers.join(', ')}.`, '']),
    'Where it is meant, say so in a comment above:',
    '',
    ...fenced(language, `# sampan ignore=${id} the reason\n`),
    '',
  ].join('\n');
}

function fenced(language: string, text: string): string[] {
  return [`\`\`\`${language}`, text.trimEnd(), '```'];
}
