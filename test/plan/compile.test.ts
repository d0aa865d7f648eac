/** What a plan becomes for the functions where its words are few, and what its hash is made of. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { blank, known, placed, written } from '../../recovery/plan/draft.ts';
import { canonicalHash, canonicalJson } from '../../recovery/plan/hash.ts';
import { parsePlan } from '../../recovery/plan/parse.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { sayTags } from '../../recovery/plan/tags.ts';
import { goodPlan } from './cases.ts';

function planOf(text: string): Plan {
  const parsed = parsePlan(text, 'plan.yaml');
  assert.ok('plan' in parsed, JSON.stringify(parsed, null, 2));
  return parsed.plan;
}

/** The good plan with some of its lines replaced. */
function changed(...changes: readonly (readonly [from: string, to: string])[]): Plan {
  let text = goodPlan;
  for (const [from, to] of changes) {
    assert.equal(text.split(from).length, 2, `"${from}" stands once in the good plan`);
    text = text.replace(from, () => to);
  }
  return planOf(text);
}

const metrics = `    metrics:
      slow: { namespace: AWS/X, metric: Time, dimensions: { Of: web }, anomaly: either }
      many: { namespace: AWS/X, metric: Errors, statistic: Sum, period: 5m, above: 50 }
      few: { namespace: AWS/X, metric: Hits, below: 0 }
`;

test('each metric of a plan becomes an alarm of a name of its own, which votes like the others', () => {
  const { signals } = changed(['    health:', `${metrics}    health:`]).trigger;
  assert.deepEqual(signals.alarms, [
    'desk-canary',
    'lifeboat-desk-metric-few',
    'lifeboat-desk-metric-many',
    'lifeboat-desk-metric-slow',
  ]);
  const common = { namespace: 'AWS/X', dimensions: {}, statistic: 'Average', periodSeconds: 60 };
  assert.deepEqual(signals.metrics, [
    {
      ...common,
      name: 'few',
      alarm: 'lifeboat-desk-metric-few',
      metric: 'Hits',
      down: { is: 'below', threshold: 0 },
    },
    {
      ...common,
      name: 'many',
      alarm: 'lifeboat-desk-metric-many',
      metric: 'Errors',
      statistic: 'Sum',
      periodSeconds: 300,
      down: { is: 'above', threshold: 50 },
    },
    {
      ...common,
      name: 'slow',
      alarm: 'lifeboat-desk-metric-slow',
      metric: 'Time',
      dimensions: { Of: 'web' },
      down: { is: 'anomaly', side: 'either' },
    },
  ]);
});

test('what a plan does not have is an empty list or no member, and nothing is invented', () => {
  const plan = changed(
    ['    alarms: [desk-canary]\n', ''],
    [
      'fence: { instances: { tags: { App: desk } }, databases: [desk-tickets], required: false }',
      'fence: { instances: { tags: { App: desk } } }',
    ],
    ['      template: desk-mail\n', ''],
    [
      '      subnets: [subnet-0000000000000000a, subnet-0000000000000000b]',
      '      subnets: [subnet-0000000000000000b]',
    ],
    ['    subnets: [subnet-0000000000000000a]\n', ''],
    ['    orElse: launch\n', ''],
  );
  const { alarms, targetGroups } = plan.trigger.signals;
  assert.deepEqual([alarms, targetGroups, 'metrics' in plan.trigger.signals], [[], [], false]);
  assert.deepEqual(plan.fence, { instances: { tags: { App: 'desk' } }, databases: [], required: false });
  const [mail, web] = plan.servers;
  assert.ok(mail?.source.kind === 'launch' && !('template' in mail.source));
  assert.deepEqual([web?.source.types, web?.source.subnets], [[], []]);
});

test('a lag, people and a profile are those that the plan says', () => {
  const plan = changed(
    ['    maxLag: 5m', '    maxLag: 2m'],
    ['  activePeriod: 6h', '  activePeriod: 6h\n  approval: { people: 2, within: 10m }'],
  );
  assert.equal(plan.databases[0]?.maxLagSeconds, 120);
  assert.deepEqual(plan.trigger.approval, { people: 2, boundSeconds: 600 });
  assert.equal(plan.drill.instanceProfile, 'desk-drill');
});

test('equal values are equal text: keys in order, nothing for what is undefined, lists as they are', () => {
  assert.equal(
    canonicalJson({ b: [3, 1, { d: undefined, c: null }], a: 'x"y', _: true, A: { z: 1, y: {} } }),
    '{"A":{"y":{},"z":1},"_":true,"a":"x\\"y","b":[3,1,{"c":null}]}',
  );
  assert.deepEqual(
    [canonicalJson([]), canonicalJson({}), canonicalJson(null), canonicalJson(undefined), canonicalJson(0)],
    ['[]', '{}', 'null', 'null', '0'],
  );
  const digest = createHash('sha256').update('{"a":1,"b":[2]}').digest('hex');
  assert.equal(canonicalHash({ b: [2], a: 1 }), digest);
});

test('the canonical text says the same as JSON, whatever the order of its keys', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      // JSON has one zero.
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      assert.deepEqual(JSON.parse(canonicalJson(plain)), plain);
      assert.equal(canonicalJson(reversed(plain)), canonicalJson(plain));
    }),
    { seed: 20261121, numRuns: 200 },
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

test('what is mistaken is blanked where it is written, and nothing is written where nothing was', () => {
  const data = { a: { b: [1, 2] }, c: 'text', d: null };
  assert.deepEqual(blank(data, [['a', 'b', 1], ['c']]), { a: { b: [1, undefined] }, c: undefined, d: null });
  assert.deepEqual(blank(data, [['c', 'x'], ['d', 'x'], ['e'], ['e', 'x', 'y'], ['a', 'b', 7]]), data);
  assert.equal(blank(data, [[]]), undefined);
  assert.deepEqual(data, { a: { b: [1, 2] }, c: 'text', d: null }, 'what was written stays as it was');
});

test('of a draft only what is known is looked at, each with its name or its place', () => {
  assert.deepEqual(known({ a: 1, b: undefined }), [['a', 1]]);
  assert.deepEqual(known(undefined), []);
  assert.deepEqual(placed(['x', undefined, 'y']), [
    [0, 'x'],
    [2, 'y'],
  ]);
  assert.deepEqual(placed(undefined), []);
  assert.deepEqual(
    [written({ a: undefined }, 'a'), written({}, 'a'), written(undefined, 'a'), written({}, 'toString')],
    [true, false, false, false],
  );
});

test('tags are told as they are written in a selector', () => {
  assert.equal(sayTags({ App: 'shop', Role: 'web' }), 'App=shop, Role=web');
});
