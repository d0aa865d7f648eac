import assert from 'node:assert/strict';
import test from 'node:test';
import { readLedger } from '../../drill/ledger.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { assertSound } from './sound.ts';
import { type Breaks, calls, later } from './strikes.ts';
import { lockOf, type Stage, strike } from './struck.ts';

/** Calls every step's function a second time, as much later as a lost connection may make a call go on beside its retry. */
function everyCallTwice(latestSeconds: number): Breaks {
  return ({ region, sim }) => {
    region.lambda.faults.push(({ functionArn, requestId }, event) => {
      const given = event as { readonly isSecond?: boolean };
      if (given.isSecond) return undefined;
      const seconds = latestSeconds * sim.draws.unit('chaos.second', requestId);
      sim.clock.after(seconds * 1000, () => {
        region.lambda
          .invoke(functionArn, { ...given, isSecond: true }, `second/${requestId}`)
          .catch(() => {});
      });
      return undefined;
    });
  };
}

test('every call of a step may be made twice at once', async () => {
  assertSound('failover', await strike({ kind: 'failover', seed: 2, with: everyCallTwice(0.01) }));
});

test('every call of a step may come again up to half a minute late', async () => {
  assertSound('drill', await strike({ kind: 'drill', seed: 1, with: everyCallTwice(30) }));
});

/** Starts another execution beside the one that is struck. */
function start(
  kind: RecoveryKind,
  recovery: string,
  run: number,
): { begin: Breaks; execution: () => Execution } {
  let execution: Execution | undefined;
  return {
    begin: ({ region, machineArns, plan }) => {
      const input = { plan: plan.plan, recovery, run };
      execution = region.states.start({ machineArn: machineArns[kind], name: `${recovery}-r${run}`, input });
    },
    execution: () => execution!,
  };
}

test('a failover that begins during a drill recovers, and the drill takes away what it made', async () => {
  const seconds = 100;
  const failover = start('failover', 'shop-failover-9', 1);
  const drill = await strike({ kind: 'drill', seed: 1, with: later(seconds, failover.begin) });
  await drill.sim.clock.drive(failover.execution().done);
  assert.equal(readLedger(drill, 'shop', 'shop-failover-9').evidence?.outcome, 'recovered');
  assert.match(drill.reason, /a failover took the plan shop .*shop-failover-9/);
  assert.deepEqual(remains(drill), []);
});

/** What a drill made and that still exists. */
function remains({ region, recovery }: Stage): string[] {
  const isOurs = ({ tags }: { readonly tags: Readonly<Record<string, string>> }) =>
    tags['lifeboat:recovery'] === recovery;
  return [
    ...[...region.ec2.instances.values()].filter((each) => isOurs(each) && each.state !== 'terminated'),
    ...[...region.ec2.volumes.values()].filter((each) => isOurs(each) && !/^delet/.test(each.state)),
    ...[...region.rds.instances.values()].filter(isOurs),
  ].map(({ id }) => id);
}

test('of two failovers of one plan that begin together one recovers and the other is held', async () => {
  const other = start('failover', 'shop-failover-9', 1);
  const aftermath = await strike({ kind: 'failover', seed: 2, with: later(0.001, other.begin) });
  await aftermath.sim.clock.drive(other.execution().done.catch(() => undefined));
  const second = readLedger(aftermath, 'shop', 'shop-failover-9').evidence;
  assert.deepEqual([aftermath.outcome, second?.outcome].sort(), ['held', 'recovered']);
  assert.equal(aftermath.acted('PromoteReadReplica').length, 1);
});

test('a failed failover is continued once a person has repaired its documents', async () => {
  let repair = (): void => {};
  const breakDocuments: Breaks = ({ region: { ssm } }) => {
    const whole = [...ssm.commands.behaviours];
    for (const [name] of whole)
      ssm.registerGuestDocument(name, () => ({ exitCode: 1, stdout: '', stderr: 'broken' }));
    repair = () => {
      for (const [name, does] of whole) ssm.registerGuestDocument(name, does);
    };
  };
  const between = () => repair();
  assertSound(
    'documents',
    await strike({ kind: 'failover', seed: 2, runs: 2, with: breakDocuments, between }),
    {
      replaced: true,
    },
  );
});

test('a recovery whose execution is stopped goes on in its next run, and does nothing twice', async () => {
  for (const [kind, seed, seconds] of [
    ['failover', 2, [45, 100]],
    ['drill', 1, [90, 400]],
  ] as const) {
    const stop = (run: number) =>
      later(seconds[run - 1]!, ({ region }) =>
        region.states.executions.find(({ name }) => name.endsWith(`-r${run}`))?.end({ status: 'ABORTED' }),
      );
    const between = (stage: Stage, run: number) => (run < 3 ? stop(run)(stage) : undefined);
    const stopped: Breaks = (stage) => {
      stop(1)(stage);
      // Awake, it would race with whoever starts the next run, to end the recovery with a run of its own.
      stage.sim.faults.push(({ caller }) => (/Janitor/.test(caller.arn) ? { kind: 'hang' } : undefined));
    };
    assertSound('stopped', await strike({ kind, seed, runs: 3, with: stopped, between }));
  }
});

/** Starts another execution of the run that is struck, under another name. */
function again(kind: RecoveryKind): Breaks {
  return ({ region, machineArns, plan, recovery }) => {
    const input = { plan: plan.plan, recovery, run: 1 };
    region.states.start({ machineArn: machineArns[kind], name: `${recovery}-again`, input });
  };
}

test('a second execution of the same run does nothing, however early it comes', async () => {
  for (const [kind, seed] of [
    ['drill', 1],
    ['failover', 2],
  ] as const)
    for (const seconds of [0.001, 1.2, 100]) {
      const aftermath = await strike({ kind, seed, with: later(seconds, again(kind)) });
      const { sim, region, recovery } = aftermath;
      await sim.clock.driveUntil(sim.clock.nowMs() + 1200_000);
      const named = (name: string) => region.states.executions.find((each) => each.name === name);
      const all = [named(`${recovery}-r1`), named(`${recovery}-again`)];
      const why = `${kind} ${seconds}`;
      assert.deepEqual(all.map((each) => each?.status).sort(), ['FAILED', 'SUCCEEDED'], why);
      const { evidence } = readLedger(aftermath, 'shop', recovery);
      assert.match(evidence?.outcome ?? '', /drilled|recovered/, why);
      assert.equal(lockOf(aftermath)?.execution, all.find((each) => each?.status === 'SUCCEEDED')?.name, why);
      const runs = region.states.executions.filter(({ name }) => name.startsWith(recovery));
      assert.equal(runs.length, 2, `${why}: the janitor has nothing to end`);
    }
});

test('a drill that is stopped as a failover takes its plan is tidied up by the janitor', async () => {
  const failover = start('failover', 'shop-failover-9', 1);
  const stop: Breaks = ({ region, recovery }) =>
    region.states.executions.find(({ name }) => name === `${recovery}-r1`)?.end({ status: 'ABORTED' });
  const both: Breaks = (stage) => {
    later(100, failover.begin)(stage);
    later(104, stop)(stage);
  };
  const drill = await strike({ kind: 'drill', seed: 1, with: both });
  await drill.sim.clock.drive(failover.execution().done);
  await drill.sim.clock.driveUntil(drill.sim.clock.nowMs() + 3600_000);
  assert.deepEqual(remains(drill), []);
  const { evidence } = readLedger(drill, 'shop', drill.recovery);
  assert.equal(evidence?.run, 2);
  assert.match(evidence?.reason ?? '', /a failover took the plan shop .*shop-failover-9/);
  assert.equal(readLedger(drill, 'shop', 'shop-failover-9').evidence?.outcome, 'recovered');
});

test('a failover that meets a lock that changed since it read it looks again, and takes it from a drill', async () => {
  const failover = start('failover', 'shop-failover-9', 1);
  let late = 0;
  const slowClaim = calls(({ operation, caller }, input) => {
    const { Key } = input as { readonly Key?: string };
    const isClaim = operation === 'PutObject' && Key === 'plans/shop/active.json';
    if (!isClaim || !/FailoverOpen/.test(caller.arn) || late > 0) return undefined;
    late += 1;
    return { kind: 'delay', seconds: 4 };
  });
  const stop: Breaks = ({ region, recovery }) =>
    region.states.executions.find(({ name }) => name === `${recovery}-r1`)?.end({ status: 'ABORTED' });
  const all: Breaks = (stage) => {
    slowClaim(stage);
    later(100, failover.begin)(stage);
    // The janitor marks the lock within a second or two.
    later(100.3, stop)(stage);
  };
  const drill = await strike({ kind: 'drill', seed: 1, with: all });
  await drill.sim.clock.drive(failover.execution().done);
  assert.equal(late, 1);
  assert.equal(readLedger(drill, 'shop', 'shop-failover-9').evidence?.outcome, 'recovered');
  await drill.sim.clock.driveUntil(drill.sim.clock.nowMs() + 3600_000);
  assert.deepEqual(remains(drill), []);
});
