import { deepEqual, equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { inStage, type Progress, SILENT } from './port.ts';

function recorder(): { readonly said: string[]; readonly progress: Progress } {
  const said: string[] = [];
  const stage = (title: string) => ({
    update: (text: string) => void said.push(`${title}: ${text}`),
    done: (text?: string) => void said.push(`${title} done ${text}`),
    fail: () => void said.push(`${title} failed`),
  });
  return { said, progress: { stage } };
}

test('work in a stage ends the stage with a summary of its result', async () => {
  const { said, progress } = recorder();
  const run = async (stage: { update(text: string): void }) => {
    stage.update('half');
    return 9;
  };
  equal(await inStage(progress, { title: 'Read', run, summary: count => `${count} layers` }), 9);
  deepEqual(said, ['Read: half', 'Read done 9 layers']);
});

test('work that throws fails its stage, and its error comes through', async () => {
  const { said, progress } = recorder();
  await rejects(inStage(progress, { title: 'Read', run: async () => Promise.reject(new Error('no')) }), /no/);
  deepEqual(said, ['Read failed']);
});

test('silence takes every call', () => {
  const stage = SILENT.stage('Read');
  stage.update('x');
  stage.done();
  stage.fail();
});
