/** What would take a parser down to the end of its stack. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parsePlan } from '../../recovery/plan/parse.ts';

test('brackets that nest without end are an error, not a crash', () => {
  for (const text of ['['.repeat(50_000), '{a: '.repeat(50_000), `a: ${'- '.repeat(20_000)}`]) {
    const parsed = parsePlan(text, 'plan.yaml');
    assert.ok('errors' in parsed && parsed.errors.length > 0);
  }
});
