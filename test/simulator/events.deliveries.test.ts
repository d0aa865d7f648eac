import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateEventBusCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../simulator/errors.ts';
import type { EventEnvelope } from '../../simulator/events/events.ts';
import type { Interference, Simulator } from '../../simulator/simulator.ts';
import {
  account,
  addFunction,
  eventBridge,
  here,
  machineOf,
  machineRole,
  openWorld,
  there,
} from './stepfunctions-world.ts';

const busRole = `arn:aws:iam::${account}:role/bus`;
const queue = `arn:aws:sqs:${here}:${account}:dead`;
const machineArn = `arn:aws:states:${here}:${account}:stateMachine:m`;
const toMachine = { Id: 't', Arn: machineArn, RoleArn: busRole, DeadLetterConfig: { Arn: queue } };

async function addRule(
  sim: Simulator,
  target: Target,
  where: { region?: string; bus?: string } = {},
): Promise<void> {
  const { region = here, bus: EventBusName = 'default' } = where;
  const client = eventBridge(sim, region);
  const EventPattern = JSON.stringify({ source: ['test'] });
  await sim.clock.drive(client.send(new PutRuleCommand({ Name: 'r', EventPattern, EventBusName })));
  await sim.clock.drive(client.send(new PutTargetsCommand({ Rule: 'r', EventBusName, Targets: [target] })));
}

function publish(sim: Simulator, n = 0, region = here): void {
  sim
    .region(region)
    .events.publish({ source: 'test', detailType: 'Told', resources: [`${n}`], detail: { n } });
}

function addMachine(sim: Simulator): void {
  sim.region(here).states.createMachine({
    name: 'm',
    definition: machineOf({ S: { Type: 'Succeed' } }),
    roleArn: machineRole,
  });
}

function settle(sim: Simulator, seconds = 60): Promise<void> {
  return sim.clock.driveUntil(sim.clock.nowMs() + seconds * 1000);
}

/** Makes the first starts of executions go wrong. */
function disturbStarts(sim: Simulator, interferences: readonly Interference[]): void {
  let calls = 0;
  sim.faults.push(({ operation }) => (operation === 'StartExecution' ? interferences[calls++] : undefined));
}

test('deliveries come late, out of order, and now and then twice', async () => {
  const sim = openWorld(5);
  const got: number[] = [];
  const Arn = addFunction(sim, 'f', async (event) => {
    got.push((event as unknown as { detail: { n: number } }).detail.n);
  });
  await addRule(sim, { Id: 't', Arn });
  const all = Array.from({ length: 3000 }, (_, n) => n);
  const sentAtMs = sim.clock.nowMs();
  for (const n of all) publish(sim, n);
  assert.deepEqual(got, []);
  await sim.clock.driveUntil(sentAtMs + 60_000);
  assert.deepEqual(
    [...new Set(got)].sort((a, b) => a - b),
    all,
  );
  const duplicates = got.length - all.length;
  assert.ok(duplicates >= 1 && duplicates <= 20, `${duplicates} of 3000 came twice`);
  assert.notDeepEqual(got.slice(0, 50), all.slice(0, 50));
});

test('a duplicate of an event starts a second execution', async () => {
  const sim = openWorld(5);
  addMachine(sim);
  await addRule(sim, toMachine);
  for (let n = 0; n < 1500; n++) {
    publish(sim, n);
    if (n % 300 === 0) await settle(sim);
  }
  await settle(sim);
  const ids = sim.region(here).states.executions.map(({ input }) => (JSON.parse(input) as EventEnvelope).id);
  assert.ok(ids.length > 1500, `${ids.length}`);
  assert.equal(new Set(ids).size, 1500);
});

test('a target that cannot take an event gets it again, later and later', async () => {
  const sim = openWorld();
  addMachine(sim);
  await addRule(sim, toMachine);
  const throttled: Interference = {
    kind: 'error',
    error: new AwsError('ThrottlingException', 'Rate exceeded'),
  };
  disturbStarts(sim, [throttled, throttled, throttled]);
  publish(sim);
  await settle(sim);
  const { states, events } = sim.region(here);
  assert.equal(states.executions.length, 1);
  const atMs = sim.transcript
    .filter(({ operation }) => operation === 'StartExecution')
    .map((record) => record.atMs);
  const gaps = atMs.slice(1).map((at, index) => (at - atMs[index]!) / 1000);
  for (const [index, most] of [1, 2, 4].entries()) {
    assert.ok(gaps[index]! >= most / 2 && gaps[index]! < most + 1.5, `gap ${index}: ${gaps[index]}`);
  }
  assert.deepEqual(events.deadLetters, []);
  const caller = sim.transcript.find(({ operation }) => operation === 'StartExecution')?.callerArn;
  assert.equal(caller, `arn:aws:sts::${account}:assumed-role/bus/events`);
});

test('a start whose answer is lost is tried again, and starts a second execution', async () => {
  const sim = openWorld();
  addMachine(sim);
  await addRule(sim, toMachine);
  disturbStarts(sim, [{ kind: 'loseAnswer' }]);
  publish(sim);
  await settle(sim);
  assert.equal(sim.transcript.filter(({ operation }) => operation === 'StartExecution').length, 2);
  assert.equal(new Set(sim.region(here).states.executions.map(({ name }) => name)).size, 2);
});

test('retries end with the number that the target allows', async () => {
  const sim = openWorld();
  addMachine(sim);
  await addRule(sim, { ...toMachine, RetryPolicy: { MaximumRetryAttempts: 2 } });
  const broken: Interference = { kind: 'error', error: new AwsError('InternalFailure', 'broken', 500) };
  disturbStarts(sim, [broken, broken, broken, broken]);
  publish(sim);
  await settle(sim);
  const [letter] = sim.region(here).events.deadLetters;
  assert.equal(letter?.queueArn, queue);
  assert.deepEqual(letter?.attributes, {
    RULE_ARN: `arn:aws:events:${here}:${account}:rule/r`,
    TARGET_ARN: machineArn,
    ERROR_CODE: 'InternalFailure',
    ERROR_MESSAGE: 'broken',
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    RETRY_ATTEMPTS: 2,
  });
});

test('retries end with the age that the target allows, a day by default', async () => {
  for (const [RetryPolicy, seconds] of [
    [{ MaximumEventAgeInSeconds: 120 }, 120],
    [undefined, 86_400],
  ] as const) {
    const sim = openWorld();
    addMachine(sim);
    await addRule(sim, { ...toMachine, ...(RetryPolicy && { RetryPolicy }) });
    const error = new AwsError('ServiceUnavailable', 'down', 503);
    sim.faults.push(({ operation }) =>
      operation === 'StartExecution' ? { kind: 'error', error } : undefined,
    );
    publish(sim);
    const sentAtMs = sim.clock.nowMs();
    await settle(sim, 100_000);
    const [letter] = sim.region(here).events.deadLetters;
    assert.match(
      letter?.attributes.EXHAUSTED_RETRY_CONDITION ?? '',
      /MaximumEventAgeInSeconds|MaximumRetryAttempts/,
    );
    assert.ok(letter!.attributes.RETRY_ATTEMPTS <= 185);
    assert.ok(letter!.atMs - sentAtMs <= seconds * 1000);
  }
});

test('no retry brings back a target that is gone or forbidden', async () => {
  const gone = openWorld();
  await addRule(gone, toMachine);
  publish(gone);
  await settle(gone);
  const first = gone.region(here).events.deadLetters[0]?.attributes;
  assert.deepEqual([first?.ERROR_CODE, first?.RETRY_ATTEMPTS], ['NO_RESOURCE', 0]);

  const forbidden = openWorld();
  addMachine(forbidden);
  await addRule(forbidden, toMachine);
  const asked: string[][] = [];
  forbidden.guards.push((...question) => {
    asked.push(question);
    return false;
  });
  publish(forbidden);
  await settle(forbidden);
  assert.equal(forbidden.region(here).events.deadLetters[0]?.attributes.ERROR_CODE, 'NO_PERMISSIONS');
  assert.deepEqual(asked, [[busRole, 'states:StartExecution', machineArn]]);
  assert.equal(forbidden.region(here).states.executions.length, 0);
});

test('without a queue an undeliverable event is lost, and can still be read here', async () => {
  const sim = openWorld();
  await addRule(sim, { Id: 't', Arn: `arn:aws:lambda:${here}:${account}:function:none` });
  publish(sim);
  await settle(sim);
  const [letter] = sim.region(here).events.deadLetters;
  assert.deepEqual([letter?.queueArn, letter?.attributes.ERROR_CODE], [undefined, 'NO_RESOURCE']);
});

test('an event larger than a state machine takes is not delivered', async () => {
  const sim = openWorld();
  addMachine(sim);
  await addRule(sim, toMachine);
  const detail = { text: 'x'.repeat(300_000) };
  sim.region(here).events.publish({ source: 'test', detailType: 'Told', resources: [], detail });
  await settle(sim);
  assert.equal(sim.region(here).events.deadLetters[0]?.attributes.ERROR_CODE, 'SDK_CLIENT_ERROR');
});

test('an event crosses to another Region with its own Region and time, under a new id, and no further', async () => {
  const sim = openWorld();
  await sim.clock.drive(eventBridge(sim).send(new CreateEventBusCommand({ Name: 'third' })));
  const busOf = (region: string, name = 'default') => `arn:aws:events:${region}:${account}:event-bus/${name}`;
  await addRule(sim, { Id: 't', Arn: busOf(here), RoleArn: busRole }, { region: there });
  await addRule(sim, { Id: 't', Arn: busOf(here, 'third') });
  const seen: [string, EventEnvelope][] = [];
  for (const region of [here, there]) {
    sim.region(region).events.onEvent((bus, event) => seen.push([`${region}/${bus}`, event]));
  }
  publish(sim, 1, there);
  await settle(sim);
  assert.deepEqual(
    seen.map(([where]) => where),
    [`${there}/default`, `${here}/default`],
  );
  const [[, sent], [, received]] = seen as [[string, EventEnvelope], [string, EventEnvelope]];
  assert.notEqual(received.id, sent.id);
  assert.deepEqual({ ...received, id: sent.id }, sent);
  assert.equal(received.region, there);
  publish(sim, 2, here);
  await settle(sim);
  assert.equal(seen.at(-1)?.[0], `${here}/third`);
});

test('a bus that is not there, or a role that may not, keeps an event from crossing', async () => {
  for (const [bus, isAllowed, code] of [
    ['none', true, 'NO_RESOURCE'],
    ['default', false, 'NO_PERMISSIONS'],
  ] as const) {
    const sim = openWorld();
    sim.guards.push(() => isAllowed);
    const Arn = `arn:aws:events:${there}:${account}:event-bus/${bus}`;
    await addRule(sim, { Id: 't', Arn, RoleArn: busRole });
    publish(sim);
    await settle(sim);
    assert.equal(sim.region(here).events.deadLetters[0]?.attributes.ERROR_CODE, code);
  }
});

test('deliveries that are held back come in a burst when they are let through', async () => {
  const sim = openWorld();
  addMachine(sim);
  const { events, states } = sim.region(here);
  await addRule(sim, toMachine);
  events.pauseDeliveries();
  for (let n = 0; n < 5; n++) publish(sim, n);
  await settle(sim, 7200);
  assert.equal(states.executions.length, 0);
  events.resumeDeliveries();
  await settle(sim, 5);
  assert.equal(states.executions.length, 5);
});

test('a whole event is put on a bus as it is; what is no event is refused', () => {
  const sim = openWorld();
  const { events } = sim.region(here);
  const seen: unknown[] = [];
  events.onEvent((_, event) => seen.push(event));
  const health = {
    version: '0',
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    'detail-type': 'AWS Health Event',
    source: 'aws.health',
    account,
    time: '2026-01-27T09:01:22Z',
    region: 'us-west-2',
    resources: [],
    detail: { eventRegion: there, backupEvent: 'true' },
  };
  events.inject(health);
  assert.deepEqual(seen, [health]);
  const { id, ...anonymous } = health;
  assert.throws(() => events.inject(anonymous), /not an event: it lacks id/);
  assert.throws(() => events.inject(health, 'none'), { code: 'ResourceNotFoundException' });
  assert.ok(id);
});
