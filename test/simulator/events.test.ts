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
import type { Simulator } from '../../simulator/simulator.ts';
import { functionArn, keepEvents, pattern, settle, withRule } from './events-world.ts';
import { account, eventBridge, here, openWorld, startMs, there } from './stepfunctions-world.ts';

function put(sim: Simulator, ...entries: object[]) {
  const whole = entries.map((entry) => ({ Source: 'test', DetailType: 'Told', Detail: '{}', ...entry }));
  return sim.clock.drive(eventBridge(sim).send(new PutEventsCommand({ Entries: whole })));
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

test('an event whose detail has two members of one name has no answer', async () => {
  await assert.rejects(put(openWorld(), { Detail: '{"a":[{"b":1,"b":2}]}' }), NotSimulated);
  await put(openWorld(), { Detail: '{"a":[{"b":"{\\"a\\":1,\\"a\\":2}"},{"b":"}"}],"b":{"a":1}}' });
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

test('a bus that has rules is not deleted, and takes a whole policy', async () => {
  const sim = openWorld();
  const client = eventBridge(sim);
  await sim.clock.drive(client.send(new CreateEventBusCommand({ Name: 'own' })));
  await withRule(sim, [], { EventBusName: 'own' });
  await assert.rejects(sim.clock.drive(client.send(new DeleteEventBusCommand({ Name: 'own' }))), {
    name: 'ValidationException',
  });
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const give = (Policy: string) =>
    sim.clock.drive(client.send(new PutPermissionCommand({ EventBusName: 'own', Policy })));
  await assert.rejects(give('{'), { name: 'ValidationException' });
  await give(policy);
  const { Policy } = await sim.clock.drive(client.send(new DescribeEventBusCommand({ Name: 'own' })));
  assert.equal(Policy, policy);
  await assert.rejects(sim.clock.drive(client.send(new CreateEventBusCommand({ Name: 'own bus' }))), {
    name: 'ValidationException',
  });
});

test('rules are managed at fifty calls a second; events may come faster', async () => {
  const sim = openWorld();
  const client = eventBridge(sim);
  const lists = Array.from({ length: 200 }, () => client.send(new ListRulesCommand({})));
  const outcomes = await sim.clock.drive(Promise.allSettled(lists));
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  assert.ok(refused.length > 50, `${refused.length}`);
  assert.equal((refused[0] as PromiseRejectedResult).reason.name, 'ThrottlingException');
  const entry = { Source: 'test', DetailType: 'Told', Detail: '{}' };
  const puts = Array.from({ length: 200 }, () => client.send(new PutEventsCommand({ Entries: [entry] })));
  await sim.clock.drive(Promise.all(puts));
});
