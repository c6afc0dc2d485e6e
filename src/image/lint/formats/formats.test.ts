import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS, lintText, toGithub, toSarif } from '../index.ts';

const report = lintText(
  { path: 'a dir/Docker,file:x', text: 'FROM a\nRUN sudo b\nBOGUS %0A\n', kind: 'dockerfile' },
  DEFAULT_SETTINGS,
);

test('a SARIF log has its rules, and results that point at them and into the file', () => {
  const log: unknown = JSON.parse(JSON.stringify(toSarif([report], '1.2.3')));
  const text = JSON.stringify(log);
  ok(text.includes('"version":"2.1.0"'));
  ok(text.includes('"uri":"a%20dir/Docker%2Cfile%3Ax"'));
  match(text, /"ruleId":"no-sudo","ruleIndex":\d,"level":"warning"/);
  ok(text.includes('"region":{"startLine":2,"startColumn":5,"endLine":2,"endColumn":9}'));
  ok(text.includes('"id":"syntax"'));
  deepEqual(JSON.parse(JSON.stringify(toSarif([], '1'))).runs[0].results, []);
});

test('annotations are one line each, with what GitHub would take apart escaped', () => {
  const lines = toGithub([report]).trimEnd().split('\n');
  equal(lines.length, report.findings.length);
  for (const line of lines)
    match(line, /^::(?:error|warning|notice) file=a dir\/Docker%2Cfile%3Ax,line=\d+,/);
});
