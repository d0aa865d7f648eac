import assert from 'node:assert/strict';
import test from 'node:test';
import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { addFunction, begin, eventTypes, machineOf, openWorld, sfn } from './stepfunctions-world.ts';

interface Waiting {
  readonly sim: Simulator;
  readonly execution: Execution;
  /** The tokens that the function was given, one for each attempt. */
  readonly tokens: string[];
}

/** An execution that waits for a callback. */
async function wait(more: object = {}, after: Record<string, object> = {}): Promise<Waiting> {
  const sim = openWorld();
  const tokens: string[] = [];
  addFunction(sim, 'ask', async (event) => {
    tokens.push(String((event as JsonObject).token));
    return {};
  });
  const task = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: { FunctionName: 'ask', Payload: { 'token.$': '$$.Task.Token' } },
    ...('Next' in more ? {} : { End: true }),
    ...more,
  };
  const execution = begin(sim, machineOf({ T: task, ...after }));
  await sim.clock.driveUntil(sim.clock.nowMs() + 4000);
  return { sim, execution, tokens };
}

function succeed({ sim }: Waiting, taskToken: string | undefined, output: Json = {}) {
  return sim.clock.drive(
    sfn(sim).send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })),
  );
}

function beat({ sim }: Waiting, taskToken: string | undefined) {
  return sim.clock.drive(sfn(sim).send(new SendTaskHeartbeatCommand({ taskToken })));
}

test('a task waits for its callback and takes its output', async () => {
  const waiting = await wait();
  const { sim, execution, tokens } = waiting;
  await sim.clock.driveUntil(sim.clock.nowMs() + 3_600_000);
  assert.equal(execution.status, 'RUNNING');
  await succeed(waiting, tokens[0], { answer: 'yes' });
  await sim.clock.drive(execution.done);
  assert.equal(execution.ending?.output, '{"answer":"yes"}');
  assert.deepEqual(eventTypes(execution), [
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  const scheduled = execution.history[2]?.taskScheduledEventDetails;
  assert.deepEqual([scheduled?.resourceType, scheduled?.resource], ['lambda', 'invoke.waitForTaskToken']);
});

test('a callback may fail the task with an error that a catcher names', async () => {
  const { sim, execution, tokens } = await wait(
    { Catch: [{ ErrorEquals: ['Rejected'], Next: 'S' }], Next: 'S' },
    { S: { Type: 'Succeed' } },
  );
  const command = new SendTaskFailureCommand({
    taskToken: tokens[0],
    error: 'Rejected',
    cause: 'by an operator',
  });
  await sim.clock.drive(sfn(sim).send(command));
  await sim.clock.drive(execution.done);
  assert.deepEqual(JSON.parse(execution.ending?.output ?? ''), {
    Error: 'Rejected',
    Cause: 'by an operator',
  });
});

test('a callback that comes too late is told so', async () => {
  const waiting = await wait({ TimeoutSeconds: 60 });
  await waiting.sim.clock.drive(waiting.execution.done);
  assert.equal(waiting.execution.ending?.error, 'States.Timeout');
  await assert.rejects(succeed(waiting, waiting.tokens[0]), { name: 'TaskTimedOut' });
});

test('a task that has succeeded takes no second callback', async () => {
  const waiting = await wait();
  await succeed(waiting, waiting.tokens[0]);
  await assert.rejects(succeed(waiting, waiting.tokens[0]), { name: 'TaskTimedOut' });
});

test('a token that is none is invalid, one that nobody waits for does not exist', async () => {
  const waiting = await wait();
  await assert.rejects(succeed(waiting, 'nonsense'), { name: 'InvalidToken' });
  const token = waiting.tokens[0]!;
  const other = token.slice(0, 20) + (token[20] === 'A' ? 'B' : 'A') + token.slice(21);
  await assert.rejects(succeed(waiting, other), { name: 'TaskDoesNotExist' });
});

test('an output that is not JSON is refused and the task goes on waiting', async () => {
  const waiting = await wait();
  const { sim, execution, tokens } = waiting;
  const command = new SendTaskSuccessCommand({ taskToken: tokens[0], output: '{' });
  await assert.rejects(sim.clock.drive(sfn(sim).send(command)), { name: 'InvalidOutput' });
  assert.equal(execution.status, 'RUNNING');
});

test('heartbeats keep a task alive, but not beyond its time-out', async () => {
  const waiting = await wait({ HeartbeatSeconds: 30, TimeoutSeconds: 100 });
  const { sim, execution, tokens } = waiting;
  for (let n = 0; n < 3; n++) {
    await sim.clock.driveUntil(sim.clock.nowMs() + 25_000);
    await beat(waiting, tokens[0]);
    assert.equal(execution.status, 'RUNNING');
  }
  await sim.clock.driveUntil(sim.clock.nowMs() + 22_000);
  assert.equal(execution.ending?.error, 'States.Timeout');
  await assert.rejects(beat(waiting, tokens[0]), { name: 'TaskTimedOut' });
});

test('a heartbeat that does not come ends the task, under either name of the error', async () => {
  for (const listed of ['States.HeartbeatTimeout', 'States.Timeout']) {
    const catchers = { Catch: [{ ErrorEquals: [listed], Next: 'S' }], Next: 'S' };
    const { sim, execution } = await wait({ HeartbeatSeconds: 30, ...catchers }, { S: { Type: 'Succeed' } });
    await sim.clock.drive(execution.done);
    assert.deepEqual(JSON.parse(execution.ending?.output ?? ''), { Error: 'States.Timeout', Cause: '' });
    const timedOut = execution.history.find(({ type }) => type === 'TaskTimedOut');
    assert.equal(timedOut?.taskTimedOutEventDetails?.error, 'States.Timeout');
    assert.ok(sim.clock.nowMs() - execution.startedAtMs < 32_000);
  }
});

test('a task that is tried again has a new token, and the old one is dead', async () => {
  const retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 }];
  const waiting = await wait({ TimeoutSeconds: 20, Retry: retry });
  const { sim, execution, tokens } = waiting;
  await sim.clock.driveUntil(sim.clock.nowMs() + 22_000);
  assert.equal(new Set(tokens).size, 2);
  await assert.rejects(succeed(waiting, tokens[0]), { name: 'TaskTimedOut' });
  await succeed(waiting, tokens[1]);
  await sim.clock.drive(execution.done);
  assert.equal(execution.status, 'SUCCEEDED');
});

test('a token dies with its execution', async () => {
  const waiting = await wait();
  waiting.execution.end({ status: 'ABORTED' });
  await assert.rejects(succeed(waiting, waiting.tokens[0]), { name: 'TaskTimedOut' });
});

test('a callback counts even before the task that asked for it has answered', async () => {
  const sim = openWorld();
  addFunction(sim, 'ask', async (event, { clock }) => {
    const taskToken = String((event as JsonObject).token);
    await sfn(sim).send(new SendTaskSuccessCommand({ taskToken, output: '"early"' }));
    await clock.sleep(5000);
  });
  const task = {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: { FunctionName: 'ask', Payload: { 'token.$': '$$.Task.Token' } },
    End: true,
  };
  const execution = begin(sim, machineOf({ T: task }));
  await sim.clock.drive(execution.done);
  assert.equal(execution.ending?.output, '"early"');
  await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
  assert.ok(!eventTypes(execution).includes('TaskSubmitted'));
});

test('a task whose function fails does not wait', async () => {
  const sim = openWorld();
  addFunction(sim, 'ask', async () => {
    throw Object.assign(new Error('no'), { name: 'Oops' });
  });
  const resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
  const task = { Type: 'Task', Resource: resource, Parameters: { FunctionName: 'ask' }, End: true };
  const execution = begin(sim, machineOf({ T: task }));
  await sim.clock.drive(execution.done);
  assert.equal(execution.ending?.error, 'Oops');
});
