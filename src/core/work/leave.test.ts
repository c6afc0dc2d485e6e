import { deepEqual, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { leaveWork, leavings } from './index.ts';

function thing(ends: Promise<void>, log: string[]): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      log.push('begun');
      await ends;
      log.push('gone');
    },
  };
}

test('what is handed over goes while other things are done, and is waited for in the end', async () => {
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  {
    await using left = leavings();
    await leaveWork(thing(gate.promise, log), left);
    log.push('other things');
    gate.resolve();
  }
  deepEqual(log, ['begun', 'other things', 'gone']);
});

test('without who takes it over it is gone at once', async () => {
  const log: string[] = [];
  await leaveWork(thing(Promise.resolve(), log), {});
  deepEqual(log, ['begun', 'gone']);
});

test('a failed disposal is told in the end', async () => {
  const left = leavings();
  await leaveWork({ [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')) }, left);
  await rejects(async () => await left[Symbol.asyncDispose](), /stuck/);
});
