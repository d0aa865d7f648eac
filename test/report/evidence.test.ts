import assert from 'node:assert/strict';
import test from 'node:test';
import { Ajv } from 'ajv';
import { InvalidEvidence, readEvidence, summaryOf, writeEvidence } from '../../report/evidence.ts';
import { drillJsonSchema } from '../../report/json-schema.ts';
import { drilled, failed } from './sample.ts';

test('the summary has exactly the members of the contract, in its order', () => {
  assert.deepEqual(Object.keys(summaryOf(drilled)), [
    'recovery',
    'plan',
    'kind',
    'seed',
    'outcome',
    'reason',
    'rtoSeconds',
    'rpoSeconds',
    'objectives',
    'phases',
    'criticalPathSeconds',
    'steps',
    'apiCalls',
    'historyEvents',
    'largestPayloadBytes',
    'traffic',
    'violations',
    'leaks',
  ]);
  assert.deepEqual(Object.keys(summaryOf(failed).phases), [
    'detectSeconds',
    'decideSeconds',
    'executeSeconds',
    'verifySeconds',
  ]);
});

test('evidence that was written reads back as it was', () => {
  for (const evidence of [drilled, failed]) assert.deepEqual(readEvidence(writeEvidence(evidence)), evidence);
});

test('evidence with an unknown member, a missing one or a local time is refused by name', () => {
  const without = { ...drilled, planHash: undefined };
  const cases: readonly [object, RegExp][] = [
    [{ ...drilled, extra: 1 }, /extra/],
    [without, /planHash/],
    [{ ...drilled, startedAt: '2026-03-02T18:00:00+09:00' }, /startedAt: an instant is ISO-8601 in UTC/],
    [{ ...drilled, rtoSeconds: -1 }, /rtoSeconds/],
    [{ ...drilled, traffic: { switchedAt: null } }, /traffic\.target/],
  ];
  for (const [record, message] of cases) {
    assert.throws(() => readEvidence(JSON.stringify(record)), { name: 'InvalidEvidence', message });
  }
  assert.throws(() => readEvidence('{'), InvalidEvidence);
});

test('the published JSON Schema accepts a summary and refuses more or less than it', () => {
  const validate = new Ajv({ formats: { 'date-time': true } }).compile(drillJsonSchema());
  for (const evidence of [drilled, failed])
    assert.equal(validate(summaryOf(evidence)), true, validate.errors?.[0]?.message);
  assert.equal(validate({ ...summaryOf(drilled), extra: 1 }), false);
  const { leaks: _, ...withoutLeaks } = summaryOf(drilled);
  assert.equal(validate(withoutLeaks), false);
  assert.equal(validate({ ...summaryOf(drilled), outcome: 'succeeded' }), false);
});
