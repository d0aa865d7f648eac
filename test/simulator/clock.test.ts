import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { generateKeyPairSync, pbkdf2Sync, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { globSync, readFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { setImmediate as nextTurn, setTimeout as realSleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { Deadlock, VirtualClock } from '../../simulator/clock.ts';
import { openAccount, recovery, settings } from './data-account.ts';

const startMs = Date.UTC(2026, 0, 5);
const never = new Promise<never>(() => undefined);

/** Milliseconds since the start. */
const since = (clock: VirtualClock): number => clock.nowMs() - startMs;

/** Lets time pass until nothing is left to fire. */
async function exhaust(clock: VirtualClock): Promise<void> {
  await assert.rejects(clock.drive(never), Deadlock);
}

test('timers fire in the order of their instants, those of one instant in the order in which they were set', async () => {
  const timers = fc.record({ ms: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() });
  const law = fc.asyncProperty(fc.array(timers, { maxLength: 60 }), async (given) => {
    const clock = new VirtualClock(startMs);
    const fired: { readonly at: number; readonly index: number }[] = [];
    const cancels = given.map(({ ms }, index) =>
      clock.after(ms, () => fired.push({ at: since(clock), index })),
    );
    given.forEach(({ cancelled }, index) => {
      if (cancelled) cancels[index]!();
    });
    await exhaust(clock);
    const expected = given
      .map(({ ms, cancelled }, index) => ({ at: ms, index, cancelled }))
      .filter(({ cancelled }) => !cancelled)
      .sort((a, b) => a.at - b.at || a.index - b.index)
      .map(({ at, index }) => ({ at, index }));
    assert.deepEqual(fired, expected);
  });
  await fc.assert(law, { seed: 1, numRuns: 60 });
});

test('timers that are set while others fire, between pops, keep the order too', async () => {
  const law = fc.asyncProperty(fc.array(fc.nat(30), { minLength: 1, maxLength: 40 }), async (delays) => {
    const clock = new VirtualClock(startMs);
    const dueAt: number[] = [];
    const firedAt: number[] = [];
    const setNext = (index: number): void => {
      const ms = delays[index];
      if (ms === undefined) return;
      dueAt.push(since(clock) + ms);
      clock.after(ms, () => {
        firedAt.push(since(clock));
        setNext(2 * index + 1);
        setNext(2 * index + 2);
      });
    };
    setNext(0);
    await exhaust(clock);
    assert.deepEqual(
      firedAt,
      dueAt.toSorted((a, b) => a - b),
    );
  });
  await fc.assert(law, { seed: 2, numRuns: 60 });
});

test('a timer for an instant that has passed fires now, after those that were set for now before it', async () => {
  const clock = new VirtualClock(startMs);
  const fired: string[] = [];
  clock.after(10, () => {
    clock.after(0, () => fired.push('now'));
    clock.at(startMs, () => fired.push('the past'));
    clock.after(-5, () => fired.push('a negative delay'));
  });
  clock.after(10, () => fired.push('set before'));
  await clock.driveUntil(startMs + 11);
  assert.deepEqual(fired, ['set before', 'now', 'the past', 'a negative delay']);
});

test('a timer may be taken back by another one of the same instant; taking it back after it fired does nothing', async () => {
  const clock = new VirtualClock(startMs);
  const fired: string[] = [];
  const first = clock.after(5, () => {
    fired.push('first');
    second();
  });
  const second = clock.after(5, () => fired.push('second'));
  await clock.driveUntil(startMs + 10);
  first();
  second();
  assert.deepEqual(fired, ['first']);
});

test('an instant that is not a number is refused, and the clock goes on', async () => {
  const clock = new VirtualClock(startMs);
  assert.throws(() => clock.after(Number.NaN, () => undefined), RangeError);
  await clock.drive(clock.sleep(3));
  assert.equal(since(clock), 3);
});

test('a sleep ends at its instant, with fractions of a millisecond', async () => {
  const clock = new VirtualClock(startMs);
  const woken: string[] = [];
  const sleeper = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push(`${name} ${since(clock)}`);
  };
  await clock.drive(Promise.all([sleeper('a', 2.5), sleeper('b', 1), sleeper('c', 2.5)]));
  assert.deepEqual(woken, ['b 1', 'a 2.5', 'c 2.5']);
});

test('driving returns what its goal settles to, and lets no more time pass than that takes', async () => {
  const clock = new VirtualClock(startMs);
  const fired: number[] = [];
  for (const ms of [5, 10, 15]) clock.after(ms, () => fired.push(ms));
  assert.equal(await clock.drive(Promise.resolve('at once')), 'at once');
  assert.equal(since(clock), 0);
  assert.equal(await clock.drive(clock.sleep(10).then(() => 'slept')), 'slept');
  assert.deepEqual([fired, since(clock)], [[5, 10], 10]);
  const refusal = clock.sleep(1).then(() => Promise.reject(new Error('refused')));
  await assert.rejects(clock.drive(refusal), /^Error: refused$/);
  assert.equal(since(clock), 11);
});

test('driving until an instant fires what is due until then and what that sets, and ends at that very instant', async () => {
  const clock = new VirtualClock(startMs);
  const fired: string[] = [];
  clock.after(20, () => fired.push('at the end'));
  clock.after(21, () => fired.push('later'));
  clock.after(4, () => clock.after(4, () => fired.push('set on the way')));
  await clock.driveUntil(startMs + 20);
  assert.deepEqual([fired, since(clock)], [['set on the way', 'at the end'], 20]);
});

test('a goal that nothing will bring about is a deadlock, also when all that is left was taken back', async () => {
  const clock = new VirtualClock(startMs);
  clock.after(5, () => assert.fail('it was taken back'))();
  await assert.rejects(
    clock.drive(never),
    (error: Error) => error instanceof Deadlock && error.name === 'Deadlock',
  );
  assert.equal(since(clock), 0);
});

test('an aborted run rejects with the first defect, whatever its goal makes of it, and stays aborted', async () => {
  const clock = new VirtualClock(startMs);
  clock.after(3, () => {
    clock.abort(new Error('the model has a gap'));
    clock.abort(new Error('a second one'));
  });
  const goal = clock.sleep(3).then(() => 'all is well');
  await assert.rejects(clock.drive(goal), /the model has a gap/);
  await assert.rejects(clock.drive(Promise.resolve('later')), /the model has a gap/);
  assert.equal(since(clock), 3);
});

test('a timer that throws ends the run with what it threw', async () => {
  const clock = new VirtualClock(startMs);
  clock.after(2, () => {
    throw new TypeError('a defect');
  });
  await assert.rejects(clock.drive(never), /^TypeError: a defect$/);
});

test('time stands still while promises resolve, however long their chain is', async () => {
  const clock = new VirtualClock(startMs);
  clock.after(1, () => undefined);
  const chain = async () => {
    for (let link = 0; link < 5000; link++) await undefined;
    return since(clock);
  };
  assert.equal(await clock.drive(chain()), 0);
});

/** Real work: what a handler, or a client inside it, may be waiting for instead of the simulator. */
const works: Readonly<Record<string, () => Promise<unknown>>> = {
  'a file is read': () => readFile(import.meta.filename),
  'a file is opened and closed': async () => (await open(import.meta.filename)).close(),
  'many files are read at once': () =>
    Promise.all(Array.from({ length: 20 }, () => readFile(import.meta.filename))),
  'a real timer runs': () => realSleep(20),
  'turns of the event loop pass': async () => {
    for (let turn = 0; turn < 50; turn++) await nextTurn();
  },
  'a name is looked up': () => lookup('127.0.0.1').then(() => lookup('localhost').catch(() => undefined)),
  'one kind of work follows the other': async () => {
    await realSleep(1);
    await readFile(import.meta.filename);
    await nextTurn();
    await (await open(import.meta.filename)).close();
  },
};

/** A clock on which something happens each millisecond, so that time that passes shows. */
function tickingClock(): VirtualClock {
  const clock = new VirtualClock(startMs);
  const tick = (): void => {
    clock.after(1, tick);
  };
  tick();
  return clock;
}

for (const [what, work] of Object.entries(works)) {
  test(`time stands still while ${what}`, async () => {
    const clock = tickingClock();
    const handler = async () => {
      await clock.sleep(5);
      await work();
      const afterWork = since(clock);
      await clock.sleep(5);
      return [afterWork, since(clock)];
    };
    assert.deepEqual(await clock.drive(handler()), [5, 10]);
  });

  test(`time does not begin to pass while ${what}, when that was under way already`, async () => {
    const clock = tickingClock();
    const earlier = work().then(() => since(clock));
    const handler = clock.sleep(0).then(() => work().then(() => since(clock)));
    assert.deepEqual(await clock.drive(Promise.all([earlier, handler])), [0, 0]);
  });
}

test('work that is done on the spot, and channels on which nothing comes, do not hold time up', async () => {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', () => undefined);
  const clock = new VirtualClock(startMs);
  pbkdf2Sync('password', 'salt', 10, 32, 'sha256');
  generateKeyPairSync('ed25519');
  gzipSync(randomBytes(1000));
  await clock.drive(clock.sleep(60_000));
  port1.close();
  port2.close();
  assert.equal(since(clock), 60_000);
});

test('no code of a simulation starts jobs of the thread pool, which the clock cannot see', () => {
  const root = join(import.meta.dirname, '../..');
  const files = globSync('{simulator,aws,functions,recovery,drill,report}/**/*.ts', { cwd: root });
  assert.ok(files.length > 100);
  // `aws/live.ts` alone runs nowhere but on AWS; threads are where a simulation is held from outside, not in it.
  const outside = [
    join('aws', 'live.ts'),
    join('drill', 'simulate'),
    join('drill', 'bundles'),
    join('drill', 'threads.ts'),
    ...['storm', 'sweep'].map((room) => join('drill', room, 'worker.ts')),
  ];
  const wrong = files
    .filter((file) => !outside.some((place) => file.startsWith(place)))
    .flatMap((file) => {
      const code = readFileSync(join(root, file), 'utf8');
      const imports = [...code.matchAll(/import \{([^}]*)\} from 'node:(?:crypto|zlib)'/g)];
      const names = imports.flatMap(([, list = '']) => list.split(',').map((name) => name.trim()));
      const unseen = names.filter((name) => !/^(|createHash|createHmac|crc32|hash|\w+Sync)$/.test(name));
      const global = /\bcrypto\.subtle\b|\bwebcrypto\b|from 'node:(?:worker_threads|child_process)'/.exec(
        code,
      );
      return [...unseen, ...(global ? [global[0]] : [])].map((what) => `${file}: ${what}`);
    });
  assert.deepEqual(wrong, []);
});

test('clients of the SDK start no job of the thread pool, which the clock could not see', async () => {
  const jobs = new Map<number, string>();
  const begun: string[] = [];
  const hook = createHook({
    trackPromises: false,
    init: (id, type) => {
      if (type === 'ZLIB' || type.endsWith('REQUEST')) jobs.set(id, type);
    },
    // Jobs that are done on the spot have no callback.
    before: (id) => begun.push(...(jobs.has(id) ? [jobs.get(id)!] : [])),
  });
  const sim = openAccount();
  sim.s3.createBucket({ name: 'ledger', region: recovery });
  const metrics = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      MetricName: `metric-${i}`,
      Value: i,
      Timestamp: new Date(sim.clock.nowMs()),
    }));
  const putMetrics = (count: number) =>
    // It would compress more than 10 KB in the thread pool.
    new CloudWatchClient({ ...settings(sim, recovery), disableRequestCompression: true }).send(
      new PutMetricDataCommand({ Namespace: 'shop', MetricData: metrics(count) }),
    );
  const object = { Bucket: 'ledger', Key: 'key', Body: 'x'.repeat(100_000), IfNoneMatch: '*' };
  hook.enable();
  try {
    const answers = [
      new S3Client(settings(sim, recovery)).send(new PutObjectCommand(object)),
      new EC2Client(settings(sim, recovery)).send(new DescribeVpcsCommand({})),
      new SSMClient(settings(sim, recovery)).send(
        new PutParameterCommand({ Name: '/a', Value: 'on', Type: 'String' }),
      ),
      new STSClient(settings(sim, recovery)).send(new GetCallerIdentityCommand({})),
      putMetrics(1000),
    ];
    await sim.clock.drive(Promise.all<unknown>(answers));
    assert.deepEqual(begun, []);
  } finally {
    hook.disable();
  }
});

test('time stands while anybody holds the clock, and a defect ends the run meanwhile', async () => {
  const clock = new VirtualClock(startMs);
  const [one, other] = [clock.hold(), clock.hold()];
  const slept = clock.drive(clock.sleep(1000));
  one();
  one();
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  assert.equal(since(clock), 0, 'it is given back once, and the other still holds it');
  other();
  await slept;
  assert.equal(since(clock), 1000);

  const last = clock.hold();
  const failed = clock.drive(clock.sleep(1000));
  clock.abort(new Error('a defect'));
  last();
  await assert.rejects(failed, /a defect/);
});
