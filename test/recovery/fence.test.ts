import assert from 'node:assert/strict';
import test from 'node:test';
import type { Refusal } from '../../recovery/answer.ts';
import type { ObservedInstance } from '../../recovery/observed.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { StepRecord } from '../../recovery/step.ts';
import {
  type FenceAnswers,
  type FenceableDatabase,
  type FenceGroup,
  type FenceMemory,
  type FenceSight,
  fenceAfter,
  fenceNeed,
  fenceResources,
  isPastOneWayDoor,
  sayWrites,
  writesSince,
} from '../../recovery/steps/fence.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();
const fence = plan.fence!;
const now = '2026-11-02T00:05:00.000Z';
const noAnswer: Refusal = { ok: false, kind: 'unknown', code: 'Deadline', message: '', asked: 'any' };

function instance(id: string, state: ObservedInstance['state']): ObservedInstance {
  const none = { imageId: '', type: '', zone: '', subnet: '', launchedAt: now };
  return { ...none, id, state, securityGroups: [], tags: {} };
}

function database(parts: Partial<FenceableDatabase> = {}): FenceableDatabase {
  const tags = { 'lifeboat:plan': 'shop' };
  const securityGroups = [{ id: 'sg-orders', status: 'active' }];
  return { id: 'shop-orders', vpc: 'vpc-1', tags, securityGroups, ...parts };
}

const fenceGroup: FenceGroup = { id: 'sg-fence', vpc: 'vpc-1', isOpen: false };

function sight(parts: {
  readonly instances?: readonly ObservedInstance[];
  readonly databases?: readonly FenceableDatabase[];
  readonly groups?: readonly FenceGroup[];
}): FenceSight {
  return {
    instances: { ok: true, value: parts.instances ?? [instance('i-1', 'running')] },
    databases: { ok: true, value: parts.databases ?? [database()] },
    groups: { ok: true, value: parts.groups ?? [fenceGroup] },
  };
}

const need = (seen: FenceSight, before?: FenceMemory) => fenceNeed(plan, fence, seen, before, now);
const after = (seen: FenceSight, answers: Partial<FenceAnswers> = {}, before?: FenceMemory) =>
  fenceAfter(need(seen, before), { stopped: {}, replaced: {}, ...answers }, now);

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
  assert.deepEqual(stop, ['i-1']);
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
  const later = fenceNeed(plan, fence, sight({}), memory, '2026-11-02T00:08:00.000Z');
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
  const silent: FenceSight = { instances: noAnswer, databases: noAnswer, groups: noAnswer };
  const { stop, replace } = need(silent);
  assert.deepEqual([stop, replace], [[], []]);
  const memory = after(silent);
  assert.equal(memory.state, 'unconfirmed');
  assert.match(memory.why, /gave no answer in time/);
  assert.deepEqual(fenceResources(plan, memory), []);
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
  assert.equal(isPastOneWayDoor(plan, { databases: record('failed', { items: { orders: {} } }) }), false);
  const begun = { items: { orders: { promoteAcceptedAt: now } } };
  assert.equal(isPastOneWayDoor(plan, { databases: record('failed', begun) }), true);
  assert.equal(isPastOneWayDoor(plan, { databases: record('done', null) }), true);
  const bare: Plan = { ...plan, databases: [] };
  assert.equal(isPastOneWayDoor(bare, { databases: record('skipped', null) }), false);
  assert.equal(isPastOneWayDoor(bare, { traffic: record('done', null) }), true);
});

test('what was written since is a least number or unknown, and never none', () => {
  const since = '2026-11-02T00:00:00.000Z';
  assert.match(
    sayWrites(writesSince('shop-orders', since, now, [60, 0.4])),
    /at least 60 storage writes \(2 of 5/,
  );
  for (const silent of [[], [0], [0, 0, 0, 0, 0]])
    assert.match(
      sayWrites(writesSince('shop-orders', since, now, silent)),
      /^shop-orders writes since .*: unknown/,
    );
});
