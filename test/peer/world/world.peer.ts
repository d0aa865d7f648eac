/** The simulated AWS and moto, asked the same: where they differ is known, judged and written down. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { differencesIn, keyOf } from './compare.ts';
import { entriesOf, judged } from './differences.ts';
import { judgeBoth } from './judgement.ts';
import { operationsOfAws, unasked } from './operations.ts';

const { asked, recorded } = await judgeBoth();
const seen = differencesIn(asked);
const entries = entriesOf(judged);
const asks = new Set(asked.map(({ question }) => `${question.service}:${question.operation}`));

test('every operation that deployed code can call is asked of both sides, or it is said why not', () => {
  const known = operationsOfAws();
  assert.ok(known.size > 50, `only ${known.size} operations were found in aws/`);
  assert.deepEqual(
    [...known].filter((operation) => !asks.has(operation) && !(operation in unasked)),
    [],
  );
  assert.deepEqual(
    Object.keys(unasked).filter((operation) => asks.has(operation) || !known.has(operation)),
    [],
    'what is asked, or not called any more, needs no reason',
  );
});

test('every operation that a check, a response, a drill and a failover call is asked of both sides', () => {
  assert.deepEqual(
    [...recorded].filter((operation) => !asks.has(operation)),
    [],
  );
});

test('simulator and moto give callers the same, but for differences that are judged', () => {
  const unexplained = seen.filter((difference) => !entries.has(keyOf(difference)));
  assert.deepEqual(
    unexplained.map((difference) => `${keyOf(difference)}, asked ${JSON.stringify(difference.asked.input)}`),
    [],
  );
});

test('every judged difference is still there', () => {
  const keys = new Set(seen.map(keyOf));
  assert.deepEqual(
    [...entries.keys()].filter((key) => !keys.has(key)),
    [],
  );
});

test('an operation is judged as a whole where moto answers none of its requests, and nowhere else', () => {
  const answered = (side: 'ours' | 'theirs') =>
    new Set(
      asked
        .filter((one) => one[side].some(({ ok }) => ok))
        .map(({ question }) => `${question.service}:${question.operation}`),
    );
  const [byUs, byMoto] = [answered('ours'), answered('theirs')];
  const whole = [...entries.values()].filter(({ path, ours }) => path === '' && ours === 'an answer');
  assert.deepEqual(
    new Set(whole.map(({ operation }) => operation)),
    new Set([...byUs].filter((operation) => !byMoto.has(operation))),
  );
});
