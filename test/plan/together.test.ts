/** What only shows in several plan files: said in each of them, at its line, with what to do. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { claimMistakes } from '../../recovery/plan/claims.ts';
import { inOrder, orderMistakes } from '../../recovery/plan/order.ts';
import type { Plan, TrafficItem } from '../../recovery/plan/plan.ts';
import { checkTogether } from '../../recovery/plan/together.ts';
import { shopPlan } from '../recovery/plans.ts';

/** A small plan that claims nothing but what it is given. */
function small(plan: string, body = '', servers = `{ App: ${plan} }`): string {
  return `plan: ${plan}
regions: { primary: eu-west-1, recovery: eu-central-1 }
trigger: { signals: { probes: { url: https://${plan}.example.com/healthz } }, quorum: 1 }
servers: { app: { start: { tags: ${servers} } } }
${body}drill: { network: { subnets: [subnet-0d2222a0000000001], securityGroups: [sg-0d2222a0000000001] } }
`;
}

/** The errors of each file, as file:line path: message; fix. */
function errorsOf(...texts: readonly string[]): readonly (readonly string[])[] {
  const files = texts.map((text, n) => ({ file: `${'abc'[n]}.yaml`, text }));
  return checkTogether(files).map(({ errors }) =>
    errors.map(({ file, line, path, message, fix }) => `${file}:${line} ${path}: ${message}; ${fix}`),
  );
}

test('plans that have nothing to do with each other are fine, each with its plan', () => {
  const checked = checkTogether([
    { file: 'a.yaml', text: small('one') },
    { file: 'b.yaml', text: small('two') },
  ]);
  assert.deepEqual(
    checked.map(({ file, plan, errors }) => [file, plan?.plan, errors]),
    [
      ['a.yaml', 'one', []],
      ['b.yaml', 'two', []],
    ],
  );
});

test('two plans of one name are told in both files', () => {
  const text = small('one');
  const other = small('one', '', '{ App: other }');
  assert.deepEqual(errorsOf(text, other, small('two')), [
    ['a.yaml:1 plan: b.yaml has a plan named one too; give one of them another name'],
    ['b.yaml:1 plan: a.yaml has a plan named one too; give one of them another name'],
    [],
  ]);
});

test('what two plans claim is told in both files, and where the other one does', () => {
  const one = small('one', '', '{ App: shared }');
  const two = small('two', '', '{ App: shared, Role: web }');
  const says = (file: string, other: string, at: string, tags: string) =>
    `${file}:4 servers.app.start.tags: the plan "${other}" selects servers by ${tags}, and one may carry both, in ${at} at servers.app.start.tags; select by a tag that tells the two workloads apart`;
  assert.deepEqual(errorsOf(one, small('three'), two), [
    [says('a.yaml', 'two', 'c.yaml', 'App=shared, Role=web')],
    [],
    [says('c.yaml', 'one', 'a.yaml', 'App=shared')],
  ]);
});

test('who waits for nobody or in a circle is told, as long as every file is a plan', () => {
  const after = (names: string) => `after: [${names}]\n`;
  const circle =
    'plans would wait for each other for ever: one after two after one; remove one of these from the after of another';
  assert.deepEqual(errorsOf(small('one', after('two, thre')), small('two', after('one')), small('three')), [
    [`a.yaml:5 after[0]: ${circle}`, 'a.yaml:5 after[1]: no plan is named "thre"; did you mean "three"?'],
    [
      'b.yaml:5 after[0]: plans would wait for each other for ever: two after one after two; remove one of these from the after of another',
    ],
    [],
  ]);
  const [first, second] = errorsOf(small('one', after('two')), 'plan: two\n');
  assert.deepEqual(first, [], 'two may be the plan of the file that has mistakes');
  assert.ok((second ?? []).length > 0 && second?.every((error) => error.startsWith('b.yaml:')));
});

test('the mistakes of a file come in the order of its lines', () => {
  const one = small('one', 'after: [nobody]\n', '{ App: shared }');
  const two = small('one', '', '{ App: shared }').replace('plan: one', 'plan: two');
  const lines = errorsOf(one, two, small('one', '', '{ App: x }'))[0]?.map((error) => error.split(' ')[0]);
  assert.deepEqual(lines, ['a.yaml:1', 'a.yaml:4', 'a.yaml:5']);
});

const after = (plan: string, ...names: string[]) => ({ plan, after: names });

test('a plan that is named and not there is guessed at, or all others are named', () => {
  const fix = (name: string, ...others: string[]) =>
    orderMistakes([after('one', name), ...others.map((other) => after(other))]).map((each) => each.fix);
  assert.deepEqual(fix('twoo', 'two', 'six'), ['did you mean "two"?']);
  assert.deepEqual(fix('xxxxxx', 'two', 'six'), ['write six or two']);
  assert.deepEqual(fix('xxxxxx'), ['remove it: there is no other plan']);
  assert.deepEqual(fix('onee', 'two'), ['write two'], 'nobody waits for oneself');
});

test('a circle is told from each of its plans, by the shortest way, and whoever only leads to it is in none', () => {
  const plans = [
    after('a', 'b'),
    after('b', 'c', 'd'),
    after('c', 'a'),
    after('d', 'c'),
    after('e', 'f'),
    after('f', 'a'),
  ];
  assert.deepEqual(
    orderMistakes(plans).map(({ plan, path, message }) => [plan, path.join('.'), message.split(': ')[1]]),
    [
      ['a', 'after.0', 'a after b after c after a'],
      ['b', 'after.0', 'b after c after a after b'],
      ['b', 'after.1', 'b after d after c after a after b'],
      ['c', 'after.0', 'c after a after b after c'],
      ['d', 'after.0', 'd after c after a after b after d'],
    ],
  );
  assert.deepEqual(
    orderMistakes([after('a', 'a')]).map(({ message }) => message.split(': ')[1]),
    ['a after a'],
  );
});

test('plans that one waits for come first by name, and one that is not there changes nothing', () => {
  const plan = (name: string, tier: Plan['objectives']['tier'], ...names: string[]) =>
    ({ plan: name, after: names, objectives: { tier } }) as unknown as Plan;
  const names = (plans: readonly Plan[]) => inOrder(plans).map((each) => each.plan);
  const plans = [
    plan('z', 'critical', 'y', 'x', 'nobody'),
    plan('y', 'normal'),
    plan('x', 'normal'),
    plan('b', 'important'),
    plan('a', 'important'),
  ];
  assert.deepEqual(names(plans), ['x', 'y', 'z', 'a', 'b']);
  assert.deepEqual(names(plans.toReversed()), ['x', 'y', 'z', 'a', 'b']);
});

const shop = shopPlan();
const claimed = (...plans: readonly Partial<Plan>[]) =>
  claimMistakes(
    plans.map((parts, n) => ({
      ...shop,
      databases: [],
      servers: [],
      settings: [],
      traffic: [],
      plan: 'ab'[n] ?? '',
      ...(({ fence: _fence, ...rest }) => rest)({ fence: undefined, ...parts }),
      fence: parts.fence ?? { databases: [], required: false },
    })),
  ).map(({ plan, message, fix }) => `${plan}: ${message}; ${fix}`);
const record = (type: 'A' | 'TXT', name = 'x.example.com'): TrafficItem => ({
  via: 'record',
  record: { zone: 'Z1', name, type, ttlSeconds: 60, value: 'v' },
});
const leave = 'leave it to one of the two, or make them one plan';

test('one live name is of one plan, in whichever Regions, and its texts are another thing', () => {
  const elsewhere = { primary: 'us-east-1', recovery: 'us-west-2' };
  assert.deepEqual(claimed({ traffic: [record('A')] }, { traffic: [record('A')], regions: elsewhere }), [
    `a: the plan "b" claims the live name x.example.com too; ${leave}`,
    `b: the plan "a" claims the live name x.example.com too; ${leave}`,
  ]);
  assert.deepEqual(claimed({ traffic: [record('TXT')] }, { traffic: [record('TXT')] }), [
    `a: the plan "b" claims the TXT record of x.example.com too; ${leave}`,
    `b: the plan "a" claims the TXT record of x.example.com too; ${leave}`,
  ]);
  assert.deepEqual(claimed({ traffic: [record('TXT')] }, { traffic: [record('A')] }), []);
  const check: TrafficItem = { via: 'healthCheck', name: 'x.example.com', target: 'y' };
  assert.equal(claimed({ traffic: [check] }, { traffic: [record('A')] }).length, 2);
});

test('things of two kinds or of two Regions are two things, though their names are one', () => {
  const setting = { settings: [{ parameter: '/shop/x', value: 'v' }] };
  assert.equal(claimed(setting, setting).length, 2);
  const elsewhere = { primary: 'us-east-1', recovery: 'us-west-2' };
  assert.deepEqual(claimed(setting, { ...setting, regions: elsewhere }), []);
  const fence = { fence: { databases: ['x'], required: false } };
  const database = { databases: [{ ...shop.databases[0]!, replica: 'x' }] };
  assert.deepEqual(claimed(fence, database), []);
  const swapped = { primary: shop.regions.recovery, recovery: shop.regions.primary };
  assert.deepEqual(claimed(fence, { ...database, regions: swapped }), []);
});
