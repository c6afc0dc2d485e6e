import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type Patient, treat, USUAL_RULE } from './policy.ts';

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
