import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixText } from '../fix/index.ts';
import { type FileReport, type LintInput, lintText } from '../lint.ts';
import type { LintSettings } from '../settings.ts';
import { RULES, type Rule } from './index.ts';

const settings: LintSettings = {
  // Rules that are off must hold what they promise too.
  rules: Object.fromEntries(RULES.filter(({ off }) => off).map(({ id, severity }) => [id, severity])),
  registries: ['docker.io', 'registry.example.com'],
  labels: ['org.opencontainers.image.source'],
};

function inputFor({ kind, id }: Rule, text: string): LintInput {
  const dockerignore = id === 'copy-ignored' ? '*.log\n' : null;
  return { path: kind === 'compose' ? 'compose.yaml' : 'Dockerfile', text, kind, dockerignore };
}

function idsOf({ findings }: FileReport): string[] {
  return findings.map(({ rule }) => rule);
}

for (const rule of RULES) {
  describe(rule.id, () => {
    test('finds its bad sample', () => {
      ok(idsOf(lintText(inputFor(rule, rule.bad), settings)).includes(rule.id));
    });
    test('finds nothing in its good sample, which can be read', () => {
      const found = idsOf(lintText(inputFor(rule, rule.good), settings));
      equal(found.includes(rule.id), false);
      equal(found.includes('syntax'), false);
    });
    test('is silent when it is off', () => {
      const rules = { ...settings.rules, [rule.id]: 'off' as const };
      equal(idsOf(lintText(inputFor(rule, rule.bad), { ...settings, rules })).includes(rule.id), false);
    });
    test('points into the file', () => {
      for (const { start, end, offset } of lintText(inputFor(rule, rule.bad), settings).findings) {
        ok(offset <= rule.bad.length && start.line >= 1 && start.column >= 1);
        ok(end.line > start.line || (end.line === start.line && end.column >= start.column));
      }
    });
  });
}

test('what --fix can mend is mended in every sample, and linting again finds nothing of it', () => {
  for (const rule of RULES) {
    for (const text of [rule.bad, rule.good, rule.bad.replaceAll('\n', '\r\n'), `\ufeff${rule.bad}`]) {
      const fixed = fixText(inputFor(rule, text), settings);
      deepEqual(
        fixed.report.findings.filter(({ edits }) => edits !== undefined).map(({ message }) => message),
        [],
        rule.id,
      );
      equal(fixText(inputFor(rule, fixed.text), settings).text, fixed.text, `${rule.id}: mending twice`);
      if (rule.fixable && text === rule.bad) equal(idsOf(fixed.report).includes(rule.id), false, rule.id);
      if (text.includes('\r\n')) equal(/[^\r]\n/.test(fixed.text), false, `${rule.id}: line breaks`);
    }
  }
});

test('only rules that say so mend', () => {
  for (const rule of RULES) {
    const own = lintText(inputFor(rule, rule.bad), settings).findings.filter(found => found.rule === rule.id);
    equal(
      own.some(({ edits }) => edits !== undefined),
      rule.fixable === true,
      rule.id,
    );
  }
});

test('ids are stable names, each of one rule, and texts are whole', () => {
  equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
  for (const { id, summary, why, kind } of RULES) {
    match(id, kind === 'compose' ? /^compose-[a-z]+(?:-[a-z]+)*$/ : /^(?!compose-)[a-z]+(?:-[a-z]+)*$/);
    match(summary, /^[a-zA-Z/][^\n]{9,99}[^.\n]$/, id);
    match(why, /[.)]$/, id);
  }
});
