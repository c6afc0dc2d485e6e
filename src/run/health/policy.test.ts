import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { counted, type Patient, ruleFrom, treat, USUAL_RULE } from './policy.ts';

test('restarts come slower and slower, and end at the limit', () => {
  const rule = { ...USUAL_RULE, delayMs: 1000, maxDelayMs: 3000, limit: 4 };
  let patient: Patient | undefined;
  const waits: number[] = [];
  let nowMs = 0;
  for (;;) {
    const treatment = treat(patient, rule, nowMs);
    if (treatment.kind === 'nothing') break;
    patient = treatment.patient;
    if (treatment.kind === 'give up') break;
    waits.push(treatment.inMs);
    nowMs += treatment.inMs + 10;
  }
  deepEqual(waits, [0, 1000, 2000, 3000]);
  equal(treat(patient, rule, nowMs).kind, 'nothing');
});

test('restarts of long ago do not count', () => {
  const patient = { restarts: [0, 1, 2, 3, 4], isGivenUp: false };
  equal(treat(patient, USUAL_RULE, 10).kind, 'give up');
  equal(treat(patient, USUAL_RULE, USUAL_RULE.windowMs + 10).kind, 'restart');
});

test('a service may refuse', () => {
  equal(treat(undefined, { ...USUAL_RULE, onUnhealthy: false }, 0).kind, 'nothing');
});

test('ends in a loop are told at the first, second, fourth time and so on, and anew after a rest', () => {
  let ends = counted(undefined, 0);
  const told = [ends.isTold];
  for (let time = 1; time < 8; time++) {
    ends = counted(ends, time * 1000);
    told.push(ends.isTold);
  }
  deepEqual(told, [true, true, false, true, false, false, false, true]);
  deepEqual(counted(ends, 7000 + 600_000), { count: 1, lastMs: 607_000, isTold: true });
});

test('a label that says a rule wrongly leaves the usual one', () => {
  deepEqual(ruleFrom({ limit: 'x', delayMs: -1, windowMs: 5, more: 1 }), { ...USUAL_RULE, windowMs: 5 });
  deepEqual(ruleFrom(null), USUAL_RULE);
});
