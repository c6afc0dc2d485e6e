import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { plainProgress } from './plain.ts';

test('a log gets one line when a stage begins and one when it ends, with its time', () => {
  const written: string[] = [];
  let now = 0;
  const progress = plainProgress({ write: text => written.push(text), now: () => now });
  const stage = progress.stage('Read');
  now = 1500;
  stage.update('much');
  stage.done('9 layers');
  stage.fail('never said');
  equal(written.join(''), 'Read …\nRead done: 9 layers (1.5 s)\n');
});
