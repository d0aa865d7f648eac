import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { NotSimulated } from '../../simulator/errors.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import {
  account,
  addFunction,
  begin,
  eventTypes,
  here,
  machineOf,
  machineRole,
  openWorld,
  run,
  sfn,
} from './stepfunctions-world.ts';

const passes = JSON.stringify(machineOf({ P: { Type: 'Pass', Result: 1, End: true } }));
const waits = JSON.stringify(machineOf({ W: { Type: 'Wait', Seconds: 600, End: true } }));
const arnOf = (name: string) => `arn:aws:states:${here}:${account}:stateMachine:${name}`;

/** Creates a machine over the wire and returns a client. */
async function withMachine(sim: Simulator, definition: string, name = 'm') {
  const client = sfn(sim);
  const tags = [{ key: 'a', value: '1' }];
  const create = new CreateStateMachineCommand({ name, definition, roleArn: machineRole, tags });
  const { stateMachineArn } = await sim.clock.drive(client.send(create));
  assert.equal(stateMachineArn, arnOf(name));
  return { client, stateMachineArn };
}

function refusal(name: string, message?: RegExp) {
  return (error: Error) => {
    assert.equal(error.name, name);
    if (message) assert.match(error.message, message);
    return true;
  };
}

test('a state machine is described as it was created, updated and tagged', async () => {
  const sim = openWorld();
  const { client, stateMachineArn } = await withMachine(sim, passes);
  await sim.clock.drive(
    (async () => {
      const first = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
      assert.equal(first.definition, passes);
      assert.equal(first.roleArn, machineRole);
      assert.equal(first.status, 'ACTIVE');
      assert.equal(first.type, 'STANDARD');
      await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition: waits }));
      const second = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
      assert.equal(second.definition, waits);
      assert.notEqual(second.revisionId, first.revisionId);
      await client.send(
        new TagResourceCommand({ resourceArn: stateMachineArn, tags: [{ key: 'b', value: '2' }] }),
      );
      await client.send(new UntagResourceCommand({ resourceArn: stateMachineArn, tagKeys: ['a'] }));
      const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }));
      assert.deepEqual(tags, [{ key: 'b', value: '2' }]);
      const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
      assert.deepEqual(
        stateMachines?.map(({ name }) => name),
        ['m'],
      );
      await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
      await assert.rejects(
        client.send(new DescribeStateMachineCommand({ stateMachineArn })),
        refusal('StateMachineDoesNotExist'),
      );
    })(),
  );
});

test('creating a machine again confirms it if nothing differs, and is refused otherwise', async () => {
  const sim = openWorld();
  const { client, stateMachineArn } = await withMachine(sim, passes);
  const again = new CreateStateMachineCommand({ name: 'm', definition: passes, roleArn: machineRole });
  assert.equal((await sim.clock.drive(client.send(again))).stateMachineArn, stateMachineArn);
  const other = new CreateStateMachineCommand({ name: 'm', definition: waits, roleArn: machineRole });
  await assert.rejects(sim.clock.drive(client.send(other)), refusal('StateMachineAlreadyExists'));
});

test('names, ARNs and inputs that Step Functions does not take are refused', async () => {
  const sim = openWorld();
  const { client, stateMachineArn } = await withMachine(sim, passes);
  const start = (members: object) => client.send(new StartExecutionCommand({ stateMachineArn, ...members }));
  const refused: [object, string][] = [
    [{ name: 'arn:aws:health' }, 'InvalidName'],
    [{ name: 'with space' }, 'InvalidName'],
    [{ name: 'a/b' }, 'InvalidName'],
    [{ name: 'tab\t' }, 'InvalidName'],
    [{ name: 'n'.repeat(81) }, 'ValidationException'],
    [{ name: 'n', input: '{' }, 'InvalidExecutionInput'],
    [{ name: 'n', input: '' }, 'InvalidExecutionInput'],
    [{ name: 'n', input: JSON.stringify('é'.repeat(131_072)) }, 'ValidationException'],
    [{ name: 'n', stateMachineArn: 'm' }, 'InvalidArn'],
    [{ name: 'n', stateMachineArn: `${stateMachineArn}x` }, 'StateMachineDoesNotExist'],
  ];
  for (const [members, name] of refused) {
    await assert.rejects(
      sim.clock.drive(start(members)),
      refusal(name),
      JSON.stringify(members).slice(0, 80),
    );
  }
  const longest = { name: 'n'.repeat(80), input: JSON.stringify('é'.repeat(131_071)) };
  await sim.clock.drive(start(longest));
});

test('a name is taken: the same input finds the execution while it runs, anything else is refused', async () => {
  const sim = openWorld();
  const { client, stateMachineArn } = await withMachine(sim, waits);
  const start = (input: string) =>
    sim.clock.drive(client.send(new StartExecutionCommand({ stateMachineArn, name: 'x', input })));
  const first = await start('{"a":1}');
  const second = await start('{"a":1}');
  assert.equal(second.executionArn, first.executionArn);
  assert.deepEqual(second.startDate, first.startDate);
  assert.equal(sim.region(here).states.executions.length, 1);
  await assert.rejects(
    start('{"a":2}'),
    refusal('ExecutionAlreadyExists', /Execution Already Exists: 'arn:/),
  );
  await sim.clock.drive(sim.region(here).states.executions[0]!.done);
  await assert.rejects(start('{"a":1}'), refusal('ExecutionAlreadyExists'));
  await sim.clock.driveUntil(sim.clock.nowMs() + 91 * 86_400_000);
  assert.equal((await start('{"a":1}')).executionArn, first.executionArn);
});

test('an execution without a name gets one, and each another', async () => {
  const sim = openWorld();
  const { client, stateMachineArn } = await withMachine(sim, passes);
  const start = () => sim.clock.drive(client.send(new StartExecutionCommand({ stateMachineArn })));
  const arns = [(await start()).executionArn!, (await start()).executionArn!];
  assert.match(arns[0]!, /:execution:m:[0-9a-f-]{36}$/);
  assert.notEqual(arns[0], arns[1]);
});

test('an execution is described while it runs, after its end and after its failure', async () => {
  const sim = openWorld();
  const client = sfn(sim);
  const describe = (executionArn: string) =>
    sim.clock.drive(client.send(new DescribeExecutionCommand({ executionArn })));
  const running = begin(sim, JSON.parse(waits), { a: 1 }, 'one');
  const early = await describe(running.arn);
  assert.deepEqual(
    [early.status, early.input, early.output, early.stopDate],
    ['RUNNING', '{"a":1}', undefined, undefined],
  );
  await sim.clock.drive(running.done);
  const late = await describe(running.arn);
  assert.deepEqual(
    [late.status, late.output, late.redriveStatus],
    ['SUCCEEDED', '{"a":1}', 'NOT_REDRIVABLE'],
  );
  assert.equal(late.stopDate?.getTime(), Math.floor(running.stoppedAtMs!));
  const failed = await run(sim, machineOf({ F: { Type: 'Fail', Error: 'E', Cause: 'c' } }), {}, 'two');
  const after = await describe(failed.arn);
  assert.deepEqual(
    [after.status, after.error, after.cause, after.redriveStatus],
    ['FAILED', 'E', 'c', 'REDRIVABLE'],
  );
  await assert.rejects(describe(`${failed.arn}x`), refusal('ExecutionDoesNotExist'));
  const whole = await sim.clock.drive(
    client.send(new DescribeStateMachineForExecutionCommand({ executionArn: running.arn })),
  );
  assert.equal(whole.definition, waits);
});

test('executions are listed, the latest first, by status and page', async () => {
  const sim = openWorld();
  const { client, stateMachineArn } = await withMachine(sim, passes);
  const { states } = sim.region(here);
  for (const name of ['a', 'b', 'c']) {
    await sim.clock.drive(states.start({ machineArn: stateMachineArn!, name }).done);
  }
  const list = (members: object) =>
    sim.clock.drive(client.send(new ListExecutionsCommand({ stateMachineArn, ...members })));
  const page = await list({ maxResults: 2, statusFilter: 'SUCCEEDED' });
  assert.deepEqual(
    page.executions?.map(({ name }) => name),
    ['c', 'b'],
  );
  const rest = await list({ maxResults: 2, nextToken: page.nextToken });
  assert.deepEqual(
    rest.executions?.map(({ name }) => name),
    ['a'],
  );
  assert.equal(rest.nextToken, undefined);
  assert.deepEqual((await list({ statusFilter: 'RUNNING' })).executions, []);
  await assert.rejects(list({ nextToken: 'nonsense' }), refusal('InvalidToken'));
  await assert.rejects(list({ maxResults: 1001 }), refusal('ValidationException'));
});

test('a history is read forwards, backwards and by page', async () => {
  const sim = openWorld();
  const execution = await run(sim, JSON.parse(passes), { a: 1 });
  const read = (members: object) =>
    sim.clock.drive(
      sfn(sim).send(new GetExecutionHistoryCommand({ executionArn: execution.arn, ...members })),
    );
  const { events } = await read({});
  assert.deepEqual(
    events?.map(({ type }) => type),
    eventTypes(execution),
  );
  assert.deepEqual(events?.[0]?.executionStartedEventDetails, {
    input: '{"a":1}',
    inputDetails: { truncated: false },
    roleArn: machineRole,
  });
  assert.equal(events?.[1]?.stateEnteredEventDetails?.name, 'P');
  assert.equal(events?.[3]?.executionSucceededEventDetails?.output, '1');
  const backwards = await read({ reverseOrder: true, maxResults: 3 });
  assert.deepEqual(
    backwards.events?.map(({ id }) => id),
    [4, 3, 2],
  );
  assert.deepEqual(
    (await read({ reverseOrder: true, nextToken: backwards.nextToken })).events?.map(({ id }) => id),
    [1],
  );
});

test('stopping an execution ends its waits at once; what runs in a function goes on there', async () => {
  const sim = openWorld();
  let ended = false;
  const f = addFunction(sim, 'f', async (_, { clock }) => {
    await clock.sleep(5000);
    ended = true;
  });
  const execution = begin(sim, machineOf({ T: { Type: 'Task', Resource: f, End: true } }));
  await sim.clock.driveUntil(sim.clock.nowMs() + 2000);
  const { arn: executionArn } = execution;
  const stop = new StopExecutionCommand({ executionArn, error: 'Operator', cause: 'drill' });
  const { stopDate } = await sim.clock.drive(sfn(sim).send(stop));
  assert.equal(execution.status, 'ABORTED');
  const last = execution.history.at(-1)!;
  assert.deepEqual([last.type, last.previousEventId], ['ExecutionAborted', 0]);
  assert.deepEqual(last.executionAbortedEventDetails, { error: 'Operator', cause: 'drill' });
  const events = execution.history.length;
  await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
  assert.ok(ended);
  assert.equal(execution.history.length, events);
  const again = await sim.clock.drive(sfn(sim).send(new StopExecutionCommand({ executionArn })));
  assert.deepEqual(again.stopDate, stopDate);
});

test('each change of status is an event on the default bus', async () => {
  const sim = openWorld();
  const seen: unknown[] = [];
  sim.region(here).events.onEvent((_, event) => seen.push(event));
  const execution = await run(sim, machineOf({ F: { Type: 'Fail', Error: 'E', Cause: 'c' } }), { a: 1 });
  const common = {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    region: here,
    account,
    resources: [execution.arn],
  };
  assert.partialDeepStrictEqual(seen, [
    {
      ...common,
      detail: {
        status: 'RUNNING',
        startDate: execution.startedAtMs,
        stopDate: null,
        input: '{"a":1}',
        output: null,
      },
    },
    {
      ...common,
      detail: {
        status: 'FAILED',
        error: 'E',
        cause: 'c',
        stopDate: Math.floor(execution.stoppedAtMs!),
        name: 'run',
      },
    },
  ]);
  assert.equal(seen.length, 2);
});

test('listeners are told each event until they leave', async () => {
  const sim = openWorld();
  const told: string[] = [];
  const leave = sim.region(here).states.onHistoryEvent(({ name }, { type }) => {
    told.push(`${name} ${type}`);
    if (type === 'PassStateExited') leave();
  });
  await run(sim, JSON.parse(passes));
  assert.deepEqual(told, ['run ExecutionStarted', 'run PassStateEntered', 'run PassStateExited']);
});

test('more starts than the bucket holds are throttled, and come back with its refill', async () => {
  const sim = openWorld();
  const { client, stateMachineArn } = await withMachine(sim, waits);
  const start = () => client.send(new StartExecutionCommand({ stateMachineArn }));
  const outcomes = await sim.clock.drive(Promise.allSettled(Array.from({ length: 1000 }, start)));
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  // The bucket holds 800 and refills 150 a second while the calls come in within some seconds.
  assert.ok(refused.length > 0 && refused.length < 201, `${refused.length}`);
  assert.ok(
    refused.every((outcome) => (outcome as PromiseRejectedResult).reason.name === 'ThrottlingException'),
  );
  await sim.clock.driveUntil(sim.clock.nowMs() + 10_000);
  await sim.clock.drive(start());
});

test('what is not modelled stops the run', async () => {
  const create = (more: object) =>
    new CreateStateMachineCommand({ name: 'm', definition: passes, roleArn: machineRole, ...more });
  for (const more of [{ type: 'EXPRESS' }, { publish: true }]) {
    const sim = openWorld();
    await assert.rejects(sim.clock.drive(sfn(sim).send(create(more))), NotSimulated);
  }
});
