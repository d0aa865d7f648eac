import assert from 'node:assert/strict';
import test from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { Struck } from './struck.ts';

/** A function that does its work in two seconds and counts how often it began and ended. */
class Worker {
  begun = 0;
  done = 0;
  readonly #struck: Struck;

  constructor(struck: Struck) {
    this.#struck = struck;
    struck.stage.recovery.lambda.register({
      name: 'worker',
      roleArn: `arn:aws:iam::${struck.stage.sim.accountId}:role/worker`,
      timeoutSeconds: 30,
      memoryMb: 128,
      environment: {},
      handler: async (_event, { clock }) => {
        this.begun += 1;
        await clock.sleep(2000);
        this.done += 1;
        return clock.nowMs();
      },
    });
  }

  /** What invokers were told, each kind of answer once. */
  async answers(count = 30): Promise<readonly string[]> {
    const { lambda } = this.#struck.stage.recovery;
    const found = new Set<string>();
    for (let n = 0; n < count; n += 1) {
      const invoked = lambda.invoke('worker', {}, `test/${this.begun}/${n}`).then(
        (result) => ('payload' in result ? 'ok' : result.errorType),
        (error: { readonly code: string }) => error.code,
      );
      found.add(await this.#struck.stage.sim.clock.drive(invoked));
    }
    return [...found].sort();
  }
}

for (const [name, answers] of [
  ['functions-die', ['Runtime.ExitError', 'ok']],
  ['functions-refused', ['ServiceException']],
  ['function-answers-lost', ['ServiceException', 'ok']],
] as const) {
  test(`while ${name}, whoever invokes is told ${answers.join(' or ')}, and afterwards ok`, async () => {
    const struck = new Struck();
    const worker = new Worker(struck);
    const { before, during, after } = await struck.course(name, () => worker.answers());
    assert.deepEqual([before, during, after], [['ok'], answers, ['ok']]);
  });
}

/** What invokers of a function that makes three calls are told, and how many of its calls acted. */
async function callers(name: string) {
  const struck = new Struck();
  const { sim, recovery } = struck.stage;
  const served = new Set<number>();
  recovery.lambda.register({
    name: 'caller',
    roleArn: `arn:aws:iam::${sim.accountId}:role/caller`,
    timeoutSeconds: 30,
    memoryMb: 128,
    environment: {},
    handler: async (_event, { connection, accessKeyId }) => {
      const credentials = { accessKeyId, secretAccessKey: 'simulated' };
      const given = { requestHandler: connection as never, credentials, maxAttempts: 1 };
      const sts = new STSClient({ ...given, region: recovery.name });
      for (let n = 0; n < 3; n += 1) await sts.send(new GetCallerIdentityCommand({}));
      return 'done';
    },
  });
  let invoked = 0;
  const answers = async () => {
    const found = new Set<string>();
    for (let n = 0; n < 90; n += 1) {
      invoked += 1;
      const [fromMs, from] = [sim.clock.nowMs(), sim.transcript.length];
      const result = await sim.clock.drive(recovery.lambda.invoke('caller', {}, `test/${invoked}`));
      const isLate = sim.clock.nowMs() - fromMs >= 30_000;
      found.add(`${'payload' in result ? 'ok' : result.errorType}${isLate ? ' late' : ''}`);
      if (!('payload' in result)) served.add(sim.transcript.length - from);
    }
    return [...found].sort();
  };
  return { ...(await struck.course(name, answers)), served: [...served].sort() };
}

test('while functions-die-at-calls, some die after any of their calls', async () => {
  assert.deepEqual(await callers('functions-die-at-calls'), {
    before: ['ok'],
    during: ['Runtime.ExitError', 'ok'],
    after: ['ok'],
    served: [1, 2, 3],
  });
});

test('while functions-time-out, some stand still before or after any of their calls until their time is up', async () => {
  assert.deepEqual(await callers('functions-time-out'), {
    before: ['ok'],
    during: ['Sandbox.Timedout late', 'ok'],
    after: ['ok'],
    served: [0, 1, 2, 3],
  });
});

test('a function whose answer is lost has done its work, and one that is refused has not begun', async () => {
  const struck = new Struck();
  const worker = new Worker(struck);
  const lost = struck.begin('function-answers-lost');
  await worker.answers(10);
  assert.deepEqual([worker.begun, worker.done], [10, 10]);
  lost();
  struck.begin('functions-refused');
  await worker.answers(10);
  assert.equal(worker.begun, 10);
});

test('while invoked-twice, an invocation is made again, and afterwards each is made once', async () => {
  const struck = new Struck();
  const worker = new Worker(struck);
  const measure = async () => {
    const { begun } = worker;
    await worker.answers(10);
    await struck.pass(60);
    return worker.begun - begun;
  };
  assert.deepEqual(await struck.course('invoked-twice', measure), { before: 10, during: 20, after: 10 });
});

test('while clocks-apart, functions of two Regions have times that differ', async () => {
  const struck = new Struck();
  const { sim } = struck.stage;
  const measure = async () => {
    const times = sim.regions.map(async ({ lambda, name }) => {
      lambda.register({
        name: `clock-${name}`,
        roleArn: `arn:aws:iam::${sim.accountId}:role/clock`,
        timeoutSeconds: 30,
        memoryMb: 128,
        environment: {},
        handler: async (_event, { clock }) => clock.nowMs(),
      });
      const result = await lambda.invoke(`clock-${name}`, {}, `test/${sim.clock.nowMs()}`);
      return 'payload' in result ? Number(result.payload) : Number.NaN;
    });
    const all = await sim.clock.drive(Promise.all(times));
    return (Math.max(...all) - Math.min(...all)) / 1000;
  };
  const { before, during, after } = await struck.course('clocks-apart', measure);
  assert.ok(before < 10 && during > 10 && after < 10, `${before}, ${during}, ${after} s apart`);
});

test('while witness-outage, nobody looks on from the third place', async () => {
  const struck = new Struck();
  const { sim, plans } = struck.stage;
  const witness = plans[0]?.regions.witness ?? '';
  const { silentRegions } = worldOf(sim);
  const course = await struck.course('witness-outage', () => silentRegions.has(witness));
  assert.deepEqual(course, { before: false, during: true, after: false });
});

/** Starts a drill of the shop. */
function drill({ stage: { recovery, account } }: Struck, run = 1) {
  const input = { plan: 'shop', recovery: 'shop-drill-1', run };
  return recovery.states.start({
    machineArn: account.machineArns.drill,
    name: `shop-drill-1-r${run}`,
    input,
  });
}

const drills = ({ stage: { recovery, account } }: Struck) =>
  recovery.states.executions.filter(({ machine }) => machine.arn === account.machineArns.drill);

test('execution-stopped stops a recovery as soon as one runs, and only that one', async () => {
  const struck = new Struck();
  struck.begin('execution-stopped');
  await struck.pass(30);
  const execution = drill(struck);
  await struck.pass(30);
  assert.equal(execution.status, 'ABORTED');
  const second = drill(struck, 2);
  await struck.pass(30);
  assert.equal(second.status, 'RUNNING');
});

test('execution-doubled starts a recovery that runs once more', async () => {
  const struck = new Struck();
  drill(struck);
  struck.begin('execution-doubled');
  await struck.pass(30);
  assert.deepEqual(
    drills(struck).map(({ name }) => name),
    ['shop-drill-1-r1', 'shop-drill-1-r1-again'],
  );
});

test('execution-begun-late starts a recovery that is over, and not one that runs', async () => {
  const struck = new Struck();
  const execution = drill(struck);
  struck.begin('execution-begun-late');
  await struck.pass(30);
  assert.equal(drills(struck).length, 1);
  execution.end({ status: 'ABORTED' });
  await struck.pass(30);
  assert.ok(drills(struck).some(({ name }) => name === 'shop-drill-1-r1-late'));
});

test('a deploy changes the plan for what begins after it, not for an execution that runs', async () => {
  const struck = new Struck();
  const { sim, recovery, account } = struck.stage;
  const opened = async (name: string, seconds: number) => {
    const input = { plan: 'shop', recovery: name, run: 1 };
    const arn = account.machineArns.drill;
    const execution = recovery.states.start({ machineArn: arn, name: `${name}-r1`, input });
    await struck.pass(seconds);
    return execution;
  };
  const hashOf = (name: string) => {
    const body = sim.s3.read(account.ledgerBucket, ledgerKeys.opened('shop', name))?.body;
    return (JSON.parse(new TextDecoder().decode(body)) as { readonly planHash: string }).planHash;
  };
  const before = await opened('shop-drill-1', 60);
  const end = struck.begin('deploy');
  await sim.clock.drive(before.done);
  assert.equal(before.status, 'SUCCEEDED', 'it goes on with the plan that it pinned');
  await sim.clock.drive((await opened('shop-drill-2', 60)).done);
  end();
  await opened('shop-drill-3', 60);
  const [first] = struck.stage.plans;
  assert.equal(hashOf('shop-drill-1'), first?.hash);
  assert.notEqual(hashOf('shop-drill-2'), first?.hash);
  assert.equal(hashOf('shop-drill-3'), first?.hash);
});
