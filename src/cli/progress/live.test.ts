import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { styleFor, widthOf } from '../output/index.ts';
import { type LiveProgress, liveProgress } from './live.ts';
import { virtualTerminal } from './testing/index.ts';

interface Fixture {
  readonly progress: LiveProgress;
  readonly terminal: ReturnType<typeof virtualTerminal>;
  tick(): void;
  pass(ms: number): void;
  isTicking(): boolean;
}

function fixture(columns = 40): Fixture {
  const terminal = virtualTerminal();
  let now = 0;
  let ticking: (() => void) | undefined;
  const progress = liveProgress({
    write: terminal.write,
    columns: () => columns,
    style: styleFor({ color: false }),
    now: () => now,
    every: (_ms, tick) => {
      ticking = tick;
      return () => {
        ticking = undefined;
      };
    },
  });
  return {
    progress,
    terminal,
    tick: () => ticking?.(),
    pass: ms => {
      now += ms;
    },
    isTicking: () => ticking !== undefined,
  };
}

test('open stages are drawn in place, and those that ended stay above them', () => {
  const { progress, terminal, tick, pass } = fixture();
  const read = progress.stage('Read');
  const run = progress.stage('Run');
  read.update('4 of 9 layers');
  pass(1500);
  tick();
  deepEqual(terminal.lines(), ['⠙ Read  4 of 9 layers  1.5 s', '⠙ Run  1.5 s']);
  read.done('9 layers');
  deepEqual(terminal.lines(), ['✓ Read  9 layers  1.5 s', '⠙ Run  1.5 s']);
  run.fail();
  deepEqual(terminal.lines(), ['✓ Read  9 layers  1.5 s', '✗ Run  failed  1.5 s']);
});

test('updates wait for the next tick, however many there are', () => {
  const { progress, terminal } = fixture();
  const stage = progress.stage('Hash');
  const before = terminal.writes();
  for (let i = 0; i < 10_000; i++) stage.update(`${i} files`);
  equal(terminal.writes(), before);
});

test('the cursor is hidden while stages are open and comes back when the last one ends', () => {
  const { progress, terminal, isTicking } = fixture();
  const stage = progress.stage('Read');
  equal(terminal.cursorVisible(), false);
  stage.done();
  equal(terminal.cursorVisible(), true);
  equal(isTicking(), false);
});

test('closing in the middle of a stage leaves a clean screen and the cursor', () => {
  const { progress, terminal, isTicking } = fixture();
  progress.stage('Read');
  progress.close();
  progress.close();
  deepEqual(terminal.lines(), []);
  equal(terminal.cursorVisible(), true);
  equal(isTicking(), false);
});

test('other text appears above the open stages', () => {
  const { progress, terminal } = fixture();
  progress.stage('Read');
  progress.above(() => terminal.write('a warning\n'));
  deepEqual(terminal.lines(), ['a warning', '⠋ Read']);
});

test('no line is as wide as the terminal, however long the texts and however narrow it is', () => {
  for (let columns = 4; columns < 60; columns++) {
    const { progress, terminal, pass, tick } = fixture(columns);
    const stage = progress.stage('A title that is long 三板');
    stage.update(`/usr/lib/${'x'.repeat(80)}`);
    pass(125_000);
    tick();
    for (const line of terminal.lines()) ok(widthOf(line) < columns, `${columns}: ${line}`);
  }
});

test('a stage that ended says nothing more, and cannot steer the terminal', () => {
  const { progress, terminal } = fixture();
  const stage = progress.stage('Read \x1b[2J');
  stage.done('one');
  stage.done('two');
  stage.fail('three');
  deepEqual(terminal.lines(), ['✓ Read \\x1b[2J  one']);
});
