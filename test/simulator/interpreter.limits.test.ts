import assert from 'node:assert/strict';
import test from 'node:test';
import { UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import {
  addFunction,
  begin,
  eventTypes,
  here,
  machineOf,
  openWorld,
  run,
  sfn,
} from './stepfunctions-world.ts';

/** The seconds between a failed attempt and the next one. */
function delaysOf(execution: Execution): number[] {
  const { history } = execution;
  return history.flatMap((event, index) => {
    const before = history[index - 1];
    if (event.type !== 'LambdaFunctionScheduled' || before?.type !== 'LambdaFunctionFailed') return [];
    return [(event.timestamp!.getTime() - before.timestamp!.getTime()) / 1000];
  });
}

async function failAlways(seed: number, retrier: object): Promise<Execution> {
  const sim = openWorld(seed);
  const f = addFunction(sim, 'f', async () => {
    throw Object.assign(new Error('no'), { name: 'Oops' });
  });
  const retry = [{ ErrorEquals: ['Oops'], ...retrier }];
  return run(sim, machineOf({ T: { Type: 'Task', Resource: f, Retry: retry, End: true } }));
}

const retriers = fc.record({
  IntervalSeconds: fc.integer({ min: 1, max: 60 }),
  BackoffRate: fc.double({ min: 1, max: 4, noNaN: true }),
  MaxAttempts: fc.integer({ min: 0, max: 6 }),
  MaxDelaySeconds: fc.integer({ min: 61, max: 300 }),
});

test('the n-th delay is the interval times the rate to the power of n, up to the maximum', async () => {
  const property = fc.asyncProperty(retriers, async (retrier) => {
    const { IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds } = retrier;
    const delays = delaysOf(await failAlways(1, retrier));
    assert.equal(delays.length, MaxAttempts);
    for (const [n, delay] of delays.entries()) {
      const expected = Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds);
      assert.ok(Math.abs(delay - expected) < 0.01, `${n}: ${delay}, not ${expected}`);
    }
  });
  await fc.assert(property, { seed: 7, numRuns: 40 });
});

test('full jitter draws each delay between nothing and what it would be, by the seed', async () => {
  const property = fc.asyncProperty(retriers, fc.nat(), async (retrier, seed) => {
    const jittered = { ...retrier, JitterStrategy: 'FULL' };
    const delays = delaysOf(await failAlways(seed, jittered));
    for (const [n, delay] of delays.entries()) {
      const most = Math.min(retrier.IntervalSeconds * retrier.BackoffRate ** n, retrier.MaxDelaySeconds);
      assert.ok(delay >= 0 && delay <= most + 0.01);
    }
    assert.deepEqual(delaysOf(await failAlways(seed, jittered)), delays);
    if (delays.length > 1) assert.notDeepEqual(delaysOf(await failAlways(seed + 1, jittered)), delays);
  });
  await fc.assert(property, { seed: 7, numRuns: 20 });
});

test('a branch that fails leaves a function of its sibling to end, and ignores its result', async () => {
  const sim = openWorld();
  const done: string[] = [];
  const f = addFunction(sim, 'f', async (_, { clock }) => {
    await clock.sleep(8000);
    done.push('the function ended');
    return {};
  });
  const branches = [
    machineOf({ T: { Type: 'Task', Resource: f, End: true } }),
    machineOf({ W: { Type: 'Wait', Seconds: 3, Next: 'F' }, F: { Type: 'Fail', Error: 'E' } }),
  ];
  const execution = await run(sim, machineOf({ P: { Type: 'Parallel', Branches: branches, End: true } }));
  assert.equal(execution.ending?.error, 'E');
  assert.deepEqual(done, []);
  const events = eventTypes(execution);
  assert.ok(events.includes('TaskStateAborted'));
  await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
  assert.deepEqual(done, ['the function ended']);
  assert.deepEqual(eventTypes(execution), events);
});

test('events name the event that they follow in their own branch', async () => {
  const branches = [
    machineOf({ A: { Type: 'Wait', Seconds: 9, End: true } }),
    machineOf({ B: { Type: 'Wait', Seconds: 5, End: true } }),
  ];
  const execution = await run(
    openWorld(),
    machineOf({ P: { Type: 'Parallel', Branches: branches, End: true } }),
  );
  const { history } = execution;
  assert.deepEqual(
    history.map(({ id }) => id),
    history.map((_, index) => index + 1),
  );
  const find = (type: string, name?: string) =>
    history.find((event) => {
      const details = event.stateEnteredEventDetails ?? event.stateExitedEventDetails;
      return event.type === type && (name === undefined || details?.name === name);
    })!;
  assert.equal(find('ExecutionStarted').previousEventId, 0);
  assert.equal(find('ParallelStateEntered').previousEventId, 0);
  const started = find('ParallelStateStarted').id;
  assert.equal(find('WaitStateEntered', 'A').previousEventId, started);
  assert.equal(find('WaitStateEntered', 'B').previousEventId, started);
  assert.equal(find('WaitStateExited', 'A').previousEventId, find('WaitStateEntered', 'A').id);
  assert.equal(find('ParallelStateExited').previousEventId, find('WaitStateExited', 'A').id);
});

const kib = (n: number) => 'é'.repeat(n * 512);

test('a result of more than 256 KiB of UTF-8 is refused, and only its own name catches that', async () => {
  for (const [listed, status] of [
    ['States.ALL', 'FAILED'],
    ['States.TaskFailed', 'FAILED'],
    ['States.DataLimitExceeded', 'SUCCEEDED'],
  ]) {
    const sim = openWorld();
    const f = addFunction(sim, 'f', async () => kib(256));
    const execution = await run(
      sim,
      machineOf({
        T: { Type: 'Task', Resource: f, Catch: [{ ErrorEquals: [listed], Next: 'Y' }], End: true },
        Y: { Type: 'Succeed' },
      }),
    );
    assert.equal(execution.status, status, listed);
    if (status === 'SUCCEEDED') continue;
    assert.equal(execution.ending?.error, 'States.DataLimitExceeded');
    assert.match(execution.ending?.cause ?? '', /exceeding the maximum number of bytes service limit/);
  }
});

test("a state's output of more than 256 KiB ends the execution, and the largest payload is remembered", async () => {
  const half = { Type: 'Pass', Parameters: { 'a.$': '$.a', 'b.$': '$.a' } };
  const small = await run(openWorld(), machineOf({ P: { ...half, End: true } }), { a: kib(120) });
  assert.equal(small.status, 'SUCCEEDED');
  assert.equal(small.largestPayloadBytes, Buffer.byteLength(JSON.stringify({ a: kib(120), b: kib(120) })));
  const large = await run(openWorld(), machineOf({ P: { ...half, End: true } }), { a: kib(130) });
  assert.equal(large.ending?.error, 'States.DataLimitExceeded');
  assert.deepEqual(eventTypes(large), ['ExecutionStarted', 'PassStateEntered', 'ExecutionFailed']);
});

test('the 25,000th event ends an execution, and nothing catches that', async () => {
  const loop = machineOf({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } });
  const all = [{ ErrorEquals: ['States.ALL'], Next: 'Y' }];
  const states = { P: { Type: 'Parallel', Branches: [loop], Catch: all, End: true }, Y: { Type: 'Succeed' } };
  const execution = await run(openWorld(), machineOf(states));
  assert.equal(execution.status, 'FAILED');
  assert.equal(execution.history.length, 25_000);
  assert.match(execution.ending?.cause ?? '', /maximum number of history events \(25000\)/);
});

test('an update of the machine does not change an execution that runs', async () => {
  const sim = openWorld();
  const execution = begin(
    sim,
    machineOf({ W: { Type: 'Wait', Seconds: 60, Next: 'S' }, S: { Type: 'Succeed' } }),
  );
  const definition = JSON.stringify(machineOf({ F: { Type: 'Fail' } }));
  const update = new UpdateStateMachineCommand({ stateMachineArn: execution.machine.arn, definition });
  await sim.clock.drive(sfn(sim).send(update));
  assert.equal(execution.status, 'RUNNING');
  await sim.clock.drive(execution.done);
  assert.equal(execution.status, 'SUCCEEDED');
});

test('the same seed gives the same history, whatever else runs; another seed another one', async () => {
  const once = async (seed: number, others: number) => {
    const sim = openWorld(seed);
    const f = addFunction(sim, 'f', async (_, { accessKeyId }) => accessKeyId);
    const task = {
      T: { Type: 'Task', Resource: f, Next: 'U' },
      U: { Type: 'Pass', Parameters: { 'u.$': 'States.UUID()' }, End: true },
    };
    const other = machineOf({
      W: { Type: 'Wait', Seconds: 5, Next: 'P' },
      P: { Type: 'Pass', Parameters: { 'u.$': 'States.UUID()' }, End: true },
    });
    for (let n = 0; n < others; n++) begin(sim, other, {}, `other-${n}`);
    const execution = await run(sim, machineOf(task), {}, 'watched');
    return execution.history.map(({ timestamp, ...event }) => ({ ...event, at: timestamp!.getTime() }));
  };
  assert.deepEqual(await once(3, 0), await once(3, 4));
  assert.notDeepEqual(await once(3, 0), await once(4, 0));
});

test('an execution that is stopped the moment it enters a state does not begin that state', async () => {
  const sim = openWorld();
  let calls = 0;
  const f = addFunction(sim, 'f', async () => {
    calls += 1;
  });
  sim.region(here).states.onHistoryEvent((execution, { type }) => {
    if (type === 'TaskStateEntered') execution.end({ status: 'ABORTED' });
  });
  const execution = await run(sim, machineOf({ T: { Type: 'Task', Resource: f, End: true } }));
  await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
  assert.equal(execution.status, 'ABORTED');
  assert.equal(calls, 0);
});
