import assert from 'node:assert/strict';
import test from 'node:test';
import { practiceNamespace } from '../../recovery/practice/schedules.ts';
import { type Deployment, deployTemplate, type Template } from '../../simulator/cloudformation/deploy.ts';
import type { Json } from '../../simulator/json.ts';
import { Simulator } from '../../simulator/simulator.ts';
import { packagedTemplate } from '../../stack/template.ts';

const recoveryRegion = 'ap-northeast-1';
const template = (await packagedTemplate()) as Template;

interface Installed {
  readonly sim: Simulator;
  readonly stack: Deployment;
  /** What the function `practice` was woken with. */
  readonly woken: Json[];
}

function install(region: string, startsAt: string): Installed {
  const startMs = Date.parse(startsAt);
  const sim = new Simulator({
    seed: 7,
    startMs,
    accountId: '123456789012',
    regions: { [region]: ['a', 'c'] },
  });
  const woken: Json[] = [];
  const code =
    ({ name }: { readonly name: string }) =>
    async (event: Json) => {
      if (name.endsWith('practice')) woken.push(event);
      return {};
    };
  return { sim, stack: deployTemplate(sim, region, template, { stackName: 'lifeboat-live', code }), woken };
}

const ofPlans = (name: string) => /-(monthly|quarterly|yearly)$/.test(name);

test('each schedule of a plan wakes the function with its plan, its drill and its time, in the plan’s time zone', async () => {
  const { sim, stack, woken } = install(recoveryRegion, '2026-10-13T00:00:00Z');
  stack.startSchedules(({ name }) => ofPlans(name));
  sim.region(recoveryRegion).cloudwatch.alarms.alarms.clear();
  await sim.clock.driveUntil(Date.parse('2026-10-21T00:00:00Z'));
  assert.deepEqual(woken, [
    { plan: 'shop', schedule: 'monthly', at: '2026-10-13T00:47:00Z' },
    { plan: 'shop', schedule: 'quarterly', at: '2026-10-20T00:47:00Z' },
  ]);
  assert.deepEqual([...stack.schedules.keys()].filter(ofPlans), [
    'lifeboat-live-shop-monthly',
    'lifeboat-live-shop-quarterly',
    'lifeboat-live-shop-yearly',
  ]);
});

test('once a year people are asked to read the plan again, without any function', async () => {
  const { sim, stack, woken } = install(recoveryRegion, '2027-02-10T00:00:00Z');
  stack.startSchedules(({ name }) => name.endsWith('-yearly'));
  sim.region(recoveryRegion).cloudwatch.alarms.alarms.clear();
  await sim.clock.driveUntil(Date.parse('2027-02-10T02:00:00Z'));
  const [reminder, ...more] = sim.region(recoveryRegion).sns.published;
  assert.equal(reminder?.subject, 'Lifeboat: shop: read the plan again');
  assert.match(reminder?.message ?? '', /^It is time to read the plan shop again\. .* 30 minutes/);
  assert.deepEqual([more, woken], [[], []]);
});

test('people are told when nobody looks any more whether drills take place', async () => {
  const { sim } = install(recoveryRegion, '2026-10-13T00:00:00Z');
  const { cloudwatch, sns } = sim.region(recoveryRegion);
  for (const name of [...cloudwatch.alarms.alarms.keys()])
    if (name !== 'lifeboat-shop-drill-overdue') cloudwatch.alarms.alarms.delete(name);
  await sim.clock.driveUntil(Date.parse('2026-10-13T05:00:00Z'));
  assert.deepEqual(sns.published, [], 'a stack that was just installed says nothing');
  const metric = { namespace: practiceNamespace, name: 'Overdue', dimensions: { Plan: 'shop' } };
  const atMs = sim.clock.nowMs();
  const zero = { sum: 0, count: 1, minimum: 0, maximum: 0, unit: 'Count', values: [{ value: 0, count: 1 }] };
  cloudwatch.metrics.put(metric, { ...zero, atMs, readableAtMs: atMs });
  await sim.clock.driveUntil(Date.parse('2026-10-13T10:00:00Z'));
  const [only, ...more] = sns.published.map(({ message }) => JSON.parse(message) as Record<string, unknown>);
  assert.deepEqual(
    [only?.['AlarmName'], only?.['NewStateValue']],
    ['lifeboat-shop-drill-overdue', 'INSUFFICIENT_DATA'],
  );
  assert.deepEqual(more, []);
});

test('in another Region than the one that recovers a plan nothing practises it', () => {
  const { stack } = install('eu-west-1', '2026-10-13T00:00:00Z');
  assert.deepEqual([...stack.schedules.keys()].filter(ofPlans), []);
});

test('schedules and alarms of practice tell the topic, and what is not delivered goes to the queue of dead letters', () => {
  const { sim, stack } = install(recoveryRegion, '2026-10-13T00:00:00Z');
  const { alarms } = sim.region(recoveryRegion).cloudwatch.alarms;
  const topic = stack.ref('Topic');
  const overdue = alarms.get('lifeboat-shop-drill-overdue')?.input;
  assert.deepEqual([overdue?.AlarmActions, overdue?.InsufficientDataActions], [[topic], [topic]]);
  assert.deepEqual(alarms.get('lifeboat-shop-drill-failed')?.input.AlarmActions, [topic]);
  for (const [name, { target }] of stack.schedules) {
    if (!ofPlans(name) && !name.endsWith('practice-look')) continue;
    assert.deepEqual(target['DeadLetterConfig'], { Arn: stack.arn('DeadLetters') }, name);
  }
});
