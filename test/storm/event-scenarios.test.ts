import assert from 'node:assert/strict';
import test from 'node:test';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import type { EventEnvelope } from '../../simulator/events/events.ts';
import { clientsFrom } from '../../simulator/world/clients.ts';
import { healthNews, tellHealth } from '../../simulator/world/health-event.ts';
import { seoul } from '../drill/shop.ts';
import { Struck } from './struck.ts';

const backup = 'us-west-2';

/** How many executions of the response were started by what AWS Health says on a bus. */
async function heard(struck: Struck, on: string, times: number): Promise<number> {
  const { sim, recovery, account } = struck.stage;
  const count = () =>
    recovery.states.executions.filter(({ machine }) => machine.arn === account.responseArn).length;
  const before = count();
  for (let n = 0; n < times; n += 1) {
    tellHealth(sim, on, healthNews(sim, seoul, 'EC2', sim.clock.nowMs()));
    await struck.pass(1);
  }
  await struck.pass(60);
  return count() - before;
}

/** With the response listening, and none of its schedules. */
function listening(): Struck {
  const struck = new Struck();
  struck.stage.recovery.events.setListening(struck.stage.account.responseArn, true);
  return struck;
}

test('while events-lost, events do not come, and afterwards they do', async () => {
  const struck = listening();
  const { during, after } = await struck.course('events-lost', () => heard(struck, backup, 5));
  assert.ok(during < after, `${during}, ${after}`);
});

test('while events-shuffled, events come late or again', async () => {
  const struck = listening();
  const { account, recovery } = struck.stage;
  const end = struck.begin('events-shuffled');
  await heard(struck, backup, 6);
  end();
  const count = () =>
    recovery.states.executions.filter(({ machine }) => machine.arn === account.responseArn).length;
  const soon = count();
  await struck.pass(900);
  assert.ok(count() > soon, 'some came long after');
});

test('while primary-events-held, what happens there is heard of only when it ends, then all at once', async () => {
  const struck = listening();
  const end = struck.begin('primary-events-held');
  assert.equal(await heard(struck, seoul, 3), 0);
  end();
  assert.ok((await heard(struck, seoul, 0)) >= 3);
});

/** What AWS Health says on every bus while a scenario lasts. */
async function told(name: string, seconds = 1500): Promise<readonly EventEnvelope[]> {
  const struck = new Struck();
  const events: EventEnvelope[] = [];
  for (const region of struck.stage.sim.regions)
    region.events.onEvent((bus, event) => {
      if (bus === 'default' && event.source === 'aws.health') events.push(event);
    });
  const end = struck.begin(name, { seconds });
  await struck.pass(seconds);
  end();
  return events;
}

const detail = (event: EventEnvelope) => event.detail as Readonly<Record<string, string>>;

test('health-pages tells each page of one event twice on two buses, out of order', async () => {
  const events = await told('health-pages');
  assert.equal(new Set(events.map((event) => detail(event)['eventArn'])).size, 1);
  assert.deepEqual([...new Set(events.map(({ region }) => region))].sort(), [seoul, backup].sort());
  const pages = events.map((event) => detail(event)['page']);
  assert.equal(pages.length, 12);
  assert.notDeepEqual(pages, pages.toSorted());
});

test('health-reopened opens an event, closes it and opens it again', async () => {
  const events = (await told('health-reopened')).filter(({ region }) => region === backup);
  assert.deepEqual(
    events.map((event) => detail(event)['statusCode']),
    ['open', 'closed', 'open'],
  );
  assert.equal(new Set(events.map((event) => detail(event)['eventArn'])).size, 1);
  assert.equal(new Set(events.map((event) => detail(event)['communicationId'])).size, 3);
});

test('health-elsewhere tells of nothing that a plan is about', async () => {
  const events = await told('health-elsewhere');
  assert.deepEqual(
    events.map((event) => [detail(event)['eventRegion'], detail(event)['service']]),
    [
      ['eu-south-2', 'MULTIPLE_SERVICES'],
      [seoul, 'LEX'],
    ],
  );
});

test('health-false-alarm tells of trouble within an hour and some minutes, late as it always is', async () => {
  const events = await told('health-false-alarm', 4500);
  assert.deepEqual([...new Set(events.map(({ region }) => region))].sort(), [seoul, backup].sort());
});

/** Whether users of the shop and callers of its Region are answered. */
async function served(struck: Struck): Promise<string> {
  const { sim, recovery } = struck.stage;
  const { http } = clientsFrom(sim, recovery.name, 'test');
  const asked = http.get('https://app.shop.example.com/healthz', { timeoutSeconds: 10 });
  const answer = await sim.clock.drive(asked);
  const users = 'failed' in answer ? 'nothing' : String(answer.status);
  return `${users}, ${await struck.answer(struck.ec2AtHome.send(new DescribeInstancesCommand({})))}`;
}

for (const [name, during] of [
  ['primary-outage', 'nothing, none'],
  ['primary-flapping', 'nothing, none'],
  ['primary-api-outage', '200, none'],
] as const) {
  test(`while ${name}, users and callers of the primary Region get: ${during}; afterwards all is as before`, async () => {
    const struck = new Struck();
    await struck.pass(1);
    const course = await struck.course(name, () => served(struck));
    assert.deepEqual(course, { before: '200, ok', during, after: '200, ok' });
  });
}

test('a primary Region that flaps comes back and goes again', async () => {
  const struck = new Struck();
  const end = struck.begin('primary-flapping', { strength: 0.5 });
  const seen: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    await struck.pass(100);
    seen.push((await served(struck)).split(',')[0] ?? '');
  }
  const turns = seen.filter((one, place) => one !== seen[place - 1]).length;
  assert.ok(turns > 2, seen.join());
  end();
  await struck.pass(700);
  assert.equal(await served(struck), '200, ok');
});
