import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after as atEnd } from 'node:test';
import fc from 'fast-check';
import { inOrder, orderMistakes } from '../../recovery/plan/order.ts';
import { parsePlan } from '../../recovery/plan/parse.ts';
import type { Plan, Tier } from '../../recovery/plan/plan.ts';
import { compilePlans } from '../../stack/plans.ts';

const minimal = readFileSync(new URL('../../plans/minimal.yaml', import.meta.url), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'lifeboat-order-'));
atEnd(() => rmSync(scratch, { recursive: true }));

interface Given {
  readonly tier?: Tier;
  readonly after?: readonly string[];
}

function plansOf(given: Readonly<Record<string, Given>>): readonly Plan[] {
  return Object.entries(given).map(([plan, { tier = 'normal', after = [] }]) => ({
    ...base,
    plan,
    after,
    objectives: { ...base.objectives, tier },
  }));
}

const parsed = parsePlan(minimal, 'plans/minimal.yaml');
assert.ok('plan' in parsed);
const base = parsed.plan;
const names = (plans: readonly Plan[]) => plans.map(({ plan }) => plan);

test('plans come in the order of their tiers, and of their names within one', () => {
  const plans = plansOf({ b: {}, a: {}, z: { tier: 'critical' }, c: { tier: 'important' } });
  assert.deepEqual(names(inOrder(plans)), ['z', 'c', 'a', 'b']);
});

test('what a more important plan waits for comes before it, however unimportant it calls itself', () => {
  const plans = plansOf({
    shop: { tier: 'critical', after: ['orders'] },
    a: { tier: 'important' },
    orders: {},
  });
  assert.deepEqual(names(inOrder(plans)), ['orders', 'shop', 'a']);
});

test('each plan comes once, after all that it names, whatever names what', () => {
  const many = Array.from({ length: 8 }, (_, i) => `p${i}`);
  const installation = fc.array(
    fc.record({ tier: fc.constantFrom('critical', 'important', 'normal'), after: fc.subarray(many) }),
    { minLength: many.length, maxLength: many.length },
  );
  fc.assert(
    fc.property(installation, (given) => {
      // Only names of lower numbers: no circles.
      const plans = plansOf(
        Object.fromEntries(
          given.map(({ tier, after }, i) => [
            `p${i}`,
            { tier, after: after.filter((name) => name < `p${i}`) },
          ]),
        ),
      );
      assert.deepEqual(orderMistakes(plans), []);
      const ordered = names(inOrder(plans));
      assert.deepEqual([...ordered].sort(), many);
      assert.deepEqual(names(inOrder([...plans].reverse())), ordered);
      for (const { plan, after } of plans) {
        for (const name of after) assert.ok(ordered.indexOf(name) < ordered.indexOf(plan));
      }
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('plans in a circle are still all looked at', () => {
  const plans = plansOf({ a: { after: ['b'] }, b: { after: ['a'] }, c: { after: ['b'] } });
  assert.deepEqual([...names(inOrder(plans))].sort(), ['a', 'b', 'c']);
});

test('a circle is told to each plan in it, and to no other', () => {
  const mistakes = orderMistakes(
    plansOf({
      a: { after: ['b'] },
      b: { after: ['d', 'c'] },
      c: { after: ['a'] },
      d: {},
      e: { after: ['a'] },
    }),
  );
  assert.deepEqual(
    mistakes.map(({ plan, path, message }) => [plan, path, message]),
    [
      ['a', ['after', 0], 'plans would wait for each other for ever: a after b after c after a'],
      ['b', ['after', 1], 'plans would wait for each other for ever: b after c after a after b'],
      ['c', ['after', 0], 'plans would wait for each other for ever: c after a after b after c'],
    ],
  );
});

// Two plans may not claim one server or one name.
const ofIts = (name: string) => minimal.replaceAll('minimal', name);

test('an installation whose plans wait for what is not there is not built, and each line is named', async () => {
  const written = {
    web: ofIts('web').replace('plan: web', 'plan: web\nafter: [billing, ordesr]'),
    orders: ofIts('orders').replace('plan: orders', 'plan: orders\nafter: [web]'),
    billing: ofIts('billing'),
  };
  for (const [name, text] of Object.entries(written)) writeFileSync(join(scratch, `${name}.yaml`), text);
  await assert.rejects(compilePlans(scratch), {
    name: 'InvalidPlans',
    message: /web\.yaml:4: after\[1\]: no plan is named "ordesr"; did you mean "orders"\?$/,
  });
  writeFileSync(join(scratch, 'web.yaml'), written.web.replace('ordesr', 'orders'));
  await assert.rejects(compilePlans(scratch), {
    message:
      /orders\.yaml:4: after\[0\]: .*orders after web after orders; remove one.*\n.*web\.yaml:4: after\[1\]: /,
  });
  writeFileSync(join(scratch, 'orders.yaml'), written.orders.replace('after: [web]\n', ''));
  assert.deepEqual(
    (await compilePlans(scratch)).map(({ plan, after }) => [plan, after]),
    [
      ['billing', []],
      ['orders', []],
      ['web', ['billing', 'orders']],
    ],
  );
});
