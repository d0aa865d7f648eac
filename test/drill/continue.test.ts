import assert from 'node:assert/strict';
import test from 'node:test';
import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { readLedger } from '../../drill/ledger.ts';
import { type BeforeRecord, ledgerKeys, type OpenedRecord } from '../../recovery/ledger.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { Region } from '../../simulator/simulator.ts';
import type { Execution } from '../../simulator/stepfunctions/stepfunctions.ts';
import { Person } from './person.ts';
import { impatientPlan, tokyo } from './shop.ts';
import { Stage } from './stage.ts';

/** A recovery that people start, look after and continue: no test touches the ledger or the machine in their place. */
class Looked {
  readonly stage: Stage;
  readonly ana: Person;
  readonly ben: Person;
  recovery = '';

  constructor(given: ConstructorParameters<typeof Stage>[0] = {}) {
    this.stage = new Stage(given);
    this.ana = new Person(this.stage.account.sim, 'ana');
    this.ben = new Person(this.stage.account.sim, 'ben');
  }

  async begin(command: 'failover' | 'drill' = 'failover'): Promise<this> {
    const { recovery } = await this.ana.order({ command, plan: 'shop', comment: 'users complain' });
    this.recovery = recovery ?? '';
    return this;
  }

  /** Goes on with it, and waits for the end of the run. */
  async goOn(acceptsChangedPlan = false): Promise<RunEvidence> {
    const { recovery } = this;
    await this.ben.order({ command: 'continue', recovery, acceptsChangedPlan, comment: '' });
    return this.end();
  }

  async end(): Promise<RunEvidence> {
    const { sim } = this.stage.account;
    await sim.clock.drive(this.runs().at(-1)!.done);
    return this.evidence();
  }

  evidence(): RunEvidence {
    const { evidence } = readLedger(this.stage.account, 'shop', this.recovery);
    return evidence ?? assert.fail('no evidence');
  }

  runs(): readonly Execution[] {
    return this.runsOf(this.recovery);
  }

  runsOf(recovery: string): readonly Execution[] {
    const { states } = this.stage.account.sim.region(tokyo);
    return states.executions.filter(({ name }) => name.startsWith(recovery));
  }

  async reach(state: string): Promise<void> {
    const { sim } = this.stage.account;
    const reached = new Promise<void>((resolve) => {
      sim.region(tokyo).states.onHistoryEvent((_execution, event) => {
        if (event.stateEnteredEventDetails?.name === state) resolve();
      });
    });
    await sim.clock.drive(reached);
  }

  /** Stops the run that goes on once it has come to a state, and waits for the janitor's run to end. */
  async interrupt(state: string): Promise<void> {
    await this.reach(state);
    const before = this.runs();
    await this.ana.stop(before.at(-1)!);
    for (let waited = 0; waited < 20 && this.runs().length === before.length; waited += 1)
      await this.stage.pass(15);
    await this.end();
  }

  /** What was done once in AWS, however many runs it took. */
  assertOnce(): void {
    for (const operation of ['PromoteReadReplica', 'CreateVolume', 'RunInstances'])
      assert.equal(this.stage.calls(operation), 1, operation);
  }

  /** Writes a record of the open step's own, with its role. */
  async replace(key: string, value: object): Promise<void> {
    const { sim, stack } = this.stage.account;
    const roleArn = stack.arn('FailoverOpenRole');
    const arn = `arn:aws:sts::${sim.accountId}:assumed-role/${roleArn.split('/').at(-1)}/open`;
    sim.addCaller({ accessKeyId: 'AKIAOPEN', arn, userId: 'AROAOPEN:open', roleArn });
    await this.stage.write(key, value, 'open');
  }

  record<T>(key: string): T {
    const { sim, ledgerBucket } = this.stage.account;
    return JSON.parse(new TextDecoder().decode(sim.s3.read(ledgerBucket, key)!.body)) as T;
  }
}

test('a failover that nobody approved in time is approved and continued, and does only what is missing', async () => {
  const looked = await new Looked({ lag: 600 }).begin();
  const { ana, ben, recovery, stage } = looked;
  await stage.pass(1200);
  const waiting = await ben.status();
  assert.equal(waiting.recovery?.recovery, recovery);
  assert.equal(waiting.recovery.execution, 'RUNNING');
  assert.deepEqual(waiting.recovery.requestedBy, [ana.userId]);
  assert.match(waiting.recovery.waitsFor.join(), /600 s behind/);
  assert.match(waiting.wayOut ?? '', /lifeboat approve .*--override LagTooHigh.*lifeboat abort/);
  assert.match(
    await ben.refused({ command: 'continue', recovery, acceptsChangedPlan: false, comment: '' }),
    /run 1 .* still goes on/,
  );
  assert.equal((await looked.end()).outcome, 'held');
  assert.match((await ben.status()).wayOut ?? '', /lifeboat approve .*lifeboat continue/);

  const overrides = ['LagTooHigh'];
  await ben.order({ command: 'approve', recovery, overrides, comment: 'ten minutes are lost' });
  const evidence = await looked.goOn();
  assert.deepEqual([evidence.outcome, evidence.run], ['recovered', 2], evidence.reason ?? '');
  assert.equal(evidence.overrides[0]?.by, ben.userId);
  looked.assertOnce();
  const after = await ben.status();
  assert.deepEqual([after.recovery?.isActive, after.recovery?.outcome], [false, 'recovered']);
  assert.deepEqual(
    after.recovery?.approvals.map(({ by }) => by),
    [ben.userId],
  );
  assert.equal(after.wayOut, null);
  assert.match(
    await ben.refused({ command: 'continue', recovery, acceptsChangedPlan: false, comment: '' }),
    /is not active: it is over/,
  );
});

test('a failover that was interrupted while it promoted is held by the janitor, continued and recovered', async () => {
  const looked = await new Looked().begin();
  await looked.interrupt('Databases');
  assert.equal(looked.evidence().outcome, 'held');
  const evidence = await looked.goOn();
  assert.deepEqual([evidence.outcome, evidence.run], ['recovered', 3], evidence.reason ?? '');
  looked.assertOnce();
});

test('an aborted failover is continued; one that is aborted once more after its end is given up', async () => {
  const looked = await new Looked().begin();
  const { ben, recovery, stage } = looked;
  await stage.pass(30);
  const abort = { command: 'abort', recovery, comment: 'a false alarm' } as const;
  await ben.order(abort);
  assert.equal((await looked.end()).outcome, 'aborted');
  assert.match((await ben.status()).wayOut ?? '', /lifeboat continue/);
  const evidence = await looked.goOn();
  assert.equal(evidence.outcome, 'recovered', evidence.reason ?? '');
  assert.deepEqual(
    evidence.orders.map(({ order, by, comment }) => [order, by, comment]),
    [
      ['requested', looked.ana.userId, 'users complain'],
      ['aborted', ben.userId, 'a false alarm'],
      ['continued', ben.userId, ''],
    ],
    'the evidence says who ordered what, also in runs before',
  );
  looked.assertOnce();

  const other = await new Looked({ lag: 600 }).begin();
  await other.stage.pass(60);
  await other.ben.order({ ...abort, recovery: other.recovery });
  await other.end();
  assert.match(
    await other.ana.refused({ command: 'failover', plan: 'shop', comment: '' }),
    /failover .* is active since/,
  );
  const { says } = await other.ben.order({ ...abort, recovery: other.recovery });
  // The incident that it was started for never gets a second one by itself.
  assert.match(
    says,
    /given up: lifeboat failover shop begins another one; by itself only another incident does/,
  );
  const { recovery: next } = await other.ana.order({ command: 'failover', plan: 'shop', comment: '' });
  assert.notEqual(next, other.recovery);
});

test('a failover whose machine was started under another name is given up after its end all the same', async () => {
  const stage = new Stage({ lag: 600, plan: impatientPlan() });
  const { account, recovery } = stage;
  const input = { plan: 'shop', recovery, run: 1 };
  const machineArn = account.machineArns.failover;
  const { done } = account.sim.region(tokyo).states.start({ machineArn, name: 'from-the-console', input });
  await account.sim.clock.drive(done);
  const { says } = await new Person(account.sim, 'ben').order({ command: 'abort', recovery, comment: 'no' });
  assert.match(says, /ended held, is given up/);
  assert.ok(stage.active().releasedAt);
});

test('a plan that was failed over is not failed over once more beside itself until somebody acknowledges the first', async () => {
  const looked = await new Looked().begin();
  const { ben, ana } = looked;
  assert.equal((await looked.end()).outcome, 'recovered');
  const again = { command: 'failover', plan: 'shop', comment: '' } as const;
  assert.match(
    await ana.refused(again),
    /shop-failover-\S+ has brought shop to ap-northeast-1, where it runs/,
  );
  // A drill takes the lock, and the failover before it is not forgotten.
  const { recovery: drill } = await ana.order({
    command: 'drill',
    plan: 'shop',
    drillScope: 'restore',
    comment: '',
  });
  await looked.stage.account.sim.clock.drive(looked.runsOf(drill ?? '').at(-1)!.done);
  assert.match(await ana.refused(again), /has brought shop to ap-northeast-1/);
  await ben.order({ command: 'acknowledge', plan: 'shop', comment: 'back in Seoul' });
  assert.notEqual((await ana.order(again)).recovery, looked.recovery);
});

test('a failover that a person started is acknowledged, so that its traffic is held no longer', async () => {
  const looked = await new Looked().begin();
  const { ben, recovery, stage } = looked;
  assert.equal((await looked.end()).outcome, 'recovered');
  const { sim } = stage.account;
  const puts = () =>
    sim.transcript.filter(
      ({ operation, callerArn }) => operation === 'PutMetricData' && /Assess/.test(callerArn),
    ).length;
  stage.account.startSchedules((name) => name.endsWith('response'));
  await stage.pass(200);
  assert.ok(puts() > 1, 'traffic is held');
  await ben.order({ command: 'acknowledge', plan: 'shop', comment: 'traffic goes back' });
  await stage.pass(60);
  const before = puts();
  await stage.pass(300);
  assert.equal(puts(), before);
  assert.deepEqual((await ben.status()).period?.recovery, recovery);
});

test('a run that was asked for and never started is started by the next continue, under its own name', async () => {
  const looked = await new Looked({ lag: 600 }).begin();
  const { ben, recovery, stage } = looked;
  await stage.pass(60);
  await ben.order({ command: 'abort', recovery, comment: 'wait' });
  await looked.end();
  // The machine cannot be started, after the lock has been given to the next run.
  const { sim } = stage.account;
  const refuse = ({ operation }: { readonly operation: string }) =>
    operation === 'StartExecution' ? ({ kind: 'hang' } as const) : undefined;
  sim.faults.push(refuse);
  const order = { command: 'continue', recovery, acceptsChangedPlan: false, comment: '' } as const;
  const broken = await ben.ask(order);
  assert.ok(!broken.ok && broken.kind === 'unknown');
  sim.faults.splice(sim.faults.indexOf(refuse), 1);
  assert.match((await ben.status()).wayOut ?? '', /lifeboat continue .* starts the run that was asked for/);
  assert.equal((await ben.order(order)).run, 2);
  assert.deepEqual(
    looked.runs().map(({ name }) => name),
    [`${recovery}-r1`, `${recovery}-r2`],
  );
});

/** Troubles that end a run after a number of tries, and how somebody ends them. */
const troubles: Readonly<Record<string, (region: Region) => () => void>> = {
  VolumeFailed: ({ ec2 }) => {
    const { kmsKeyId } = [...ec2.snapshots.values()].find(({ tags }) => tags['Volume'] === 'data')!;
    ec2.keyProblems.set(kmsKeyId!, 'is disabled.');
    return () => ec2.keyProblems.clear();
  },
  LaunchFailed: ({ ec2 }) => {
    ec2.launchFault = () => ({ code: 'Server.InternalError', message: 'Internal error on launch' });
    return () => {
      ec2.launchFault = () => undefined;
    };
  },
  AgentOffline: ({ ssm }) => ssm.keepOffline(() => true),
};

for (const [code, trouble] of Object.entries(troubles)) {
  test(`what ended a run with ${code} does not end the next one once its cause is gone`, async () => {
    // The bounds of the usual plan leave room for three launches; an agent's is waited for to its end.
    const looked = new Looked(code === 'AgentOffline' ? { plan: impatientPlan() } : {});
    const mend = trouble(looked.stage.account.sim.region(tokyo));
    await looked.begin();
    const first = await looked.end();
    assert.equal(first.outcome, 'failed', first.reason ?? '');
    const { steps } = readLedger(looked.stage.account, 'shop', looked.recovery);
    assert.ok([steps.servers?.code, steps.volumes?.code].includes(code), first.reason ?? '');
    mend();
    const evidence = await looked.goOn();
    assert.equal(evidence.outcome, 'recovered', evidence.reason ?? '');
    assert.equal(looked.stage.calls('PromoteReadReplica'), 1);
  });
}

test('a recovery goes on by a changed plan only where somebody accepts it, and its record keeps both', async () => {
  const looked = await new Looked({ lag: 600 }).begin();
  const { ben, recovery, stage } = looked;
  await stage.pass(60);
  await ben.order({ command: 'abort', recovery, comment: 'the plan is wrong' });
  await looked.end();
  const key = ledgerKeys.opened('shop', recovery);
  const opened = looked.record<OpenedRecord>(key);
  // As if the recovery had been opened with the plan before the one that is deployed now.
  await looked.replace(key, { ...opened, nonce: 'as before', planHash: 'of the plan before' });
  const held = await looked.goOn();
  assert.equal(held.outcome, 'held');
  assert.match(held.unblock ?? '', /lifeboat continue .* --accept-changed-plan/);

  await ben.order({ command: 'approve', recovery, overrides: ['LagTooHigh'], comment: 'ten minutes' });
  assert.equal((await looked.goOn(true)).outcome, 'recovered');
  const pinned = looked.record<OpenedRecord>(key);
  assert.equal(pinned.planHash, opened.planHash);
  assert.equal(pinned.openedAt, opened.openedAt);
  assert.deepEqual(pinned.earlierPlans, [
    { planHash: 'of the plan before', untilRun: 2, acceptedBy: ben.userId },
  ]);
});

test('a drill that goes on after its clean-up gives its second copy a password of its own, and compares with before', async () => {
  const looked = new Looked({ kind: 'drill' });
  const { ana, stage } = looked;
  // Without the rule the janitor does not hear of it before somebody goes on.
  const rule = { Name: 'lifeboat-live-recovery-ended-badly' };
  const events = new EventBridgeClient(ana.connection);
  await stage.account.sim.clock.drive(events.send(new DisableRuleCommand(rule)));
  await looked.begin('drill');
  await looked.reach('Sweep');
  await ana.stop(looked.runs()[0]!);
  const before = looked.record<BeforeRecord>(ledgerKeys.before('shop', looked.recovery));
  const evidence = await looked.goOn();
  assert.deepEqual([evidence.outcome, evidence.run], ['drilled', 2], evidence.reason ?? '');
  assert.equal(stage.calls('RestoreDBInstanceFromDBSnapshot'), 2);
  assert.equal(stage.calls('ModifyDBInstance'), 2, 'each copy gets a password that nobody knows');
  assert.deepEqual(looked.record(ledgerKeys.before('shop', looked.recovery)), before);
});

test('a drill whose id is used again after it had ended compares with how things are then, not with how they were', async () => {
  const stage = new Stage({ kind: 'drill' });
  assert.equal((await stage.start().end()).evidence?.outcome, 'drilled');
  const { ssm } = stage.account.sim.region(tokyo);
  const changed = { Name: '/shop/orders/endpoint', Value: 'elsewhere', Overwrite: true } as const;
  ssm.parameters.put(changed, 'arn:aws:iam::123456789012:user/kim');
  const { evidence } = await stage.start(2).end();
  assert.equal(evidence?.outcome, 'drilled', evidence?.reason ?? '');
});
