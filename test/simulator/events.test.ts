import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  type EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { NotSimulated } from '../../simulator/errors.ts';
import type { EventEnvelope } from '../../simulator/events/events.ts';
import type { Json, JsonObject } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import {
  account,
  addFunction,
  eventBridge,
  here,
  machineOf,
  machineRole,
  openWorld,
  readCases,
  startMs,
  there,
} from './stepfunctions-world.ts';

const pattern = JSON.stringify({ source: ['test'] });
const functionArn = `arn:aws:lambda:${here}:${account}:function:f`;
const anEvent = {
  version: '0',
  id: 'e-1',
  'detail-type': 'Told',
  source: 'test',
  account,
  time: '2026-01-01T00:00:00Z',
  region: here,
  resources: ['r-1'],
  detail: { name: 'web', n: 3, list: ['HIGH'], inner: { a: 'x' }, quoted: 'say "hi"' },
};

/** Puts the rule `r` for events of the source `test`, with targets. */
async function withRule(
  sim: Simulator,
  targets: readonly Target[] = [],
  members: object = {},
): Promise<EventBridgeClient> {
  const client = eventBridge(sim);
  await sim.clock.drive(client.send(new PutRuleCommand({ Name: 'r', EventPattern: pattern, ...members })));
  if (targets.length > 0) {
    await sim.clock.drive(
      client.send(new PutTargetsCommand({ Rule: 'r', Targets: [...targets], ...members })),
    );
  }
  return client;
}

function put(sim: Simulator, ...entries: object[]) {
  const whole = entries.map((entry) => ({ Source: 'test', DetailType: 'Told', Detail: '{}', ...entry }));
  return sim.clock.drive(eventBridge(sim).send(new PutEventsCommand({ Entries: whole })));
}

function settle(sim: Simulator, seconds = 60): Promise<void> {
  return sim.clock.driveUntil(sim.clock.nowMs() + seconds * 1000);
}

/** A function that keeps the events that it gets. */
function keepEvents(sim: Simulator): Json[] {
  const got: Json[] = [];
  addFunction(sim, 'f', async (event) => {
    got.push(event);
  });
  return got;
}

test('a rule is described, listed, switched and deleted as it was put', async () => {
  const sim = openWorld();
  const client = await withRule(sim, [{ Id: 't', Arn: functionArn, InputPath: '$.detail' }], {});
  await sim.clock.drive(
    (async () => {
      const rule = await client.send(new DescribeRuleCommand({ Name: 'r' }));
      assert.partialDeepStrictEqual(rule, {
        Arn: `arn:aws:events:${here}:${account}:rule/r`,
        EventPattern: pattern,
        State: 'ENABLED',
        EventBusName: 'default',
      });
      await client.send(new DisableRuleCommand({ Name: 'r' }));
      assert.equal(
        (await client.send(new ListRulesCommand({ NamePrefix: 'r' }))).Rules?.[0]?.State,
        'DISABLED',
      );
      await client.send(new EnableRuleCommand({ Name: 'r' }));
      const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: 'r' }));
      assert.deepEqual(Targets, [{ Id: 't', Arn: functionArn, InputPath: '$.detail' }]);
      const { RuleNames } = await client.send(new ListRuleNamesByTargetCommand({ TargetArn: functionArn }));
      assert.deepEqual(RuleNames, ['r']);
      await assert.rejects(client.send(new DeleteRuleCommand({ Name: 'r' })), {
        name: 'ValidationException',
      });
      const removed = await client.send(new RemoveTargetsCommand({ Rule: 'r', Ids: ['t', 'none'] }));
      assert.deepEqual(
        removed.FailedEntries?.map(({ TargetId }) => TargetId),
        ['none'],
      );
      await client.send(new DeleteRuleCommand({ Name: 'r' }));
      await assert.rejects(client.send(new DescribeRuleCommand({ Name: 'r' })), {
        name: 'ResourceNotFoundException',
      });
    })(),
  );
});

test('a rule that is put again keeps its targets', async () => {
  const sim = openWorld();
  const client = await withRule(sim, [{ Id: 't', Arn: functionArn }]);
  await sim.clock.drive(
    client.send(new PutRuleCommand({ Name: 'r', EventPattern: pattern, State: 'DISABLED' })),
  );
  const { Targets } = await sim.clock.drive(client.send(new ListTargetsByRuleCommand({ Rule: 'r' })));
  assert.equal(Targets?.length, 1);
});

test('buses are made, listed, given a policy and deleted; the default bus stays', async () => {
  const sim = openWorld();
  const client = eventBridge(sim);
  await sim.clock.drive(
    (async () => {
      await client.send(new CreateEventBusCommand({ Name: 'own' }));
      await assert.rejects(client.send(new CreateEventBusCommand({ Name: 'own' })), {
        name: 'ResourceAlreadyExistsException',
      });
      const { EventBuses } = await client.send(new ListEventBusesCommand({}));
      assert.deepEqual(
        EventBuses?.map(({ Name }) => Name),
        ['default', 'own'],
      );
      const statement = { Action: 'events:PutEvents', Principal: '210987654321', StatementId: 'other' };
      await client.send(new PutPermissionCommand({ EventBusName: 'own', ...statement }));
      const { Policy } = await client.send(new DescribeEventBusCommand({ Name: 'own' }));
      assert.partialDeepStrictEqual(JSON.parse(Policy!), {
        Statement: [{ Sid: 'other', Action: 'events:PutEvents' }],
      });
      await client.send(new RemovePermissionCommand({ EventBusName: 'own', StatementId: 'other' }));
      assert.equal((await client.send(new DescribeEventBusCommand({ Name: 'own' }))).Policy, undefined);
      await client.send(new DeleteEventBusCommand({ Name: 'own' }));
      await assert.rejects(client.send(new DescribeEventBusCommand({ Name: 'own' })), {
        name: 'ResourceNotFoundException',
      });
      await assert.rejects(client.send(new DeleteEventBusCommand({ Name: 'default' })), {
        name: 'ValidationException',
      });
    })(),
  );
});

describe('PutTargets refuses', () => {
  const machine = `arn:aws:states:${here}:${account}:stateMachine:m`;
  const template = (InputTemplate: string, InputPathsMap = {}) => ({
    InputTransformer: { InputTemplate, InputPathsMap },
  });
  const refused: [string, Target, RegExp][] = [
    [
      'two kinds of input',
      { Id: 't', Arn: functionArn, Input: '{}', InputPath: '$' },
      /^Only one of Input, InputPath, or InputTransformer must be provided for target t\.$/,
    ],
    [
      'a placeholder that is not defined',
      { Id: 't', Arn: functionArn, ...template('{"a": <b>}') },
      /^InputTemplate for target t contains invalid placeholder b\.$/,
    ],
    [
      'a variable with a reserved name',
      { Id: 't', Arn: functionArn, ...template('{}', { 'aws.x': '$.a' }) },
      /reserved name/,
    ],
    ['a path that is none', { Id: 't', Arn: functionArn, InputPath: 'detail' }, /Invalid JSON path/],
    ['an input that is no JSON', { Id: 't', Arn: functionArn, Input: '{' }, /JSON syntax error/],
    ['a state machine without a role', { Id: 't', Arn: machine }, /^RoleArn is required for target/],
    [
      'a bus of another Region without a role',
      { Id: 't', Arn: `arn:aws:events:${there}:${account}:event-bus/default` },
      /^RoleArn is required/,
    ],
    [
      'a function of another Region',
      { Id: 't', Arn: functionArn.replace(here, there) },
      /not in the Region of the rule/,
    ],
    [
      'a queue of another Region for dead letters',
      { Id: 't', Arn: functionArn, DeadLetterConfig: { Arn: `arn:aws:sqs:${there}:${account}:q` } },
      /in the Region of the rule/,
    ],
    [
      'more retries than there are',
      { Id: 't', Arn: functionArn, RetryPolicy: { MaximumRetryAttempts: 186 } },
      /from 0 to 185/,
    ],
    ['a target that is no ARN', { Id: 't', Arn: 'f' }, /not in correct format/],
  ];
  for (const [what, target, message] of refused) {
    test(what, async () => {
      await assert.rejects(withRule(openWorld(), [target]), { name: 'ValidationException', message });
    });
  }

  test('a sixth target', async () => {
    const targets = Array.from({ length: 6 }, (_, n) => ({ Id: `t${n}`, Arn: functionArn }));
    await assert.rejects(withRule(openWorld(), targets), { name: 'LimitExceededException' });
  });

  test('targets of a rule that is not there', async () => {
    const sim = openWorld();
    const command = new PutTargetsCommand({ Rule: 'none', Targets: [{ Id: 't', Arn: functionArn }] });
    await assert.rejects(sim.clock.drive(eventBridge(sim).send(command)), {
      name: 'ResourceNotFoundException',
    });
  });
});

test('what is not modelled stops the run', async () => {
  const queue = `arn:aws:sqs:${here}:${account}:q`;
  await assert.rejects(withRule(openWorld(), [{ Id: 't', Arn: queue }]), NotSimulated);
  await assert.rejects(withRule(openWorld(), [], { ScheduleExpression: 'rate(1 minute)' }), NotSimulated);
});

test('PutRule needs a pattern that is one', async () => {
  await assert.rejects(withRule(openWorld(), [], { EventPattern: undefined }), {
    name: 'ValidationException',
  });
  await assert.rejects(withRule(openWorld(), [], { EventPattern: '{"a":"b"}' }), {
    name: 'InvalidEventPatternException',
  });
});

test('PutEvents answers entry by entry', async () => {
  const sim = openWorld();
  const seen: EventEnvelope[] = [];
  sim.region(here).events.onEvent((_, event) => seen.push(event));
  const answer = await put(
    sim,
    { Detail: '{"a":1}', Resources: ['r'], Time: new Date(startMs - 5000) },
    { Source: 'aws.health' },
    { Detail: '{' },
    { Detail: '[]' },
    { Source: undefined },
    { DetailType: undefined },
    { Detail: undefined },
    { EventBusName: 'none' },
  );
  assert.equal(answer.FailedEntryCount, 6);
  assert.deepEqual(
    answer.Entries?.map(({ ErrorCode }) => ErrorCode),
    [
      undefined,
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'MalformedDetail',
      'InvalidArgument',
      'InvalidArgument',
      'InvalidArgument',
      undefined,
    ],
  );
  assert.deepEqual(seen, [
    {
      version: '0',
      id: answer.Entries?.[0]?.EventId,
      'detail-type': 'Told',
      source: 'test',
      account,
      time: '2025-12-31T23:59:55Z',
      region: here,
      resources: ['r'],
      detail: { a: 1 },
    },
  ]);
});

test('PutEvents takes ten entries and less than 1 MB', async () => {
  await put(openWorld(), ...Array.from({ length: 10 }, () => ({})));
  await assert.rejects(put(openWorld(), ...Array.from({ length: 11 }, () => ({}))), {
    name: 'ValidationException',
  });
  const detail = (bytes: number) => ({ Detail: JSON.stringify({ a: 'x'.repeat(bytes - 8) }) });
  const names = 'test'.length + 'Told'.length;
  await put(openWorld(), detail(1_048_575 - names));
  await assert.rejects(put(openWorld(), detail(1_048_576 - names)), { message: /Total size of the entries/ });
});

describe('a target gets', () => {
  interface Row {
    readonly name: string;
    readonly target: object;
    readonly part?: readonly string[];
    readonly expect?: Json;
    readonly undelivered?: boolean;
  }
  for (const { name, target, part = [], expect, undelivered } of readCases<Row>('transformers.json')) {
    test(name, async () => {
      const sim = openWorld();
      const got = keepEvents(sim);
      const { events } = sim.region(here);
      await withRule(sim, [{ Id: 't', Arn: functionArn, ...target }]);
      const atMs = sim.clock.nowMs();
      events.inject(anEvent);
      await settle(sim);
      if (undelivered) {
        assert.deepEqual(got, []);
        assert.equal(events.deadLetters[0]?.attributes.ERROR_CODE, 'INVALID_PARAMETER');
        return;
      }
      assert.equal(Math.floor(atMs / 1000), startMs / 1000, 'the world is younger than a second');
      assert.deepEqual(
        part.reduce<Json>((value, key) => (value as JsonObject)[key]!, got[0]!),
        expect,
      );
    });
  }
});

test('a state machine as a target starts an execution under a name of its own for each event', async () => {
  const sim = openWorld();
  const { states, events } = sim.region(here);
  const { arn } = states.createMachine({
    name: 'm',
    definition: machineOf({ S: { Type: 'Succeed' } }),
    roleArn: machineRole,
  });
  await withRule(sim, [{ Id: 't', Arn: arn, RoleArn: machineRole, InputPath: '$.detail.n' }]);
  events.inject(anEvent);
  events.inject(anEvent);
  await settle(sim);
  assert.deepEqual(
    states.executions.map(({ input }) => input),
    ['3', '3'],
  );
  assert.equal(new Set(states.executions.map(({ name }) => name)).size, 2);
  assert.ok(states.executions.every(({ name }) => name.startsWith('e-1_')));
});

test('a topic as a target gets the text', async () => {
  const sim = openWorld();
  const { sns, events } = sim.region(here);
  await withRule(sim, [{ Id: 't', Arn: sns.addTopic({ name: 'told' }), InputPath: '$.detail.name' }]);
  events.inject(anEvent);
  await settle(sim);
  assert.deepEqual(
    sns.published.map(({ message }) => message),
    ['"web"'],
  );
});

test('only enabled rules of the bus that got the event deliver', async () => {
  const sim = openWorld();
  const got = keepEvents(sim);
  await sim.clock.drive(eventBridge(sim).send(new CreateEventBusCommand({ Name: 'own' })));
  await withRule(sim, [{ Id: 't', Arn: functionArn, Input: '"own"' }], { EventBusName: 'own' });
  const client = await withRule(sim, [{ Id: 't', Arn: functionArn, Input: '"default"' }]);
  await put(sim, { EventBusName: 'own' });
  await settle(sim);
  assert.deepEqual(got, ['own']);
  await sim.clock.drive(client.send(new DisableRuleCommand({ Name: 'r' })));
  await put(sim, {});
  await settle(sim);
  assert.deepEqual(got, ['own']);
});
