import assert from 'node:assert/strict';
import test from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { Deadlock } from '../../simulator/clock.ts';
import { NotSimulated } from '../../simulator/errors.ts';
import type { Json } from '../../simulator/json.ts';
import type { Handler, Invocation, InvokeResult, LambdaInterference } from '../../simulator/lambda/lambda.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { account, addFunction, here, openWorld } from './stepfunctions-world.ts';

const subject = 'execution/state#1.0';

function invoke(sim: Simulator, arn: string, event: Json = {}, by = subject): Promise<InvokeResult> {
  return sim.clock.drive(sim.region(here).lambda.invoke(arn, event, by));
}

/** Runs one handler once in a world of its own. */
async function once(handler: Handler, event: Json = {}): Promise<InvokeResult> {
  const sim = openWorld();
  return invoke(sim, addFunction(sim, 'f', handler), event);
}

test('what a function returns goes through JSON', async () => {
  const result = await once(async () => ({ at: new Date(0), gone: undefined, list: [undefined, 1] }));
  assert.deepEqual(result, {
    payload: { at: '1970-01-01T00:00:00.000Z', list: [null, 1] },
    executedVersion: '$LATEST',
  });
  assert.deepEqual(await once(async () => undefined), { payload: null, executedVersion: '$LATEST' });
});

test('no object is shared between caller and function', async () => {
  const event = { list: [1] };
  const kept = { list: [1] };
  const sim = openWorld();
  const arn = addFunction(sim, 'f', async (given) => {
    (given as { list: number[] }).list.push(2);
    return kept;
  });
  const result = await invoke(sim, arn, event);
  kept.list.push(3);
  assert.deepEqual(event, { list: [1] });
  assert.deepEqual('payload' in result && result.payload, { list: [1] });
});

test("a function's error is told by its name, its message and the first line of its trace", async () => {
  const result = await once(async () => {
    throw Object.assign(new Error('no snapshot'), { name: 'NoCandidate' });
  });
  assert.deepEqual(result, {
    functionError: 'Unhandled',
    errorType: 'NoCandidate',
    errorMessage: 'no snapshot',
    trace: ['NoCandidate: no snapshot'],
    executedVersion: '$LATEST',
  });
});

test('a function that throws at once, or something that is no error, fails as any other', async () => {
  const atOnce = await once(() => {
    throw new TypeError('at once');
  });
  assert.partialDeepStrictEqual(atOnce, { errorType: 'TypeError', errorMessage: 'at once' });
  const text = await once(async () => Promise.reject('a text'));
  assert.partialDeepStrictEqual(text, { errorType: 'string', errorMessage: 'a text', trace: [] });
});

test('a result that is no JSON, or too large, is an error', async () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  assert.partialDeepStrictEqual(await once(async () => circle), { errorType: 'Runtime.MarshalError' });
  assert.partialDeepStrictEqual(await once(async () => 1n), { errorType: 'Runtime.MarshalError' });
  const large = await once(async () => 'x'.repeat(6_291_456));
  assert.partialDeepStrictEqual(large, { errorType: 'Function.ResponseSizeTooLarge' });
});

test('an event of more than 6 MB is refused', async () => {
  const sim = openWorld();
  const arn = addFunction(sim, 'f', async () => ({}));
  await assert.rejects(invoke(sim, arn, 'x'.repeat(6_291_456)), { code: 'RequestTooLargeException' });
});

test('a function that takes too long dies at its deadline, and its requests never answer', async () => {
  const sim = openWorld();
  const heard: string[] = [];
  let connection: Invocation['connection'] | undefined;
  const arn = addFunction(sim, 'f', async (_, invocation) => {
    connection = invocation.connection;
    const client = new STSClient({
      region: here,
      credentials: { accessKeyId: invocation.accessKeyId, secretAccessKey: 'x' },
      requestHandler: invocation.connection,
      maxAttempts: 1,
    });
    await client.send(new GetCallerIdentityCommand({}));
    heard.push('before');
    await sim.clock.sleep(20_000);
    client.send(new GetCallerIdentityCommand({})).then(() => heard.push('after'));
    invocation.clock.sleep(1).then(() => heard.push('its own sleep ended'));
  });
  const startedAtMs = sim.clock.nowMs();
  const result = await invoke(sim, arn);
  const [record] = sim.region(here).lambda.invocations;
  assert.deepEqual(result, {
    functionError: 'Unhandled',
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${record?.requestId} Error: Task timed out after 10.00 seconds`,
    trace: [],
    executedVersion: '$LATEST',
  });
  assert.ok(sim.clock.nowMs() - startedAtMs < 16_000);
  await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
  assert.deepEqual(heard, ['before']);
  assert.ok(connection);
});

test('each invocation is a caller of its own, by its role and function', async () => {
  const sim = openWorld();
  const arn = addFunction(sim, 'f', async (_, { accessKeyId, connection }) => {
    const credentials = { accessKeyId, secretAccessKey: 'x' };
    const client = new STSClient({ region: here, credentials, requestHandler: connection, maxAttempts: 1 });
    return [accessKeyId, (await client.send(new GetCallerIdentityCommand({}))).Arn];
  });
  const payloadOf = (result: InvokeResult) => ('payload' in result ? (result.payload as string[]) : []);
  const [firstKey, identity] = payloadOf(await invoke(sim, arn, {}, 'a'));
  const [secondKey] = payloadOf(await invoke(sim, arn, {}, 'b'));
  assert.equal(identity, `arn:aws:sts::${account}:assumed-role/f/f`);
  assert.match(firstKey ?? '', /^ASIA[0-9A-F]{16}$/);
  assert.notEqual(firstKey, secondKey);
});

test('an access key follows from the task, not from what was invoked before', async () => {
  const keyOf = async (seed: number, before: readonly string[]) => {
    const sim = openWorld(seed);
    const arn = addFunction(sim, 'f', async (_, { accessKeyId }) => accessKeyId);
    for (const other of before) await invoke(sim, arn, {}, other);
    const result = await invoke(sim, arn, {}, subject);
    return 'payload' in result ? result.payload : undefined;
  };
  const others = fc.uniqueArray(
    fc.string({ minLength: 1 }).filter((text) => text !== subject),
    { maxLength: 3 },
  );
  const property = fc.asyncProperty(fc.nat(), others, async (seed, before) => {
    assert.equal(await keyOf(seed, before), await keyOf(seed, []));
    assert.notEqual(await keyOf(seed, []), await keyOf(seed + 1, []));
  });
  await fc.assert(property, { seed: 7, numRuns: 15 });
});

test('an environment stays warm for five minutes; a function that died leaves none', async () => {
  const sim = openWorld();
  const { lambda } = sim.region(here);
  let sleepMs = 0;
  const arn = addFunction(sim, 'f', async (_, { clock }) => {
    await clock.sleep(sleepMs);
  });
  const colds = () => lambda.invocations.map(({ coldStart }) => coldStart);
  await invoke(sim, arn);
  await invoke(sim, arn);
  assert.deepEqual(colds(), [true, false]);
  await sim.clock.driveUntil(sim.clock.nowMs() + 301_000);
  await invoke(sim, arn);
  assert.deepEqual(colds(), [true, false, true]);
  sleepMs = 60_000;
  await invoke(sim, arn);
  sleepMs = 0;
  await invoke(sim, arn);
  assert.deepEqual(colds(), [true, false, true, false, true]);
  await sim.clock.drive(Promise.all(['a', 'b'].map((by) => lambda.invoke(arn, {}, by))));
  assert.deepEqual(colds().slice(-2), [false, true]);
});

test('beyond its reserved concurrency a function is throttled', async () => {
  const sim = openWorld();
  const { lambda } = sim.region(here);
  const arn = addFunction(sim, 'f', (_, { clock }) => clock.sleep(1000), { reservedConcurrency: 2 });
  const outcomes = await sim.clock.drive(
    Promise.allSettled(['a', 'b', 'c'].map((by) => lambda.invoke(arn, {}, by))),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
  assert.equal((outcomes[2] as PromiseRejectedResult).reason.code, 'TooManyRequestsException');
  await invoke(sim, arn, {}, 'd');
});

test('a function, version or Region that is not there is not found', async () => {
  const sim = openWorld();
  const arn = addFunction(sim, 'f', async () => ({}));
  for (const missing of [`${arn}x`, `${arn}:7`, arn.replace(here, 'us-east-1'), 'none']) {
    await assert.rejects(invoke(sim, missing), { code: 'ResourceNotFoundException' });
  }
});

test('a gap in the model that a function meets stops the run, whatever the function catches', async () => {
  for (const defect of [new NotSimulated('something'), new Deadlock('stuck')]) {
    const sim = openWorld();
    const arn = addFunction(sim, 'f', async () => {
      throw defect;
    });
    await assert.rejects(invoke(sim, arn), defect);
  }
});

test('a fault kills an invocation at an instant: what it did before stands, what it would have done does not', async () => {
  for (const [seconds, steps] of [
    [0.5, ['one']],
    [1.5, ['one', 'two']],
    [9, ['one', 'two', 'three']],
  ] as const) {
    const sim = openWorld();
    const done: string[] = [];
    const arn = addFunction(sim, 'f', async (_, { clock }) => {
      for (const step of ['one', 'two', 'three']) {
        done.push(step);
        await clock.sleep(1000);
      }
    });
    const { lambda } = sim.region(here);
    lambda.faults.push(() => (lambda.invocations.length === 0 ? { kind: 'killAfter', seconds } : undefined));
    const result = await invoke(sim, arn);
    await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
    assert.deepEqual(done, steps);
    assert.equal('errorType' in result ? result.errorType : 'ok', seconds === 9 ? 'ok' : 'Runtime.ExitError');
  }
});

/** What a function with three calls learns and does, where something strikes it. */
async function struckAtCalls(strike: LambdaInterference) {
  const sim = openWorld();
  const learnt: number[] = [];
  const arn = addFunction(sim, 'f', async (_, { connection, accessKeyId, clock }) => {
    const sts = new STSClient({
      region: here,
      requestHandler: connection as never,
      credentials: { accessKeyId, secretAccessKey: 'simulated' },
      maxAttempts: 1,
    });
    for (const call of [1, 2, 3]) {
      await sts.send(new GetCallerIdentityCommand({}));
      learnt.push(call);
      await clock.sleep(1000);
    }
  });
  sim.region(here).lambda.faults.push(() => strike);
  const fromMs = sim.clock.nowMs();
  const result = await invoke(sim, arn);
  const seconds = Math.round((sim.clock.nowMs() - fromMs) / 1000);
  await sim.clock.driveUntil(sim.clock.nowMs() + 60_000);
  const outcome = 'errorType' in result ? result.errorType : 'ok';
  return { learnt, served: sim.transcript.length, outcome, isLong: seconds >= 8 };
}

test('a fault kills an invocation when a call of it has acted, and it never learns of that', async () => {
  const died = { outcome: 'Runtime.ExitError', isLong: false };
  assert.deepEqual(await struckAtCalls({ kind: 'killAtCall', nth: 1 }), { ...died, learnt: [], served: 1 });
  assert.deepEqual(await struckAtCalls({ kind: 'killAtCall', nth: 3 }), {
    ...died,
    learnt: [1, 2],
    served: 3,
  });
  const whole = { learnt: [1, 2, 3], served: 3, outcome: 'ok', isLong: false };
  assert.deepEqual(await struckAtCalls({ kind: 'killAtCall', nth: 4 }), whole);
});

test('a fault freezes an invocation, which Lambda ends when its time is up', async () => {
  const timedOut = { outcome: 'Sandbox.Timedout', isLong: true };
  assert.deepEqual(await struckAtCalls({ kind: 'freezeAtCall', nth: 2 }), {
    ...timedOut,
    learnt: [1],
    served: 2,
  });
  assert.deepEqual(await struckAtCalls({ kind: 'freezeAtCall', nth: 0 }), {
    ...timedOut,
    learnt: [],
    served: 0,
  });
  assert.deepEqual(await struckAtCalls({ kind: 'freezeAfter', seconds: 0.5 }), {
    ...timedOut,
    learnt: [1],
    served: 1,
  });
});

test('a fault may kill before the start, refuse, or lose the answer of what was done', async () => {
  for (const [kind, ran, outcome] of [
    ['killBeforeStart', 0, 'Runtime.ExitError'],
    ['refuse', 0, 'ServiceException'],
    ['loseAnswer', 1, 'ServiceException'],
  ] as const) {
    const sim = openWorld();
    let runs = 0;
    const arn = addFunction(sim, 'f', async () => {
      runs += 1;
    });
    sim.region(here).lambda.faults.push(({ functionName }) => (functionName === 'f' ? { kind } : undefined));
    const result = await invoke(sim, arn).catch((error: { code: string }) => ({ errorType: error.code }));
    assert.equal('errorType' in result && result.errorType, outcome);
    assert.equal(runs, ran);
  }
});

test('a queued event is tried again after one minute and after two more, then given up', async () => {
  const sim = openWorld();
  const { lambda } = sim.region(here);
  const atSeconds: number[] = [];
  const startMs = sim.clock.nowMs();
  const arn = addFunction(sim, 'f', async () => {
    atSeconds.push(Math.floor((sim.clock.nowMs() - startMs) / 10_000) * 10);
    throw Object.assign(new Error('no'), { name: 'Oops' });
  });
  lambda.invokeLater(arn, { v: 1 }, subject);
  await sim.clock.driveUntil(startMs + 3_600_000);
  assert.deepEqual(atSeconds, [0, 60, 180]);
  const given = { functionArn: arn, event: { v: 1 }, condition: 'RetriesExhausted', errorType: 'Oops' };
  assert.deepEqual(lambda.discarded, [given]);
});

test('a queued event that is throttled is tried for six hours', async () => {
  const sim = openWorld();
  const { lambda } = sim.region(here);
  const arn = addFunction(sim, 'f', async () => ({}), { reservedConcurrency: 0 });
  lambda.invokeLater(arn, {}, subject);
  await sim.clock.driveUntil(sim.clock.nowMs() + 5.9 * 3_600_000);
  assert.deepEqual(lambda.discarded, []);
  await sim.clock.driveUntil(sim.clock.nowMs() + 3_600_000);
  assert.partialDeepStrictEqual(lambda.discarded, [
    { condition: 'EventAgeExceeded', errorType: 'TooManyRequestsException' },
  ]);
});
