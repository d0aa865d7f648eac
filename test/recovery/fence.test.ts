import assert from 'node:assert/strict';
import test from 'node:test';
import type { Refusal } from '../../recovery/answer.ts';
import type { ObservedInstance } from '../../recovery/observed.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { StepRecord } from '../../recovery/step.ts';
import {
  type FenceAnswers,
  type FenceableDatabase,
  type FenceableGroup,
  type FenceGroup,
  type FenceMemory,
  type FenceSight,
  fenceAfter,
  fenceNeed,
  fenceOverride,
  fenceResources,
  isPastOneWayDoor,
  unansweredPromotions,
} from '../../recovery/steps/fence.ts';
import { sayWrites, writesSince } from '../../recovery/steps/fence-writes.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();
const fence = plan.fence!;
const now = '2026-11-02T00:05:00.000Z';
const noAnswer: Refusal = { ok: false, kind: 'unknown', code: 'Deadline', message: '', asked: 'any' };

function instance(id: string, state: ObservedInstance['state'], group?: string): ObservedInstance {
  const none = { imageId: '', type: '', zone: '', subnet: '', launchedAt: now };
  const tags: Record<string, string> = group === undefined ? {} : { 'aws:autoscaling:groupName': group };
  return { ...none, id, state, securityGroups: [], tags };
}

function database(parts: Partial<FenceableDatabase> = {}): FenceableDatabase {
  const tags = { 'lifeboat:plan': 'shop' };
  const securityGroups = [{ id: 'sg-orders', status: 'active' }];
  return { id: 'shop-orders', vpc: 'vpc-1', tags, securityGroups, ...parts };
}

const fenceGroup: FenceGroup = { id: 'sg-fence', vpc: 'vpc-1', isOpen: false };

const launching: FenceableGroup = { name: 'web', suspended: ['AZRebalance'] };
const suspended: FenceableGroup = { name: 'web', suspended: ['Launch', 'Terminate', 'AZRebalance'] };

function sight(parts: {
  readonly scaling?: readonly FenceableGroup[];
  readonly instances?: readonly ObservedInstance[];
  readonly databases?: readonly FenceableDatabase[];
  readonly groups?: readonly FenceGroup[];
}): FenceSight {
  return {
    scaling: { ok: true, value: parts.scaling ?? [] },
    instances: { ok: true, value: parts.instances ?? [instance('i-1', 'running')] },
    databases: { ok: true, value: parts.databases ?? [database()] },
    groups: { ok: true, value: parts.groups ?? [fenceGroup] },
  };
}

const need = (seen: FenceSight, memory?: FenceMemory, letsGo = false, at = now) =>
  fenceNeed(plan, fence, seen, { memory, letsGo }, at);
const after = (
  seen: FenceSight,
  answers: Partial<FenceAnswers> = {},
  memory?: FenceMemory,
  letsGo = false,
  at = now,
) => fenceAfter(need(seen, memory, letsGo, at), { suspended: {}, stopped: {}, replaced: {}, ...answers }, at);

const stopping = { 'i-1': { ok: true, value: 'stopping' } } as const;
const accepted = { 'shop-orders': { ok: true, value: {} } } as const;
const held = database({ securityGroups: [{ id: 'sg-fence', status: 'active' }] });

test('what runs is to be stopped, and a database gets the fence of its own VPC in place of what it has', () => {
  const elsewhere = { ...fenceGroup, id: 'sg-a', vpc: 'vpc-2' };
  const { stop, replace } = need(
    sight({
      instances: [instance('i-1', 'running'), instance('i-2', 'stopped'), instance('i-3', 'terminated')],
      groups: [elsewhere, fenceGroup],
    }),
  );
  assert.deepEqual(stop, [{ id: 'i-1' }]);
  assert.deepEqual(replace, [{ database: 'shop-orders', group: 'sg-fence', before: ['sg-orders'] }]);
});

test('the fence holds when every instance was seen stopping and every database was seen behind it', () => {
  const memory = after(sight({ databases: [held] }), { stopped: stopping });
  assert.equal(memory.state, 'fenced');
  assert.deepEqual(fenceResources(plan, memory), [
    { region: 'ap-northeast-2', type: 'instance', id: 'i-1' },
    { region: 'ap-northeast-2', type: 'dbInstance', id: 'shop-orders' },
  ]);
});

test('a change that was accepted and not seen is no fence yet, and is not asked for a second time at once', () => {
  const memory = after(sight({}), { stopped: stopping, replaced: accepted });
  assert.equal(memory.state, 'unconfirmed');
  assert.match(memory.why, /shop-orders's security groups was accepted and not seen yet/);
  assert.deepEqual(need(sight({}), memory).replace, []);
  const later = need(sight({}), memory, false, '2026-11-02T00:08:00.000Z');
  assert.equal(later.replace.length, 1, 'after minutes it is asked for again');
});

test('a database that RDS is moving behind the fence is waited for', () => {
  const securityGroups = [
    { id: 'sg-orders', status: 'removing' },
    { id: 'sg-fence', status: 'adding' },
  ];
  const seen = sight({ databases: [database({ securityGroups })] });
  assert.deepEqual(need(seen).replace, []);
  assert.equal(after(seen, { stopped: stopping }).state, 'unconfirmed');
});

test('a Region that gives no answer is unconfirmed, and asks for nothing', () => {
  const silent: FenceSight = {
    scaling: noAnswer,
    instances: noAnswer,
    databases: noAnswer,
    groups: noAnswer,
  };
  const { stop, replace } = need(silent);
  assert.deepEqual([stop, replace], [[], []]);
  const memory = after(silent);
  assert.equal(memory.state, 'unconfirmed');
  assert.match(memory.why, /gave no answer in time/);
  assert.deepEqual(fenceResources(plan, memory), []);
  assert.equal(memory.isSeen, false);
});

const unfenced: readonly { readonly says: string; readonly seen: FenceSight; readonly why: RegExp }[] = [
  {
    says: 'a VPC without a fence',
    seen: sight({ groups: [] }),
    why: /no security group of vpc-1 carries .*lifeboat:fence=true/,
  },
  {
    says: 'a fence that lets somebody in',
    seen: sight({ groups: [{ ...fenceGroup, isOpen: true }] }),
    why: /sg-fence is tagged as a fence and lets somebody in/,
  },
  {
    says: 'a database of somebody else',
    seen: sight({ databases: [database({ tags: { 'lifeboat:plan': 'catalog' } })] }),
    why: /shop-orders does not carry the tag lifeboat:plan=shop/,
  },
  {
    says: 'a database that is not there',
    seen: sight({ databases: [] }),
    why: /there is no DB instance shop-orders in ap-northeast-2/,
  },
  {
    says: 'a member of a cluster',
    seen: sight({ databases: [database({ cluster: 'shop-aurora' })] }),
    why: /shop-orders is a member of the cluster shop-aurora.*fence the cluster by hand/,
  },
  {
    says: "an instance of a group that is not the plan's",
    seen: sight({ instances: [instance('i-1', 'running', 'elsewhere')], databases: [held] }),
    why: /the Auto Scaling group elsewhere does not carry lifeboat:plan=shop/,
  },
  {
    says: 'tags that nothing carries',
    seen: sight({ instances: [], databases: [held] }),
    why: /no instance in ap-northeast-2 carries the fence's tags/,
  },
  {
    says: 'an instance that cannot be stopped yet',
    seen: sight({ instances: [instance('i-1', 'pending')], databases: [held] }),
    why: /i-1 is pending/,
  },
];

for (const { says, seen, why } of unfenced) {
  test(`${says} is said, leaves the fence unconfirmed, and changes no database`, () => {
    assert.deepEqual(need(seen).replace, []);
    const memory = after(seen, need(seen).stop.length > 0 ? { stopped: stopping } : {});
    assert.equal(memory.state, 'unconfirmed');
    assert.match(memory.why, why);
  });
}

test('a group is suspended before its instances are stopped, and the fence holds once both were seen', () => {
  const seen = sight({
    scaling: [launching],
    instances: [instance('i-1', 'running', 'web'), instance('i-2', 'running')],
    databases: [held],
  });
  const { suspend, stop } = need(seen);
  assert.deepEqual(suspend, [{ group: 'web', before: ['AZRebalance'] }]);
  assert.deepEqual(stop, [{ id: 'i-1', after: 'web' }, { id: 'i-2' }]);
  const both = { 'i-1': { ok: true, value: 'stopping' }, 'i-2': { ok: true, value: 'stopping' } } as const;
  const first = after(seen, { suspended: { web: { ok: true, value: {} } }, stopped: both });
  assert.equal(first.state, 'unconfirmed', 'what the group launched meanwhile was not looked for yet');
  const late = [
    instance('i-1', 'stopped', 'web'),
    instance('i-2', 'stopping'),
    instance('i-3', 'running', 'web'),
  ];
  const next = sight({ scaling: [suspended], instances: late, databases: [held] });
  assert.deepEqual(need(next, first).stop, [{ id: 'i-3' }], 'an instance that was just being launched');
  const second = after(next, { stopped: { 'i-3': { ok: true, value: 'stopping' } } }, first);
  assert.equal(second.state, 'fenced');
  assert.deepEqual(
    fenceResources(plan, second).map(({ type, id }) => `${type} ${id}`),
    ['autoScalingGroup web', 'instance i-1', 'instance i-2', 'instance i-3', 'dbInstance shop-orders'],
  );
});

test('a group that cannot be suspended, or looked up, keeps its instances: it would only replace them', () => {
  const instances = [instance('i-1', 'running', 'web'), instance('i-2', 'running')];
  const seen = sight({ scaling: [launching], instances, databases: [held] });
  const memory = after(seen, { suspended: { web: noAnswer } });
  assert.match(
    memory.why,
    /the Auto Scaling group web would replace what is stopped, and any gave no answer/,
  );
  const blind = { ...sight({ instances, databases: [held] }), scaling: noAnswer };
  assert.deepEqual(need(blind).stop, [{ id: 'i-2' }]);
  assert.equal(after(blind, { stopped: { 'i-2': { ok: true, value: 'stopping' } } }).state, 'unconfirmed');
});

test('a group without an instance is suspended all the same, and is then nothing to complain of', () => {
  assert.equal(need(sight({ scaling: [launching], instances: [] })).suspend.length, 1);
  assert.equal(after(sight({ scaling: [suspended], instances: [], databases: [held] })).state, 'fenced');
});

test('a primary of which only EC2 answers is fenced as far as it goes', () => {
  const half = { ...sight({}), databases: noAnswer };
  assert.deepEqual(need(half).stop, [{ id: 'i-1' }]);
  const memory = after(half, { stopped: stopping });
  assert.deepEqual([memory.state, memory.isSeen], ['unconfirmed', false]);
});

test('what was only asked to be cut off is told among what the fence touched, and what it could not is not', () => {
  const seen = sight({ instances: [instance('i-1', 'running'), instance('i-2', 'pending')] });
  const memory = after(seen, { stopped: { 'i-1': { ok: true, value: 'running' } }, replaced: accepted });
  assert.deepEqual(
    memory.instances.map(({ state }) => state),
    ['asked', 'unfenced'],
  );
  assert.deepEqual(
    fenceResources(plan, memory).map(({ id }) => id),
    ['i-1', 'shop-orders'],
  );
});

test('what people approve where the fence cannot be confirmed keeps its name', () => {
  assert.equal(fenceOverride, 'FenceUnconfirmed');
});

test('after the promotion, what was held and runs again was put there by a person, and is left to them', () => {
  const open = sight({
    scaling: [suspended],
    instances: [instance('i-1', 'stopped', 'web')],
    databases: [database()],
    groups: [],
  });
  const before = after(open);
  assert.equal(before.state, 'unconfirmed', 'the fence of the database is missing');
  const undone = sight({
    scaling: [launching],
    instances: [instance('i-1', 'running', 'web'), instance('i-9', 'running', 'web')],
    databases: [held],
  });
  const left = need(undone, before, true);
  assert.deepEqual([left.suspend, left.stop], [[], []]);
  const memory = after(undone, {}, before, true);
  assert.equal(memory.state, 'fenced');
  assert.match(memory.why, /somebody has resumed the Auto Scaling group web.*somebody has started i-1/);
  assert.deepEqual(
    fenceResources(plan, memory).map(({ id }) => id),
    ['shop-orders'],
  );
  assert.equal(need(undone, before, false).suspend.length, 1, 'before the promotion nothing may write');
});

test('a look that is older than the stop is not taken for a person', () => {
  const before = after(sight({ databases: [held] }), { stopped: stopping });
  assert.deepEqual(need(sight({ databases: [held] }), before, true).stop, [{ id: 'i-1' }]);
  const later = need(sight({ databases: [held] }), before, true, '2026-11-02T00:11:00.000Z');
  assert.deepEqual(later.stop, []);
});

test('of several databases each is fenced on its own', () => {
  const two = { ...fence, databases: ['shop-orders', 'shop-stock'] };
  const stock = database({ id: 'shop-stock', securityGroups: [{ id: 'sg-stock', status: 'active' }] });
  const seen = sight({ databases: [held, stock] });
  const { replace, databases } = fenceNeed(plan, two, seen, { memory: undefined, letsGo: false }, now);
  assert.deepEqual(replace, [{ database: 'shop-stock', group: 'sg-fence', before: ['sg-stock'] }]);
  assert.deepEqual(
    databases.map(({ state }) => state),
    ['fenced', 'unfenced'],
  );
});

test('a refused call says so and leaves its resource unfenced', () => {
  const denied = {
    ...noAnswer,
    kind: 'denied',
    code: 'AccessDenied',
    asked: 'rds:ModifyDBInstance',
  } as const;
  const memory = after(sight({}), { stopped: stopping, replaced: { 'shop-orders': denied } });
  assert.equal(memory.databases[0]?.state, 'unfenced');
  assert.match(memory.why, /rds:ModifyDBInstance answered AccessDenied/);
});

function record(status: StepRecord['status'], memory: unknown): StepRecord {
  const counts = { done: 0, total: 1 };
  return {
    step: 'databases',
    run: 1,
    status,
    firstAt: now,
    lastAt: now,
    attempts: 1,
    counts,
    resources: [],
    memory,
  };
}

test('the old primary is cut off later only when something was promoted, or users were moved without a database', () => {
  assert.equal(isPastOneWayDoor(plan, {}), false);
  assert.equal(
    isPastOneWayDoor(plan, { databases: record('failed', { items: { orders: undefined } }) }),
    false,
  );
  assert.equal(isPastOneWayDoor(plan, { databases: record('failed', { items: { orders: {} } }) }), false);
  const begun = { items: { orders: { promoteAcceptedAt: now } } };
  assert.equal(isPastOneWayDoor(plan, { databases: record('failed', begun) }), true);
  assert.equal(isPastOneWayDoor(plan, { databases: record('done', null) }), true);
  const bare: Plan = { ...plan, databases: [] };
  assert.equal(isPastOneWayDoor(bare, { databases: record('skipped', null) }), false);
  assert.equal(isPastOneWayDoor(bare, { traffic: record('done', null) }), true);
});

test('a promotion that was asked for and not answered may have been taken: only a look can tell', () => {
  const asked = record('failed', { items: { orders: { promoteAskedAt: now } } });
  const answered = record('failed', { items: { orders: { promoteAskedAt: now, promoteAcceptedAt: now } } });
  assert.deepEqual(unansweredPromotions(plan, asked), [{ replica: 'shop-orders-replica', askedAt: now }]);
  const later = '2026-11-02T09:00:00.000Z';
  const again = record('failed', { items: { orders: { promoteAskedAt: now, promoteLastAskedAt: later } } });
  assert.deepEqual(unansweredPromotions(plan, again), [{ replica: 'shop-orders-replica', askedAt: later }]);
  assert.deepEqual(unansweredPromotions(plan, answered), []);
  assert.deepEqual(unansweredPromotions(plan, record('failed', null)), []);
  assert.deepEqual(unansweredPromotions(plan, undefined), []);
});

test('what was written since is a least number or unknown, and never none', () => {
  const since = '2026-11-02T00:00:00.000Z';
  assert.match(
    sayWrites(writesSince('shop-orders', since, now, { operationsByMinute: [60, 0.4], connections: [] })),
    /at least 60 storage writes \(2 of 5/,
  );
  for (const silent of [[], [0], [0, 0, 0, 0, 0]])
    assert.match(
      sayWrites(writesSince('shop-orders', since, now, { operationsByMinute: silent, connections: [] })),
      /^shop-orders writes since .*: unknown/,
    );
  const connected = {
    operationsByMinute: [],
    connections: [
      { at: now, value: 12 },
      { at: since, value: 40 },
    ],
  };
  assert.equal(
    sayWrites({ database: 'shop-orders', says: 'nobody looked' }),
    'shop-orders writes since the onset: unknown (nobody looked)',
  );
  const closed = { operationsByMinute: [], connections: [{ at: now, value: 0 }] };
  assert.doesNotMatch(sayWrites(writesSince('shop-orders', since, now, closed)), /connections/);
  assert.match(
    sayWrites(writesSince('shop-orders', since, now, connected)),
    /, and 12 connections at 2026-11-02T00:05:00.000Z, which last until they are closed$/,
  );
});
