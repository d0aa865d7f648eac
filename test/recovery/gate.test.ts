import assert from 'node:assert/strict';
import test from 'node:test';
import type { DatabaseItem } from '../../recovery/plan/plan.ts';
import type { StepRecord } from '../../recovery/step.ts';
import type { OpenObjection } from '../../recovery/steps/approval.ts';
import {
  answersAgain,
  cannotFinish,
  heldForPrimary,
  heldForSibling,
  judgeSiblings,
  primaryAnswers,
  probesSilent,
  type Sibling,
} from '../../recovery/steps/gate.ts';
import { judgeLag, lossOf } from '../../recovery/steps/lag.ts';
import { instantAfter } from '../../recovery/terms.ts';
import { runCases } from '../cases.ts';

const onset = '2026-03-02T09:00:10.000Z';
const minute = (before: number) => instantAfter('2026-03-02T09:00:00.000Z', -60 * before);
const item = (maxLagSeconds: number): DatabaseItem => ({
  name: 'orders',
  replica: 'shop-orders-replica',
  maxLagSeconds,
  backupRetentionDays: 7,
  boundSeconds: 2700,
  drill: { snapshot: 'newest' },
});

/** Samples by minutes before 09:00, ten seconds before the onset; negative minutes are after it. */
runCases<{ maxLagSeconds: number; samples: Readonly<Record<string, number>>; oldestFirst?: true }>(
  new URL('cases/lag.json', import.meta.url),
  ({ maxLagSeconds, samples, oldestFirst }) => {
    const taken = Object.entries(samples).map(([before, value]) => ({ at: minute(Number(before)), value }));
    const given = oldestFirst ? taken.toSorted((a, b) => (a.at < b.at ? -1 : 1)) : taken;
    const { lag, problem } = judgeLag(item(maxLagSeconds), given, onset);
    const { code = null, reason = null } = problem ?? {};
    return { lag: lag ?? null, code, reason, idle: lag?.idle ?? null };
  },
);

test('a problem names the database, the replica, the lag and its limit', () => {
  const { problem } = judgeLag(item(300), [{ at: minute(1), value: 900 }], onset);
  assert.equal(
    problem?.reason,
    'databases.orders: shop-orders-replica was 900 s behind at 2026-03-02T08:59:00.000Z, more than the 300 s that the plan allows',
  );
});

test('the loss counts from the sample to the onset, and is unknown where the sample is too old', () => {
  assert.deepEqual(lossOf({ seconds: 4, at: minute(1) }, onset), { leastSeconds: 4, mostSeconds: 74 });
  assert.deepEqual(lossOf({ seconds: 240, at: minute(0), idle: true }, onset), {
    leastSeconds: 0,
    mostSeconds: 250,
  });
  assert.equal(lossOf({ seconds: 4, at: minute(3) }, onset), undefined);
  const justFresh = instantAfter(onset, -180);
  assert.deepEqual(lossOf({ seconds: 4, at: justFresh }, onset), { leastSeconds: 4, mostSeconds: 184 });
  assert.deepEqual(lossOf({ seconds: 4, at: minute(-1) }, onset), { leastSeconds: 4, mostSeconds: 4 });
});

const up = (from: string, at: string, value = 1) => new Map([[from, [{ at, value }]]]);

test('the primary answers again where a fresh sample of any vantage point is up', () => {
  const now = minute(0);
  assert.deepEqual(answersAgain(up('us-west-2', minute(1)), now), ['us-west-2']);
  const mixed = new Map([...up('ap-northeast-1', minute(1), 0), ...up('us-west-2', minute(2))]);
  assert.deepEqual(answersAgain(mixed, now), ['us-west-2']);
});

test('old good news, a failed sample and silence are no answer', () => {
  const now = minute(0);
  assert.deepEqual(answersAgain(up('us-west-2', minute(3)), now), []);
  assert.deepEqual(answersAgain(up('us-west-2', minute(1), 0), now), []);
  assert.deepEqual(answersAgain(new Map([['us-west-2', []]]), now), []);
  const downSince = new Map([
    [
      'us-west-2',
      [
        { at: minute(2), value: 1 },
        { at: minute(1), value: 0 },
      ],
    ],
  ]);
  assert.deepEqual(answersAgain(downSince, now), [], 'the newest sample speaks');
});

test('nobody can say whether the primary answers again where every probe has fallen silent', () => {
  const now = minute(0);
  const says = (samples: Parameters<typeof probesSilent>[0]) => probesSilent(samples, now);
  assert.equal(
    says(new Map([...up('ap-northeast-1', minute(4), 0), ...up('us-west-2', minute(9), 0)])),
    'no probe (from ap-northeast-1 and us-west-2) says anything of the last minutes',
  );
  assert.equal(
    says(new Map([['us-west-2', []]])),
    'no probe (from us-west-2) says anything of the last minutes',
  );
  assert.equal(
    says(new Map([...up('ap-northeast-1', minute(3), 0), ...up('us-west-2', minute(9))])),
    undefined,
  );
  assert.equal(says(new Map()), undefined, 'a plan without probes');
  assert.notEqual(says(up('us-west-2', minute(3))), undefined, 'good news grows old sooner than bad');
  assert.equal(says(up('us-west-2', minute(2))), undefined);
});

const record = (step: Sibling['step'], status: StepRecord['status'], says: Partial<StepRecord> = {}) => ({
  step,
  run: 1,
  status,
  firstAt: minute(9),
  lastAt: minute(8),
  attempts: 1,
  counts: { done: 0, total: 1 },
  resources: [],
  memory: null,
  ...says,
});
const stale = record('volumes', 'held', {
  code: 'SnapshotTooOld',
  reason: 'volumes.data: the newest snapshot is a day old',
  unblock: 'copy a newer snapshot, then continue',
});
const noImage = record('servers', 'failed', {
  code: 'NoImage',
  reason: 'servers.worker: no available image',
  unblock: 'copy an image, then continue',
});
const siblings = (told: Partial<Record<Sibling['step'], StepRecord>>): readonly Sibling[] =>
  (['servers', 'volumes', 'mounts'] as const).map((step) => {
    const { [step]: own } = told;
    const ended = own?.status === 'held' || own?.status === 'failed' ? own.status : undefined;
    return { step, record: own, ended };
  });
const working = record('servers', 'working');

test('where servers and volumes work, are done or are skipped, nothing keeps the gate, whatever mounts has written', () => {
  for (const status of ['working', 'done', 'skipped'] as const)
    assert.equal(
      judgeSiblings(siblings({ servers: working, volumes: record('volumes', status) }), 0),
      undefined,
    );
});

test('servers and volumes that have written nothing yet are waited for, a second at a time and 20 s at most', () => {
  const judged = judgeSiblings(siblings({ volumes: record('volumes', 'done') }), 19);
  assert.ok(judged?.kind === 'wait' && judged.standing.status === 'working');
  assert.equal(judged.standing.waitSeconds, 1);
  assert.match(judged.standing.waitingFor, /first word of servers$/);
  const both = judgeSiblings(siblings({}), 0);
  assert.ok(both?.kind === 'wait' && both.standing.status === 'working');
  assert.match(both.standing.waitingFor, /first word of servers and volumes$/);
  assert.equal(judgeSiblings(siblings({}), 20), undefined);
});

test('a step that has ended badly speaks at once, though another has written nothing yet', () => {
  const judged = judgeSiblings(siblings({ volumes: stale }), 0);
  assert.ok(judged?.kind === 'problem');
  assert.equal(judged.sibling.step, 'volumes');
});

test('of several steps that ended badly the failed one speaks, and else the one that the others wait for', () => {
  const mounts = record('mounts', 'held', { code: 'NoVolume', reason: 'mount of volumes.data' });
  const held = judgeSiblings(siblings({ servers: working, volumes: stale, mounts }), 0);
  assert.ok(held?.kind === 'problem' && held.sibling.step === 'volumes');
  const late = record('mounts', 'failed', { code: 'MountFailed', reason: 'mount of volumes.data' });
  const failed = judgeSiblings(siblings({ servers: working, volumes: stale, mounts: late }), 0);
  assert.ok(failed?.kind === 'problem' && failed.sibling.step === 'mounts');
  const silent: readonly Sibling[] = [
    { step: 'servers', record: stale, ended: 'held' },
    { step: 'volumes', record: working, ended: 'silent' },
  ];
  const broken = judgeSiblings(silent, 0);
  assert.ok(broken?.kind === 'problem' && broken.sibling.step === 'volumes', 'one that broke off has failed');
});

test('the reason quotes the step in one sentence, whether it is held, has failed or fell silent', () => {
  assert.deepEqual(cannotFinish({ step: 'volumes', record: stale, ended: 'held' }), {
    code: 'CannotFinish',
    reason:
      'the recovery cannot finish, since volumes is held, and nothing is promoted: volumes.data: the newest snapshot is a day old',
  });
  assert.match(
    cannotFinish({ step: 'servers', record: noImage, ended: 'failed' }).reason,
    /since servers has failed, and nothing is promoted: servers\.worker: no available image$/,
  );
  assert.match(
    cannotFinish({ step: 'servers', record: working, ended: 'silent' }).reason,
    /since servers broke off, and nothing is promoted: it has written nothing since 2026-03-02T08:52:00\.000Z$/,
  );
  assert.match(
    cannotFinish({ step: 'servers', record: undefined, ended: 'silent' }).reason,
    /: it has written nothing in this run$/,
  );
});

test('a step that broke off without a word is an objection once nobody waits for it any more', () => {
  const silent: readonly Sibling[] = [{ step: 'servers', record: undefined, ended: 'silent' }];
  assert.equal(judgeSiblings(silent, 0)?.kind, 'wait', 'its machine may have been slow to open');
  assert.equal(judgeSiblings(silent, 20)?.kind, 'problem');
});

const one = { people: 1, requesters: [], isRequesterUnknown: false };
const waits = <Code extends string>(objection: { readonly code: Code; readonly reason: string }) =>
  [{ ...objection, approvedBy: [], lacking: 1 }] satisfies readonly OpenObjection<Code>[];

test('a gate held for a step beside it says how that goes on, how it is overridden, and how it is given up', () => {
  const sibling = { step: 'volumes', record: stale, ended: 'held' } as const;
  const held = heldForSibling('shop-failover-7', sibling, waits(cannotFinish(sibling)), one);
  assert.ok(held.status === 'held' && held.code === 'CannotFinish' && !held.mayPass);
  assert.match(held.reason, /a day old \(approved by nobody, 1 needed\)$/);
  assert.equal(
    held.unblock,
    'copy a newer snapshot, then continue: lifeboat continue shop-failover-7; to promote all the same, lifeboat approve shop-failover-7 --override CannotFinish (1 person), then lifeboat continue shop-failover-7; to give it up, lifeboat abort shop-failover-7',
  );
});

test('a gate held for a primary that answers offers two ways that nobody can take for one', () => {
  const held = heldForPrimary('shop-failover-7', waits(primaryAnswers(['us-west-2'])), one);
  assert.ok(held.status === 'held');
  assert.equal(
    held.unblock,
    'if the primary is well, lifeboat abort shop-failover-7; if it is not, lifeboat approve shop-failover-7 --override PrimaryAnswers (1 person), then lifeboat continue shop-failover-7',
  );
});
