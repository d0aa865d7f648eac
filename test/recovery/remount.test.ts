/** Where a restored volume goes, by its tags: every way in which the answer is not its one server. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import type { ObservedInstance, ObservedVolume } from '../../recovery/observed.ts';
import type { Plan, VolumeItem } from '../../recovery/plan/plan.ts';
import { askedOf, type PlaceObservation, placeOf } from '../../recovery/remount/place.ts';
import { isLocked } from '../../recovery/remount/record.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();
const [data = assert.fail()] = plan.volumes;
/** The same volume below it, and the web servers that stand ready as its servers. */
const deep: VolumeItem = {
  ...data,
  name: 'deep',
  attach: { ...data.attach, device: '/dev/sdg' },
  mount: { path: '/srv/data/deep' },
};
const ofWeb: VolumeItem = { ...data, attach: { ...data.attach, server: 'web' } };
const layered: Plan = { ...plan, volumes: [data, deep] };

const wish = { 'lifeboat:plan': 'shop', 'lifeboat:remount': 'volumes.data' };
const volume = (more: Partial<ObservedVolume> = {}): ObservedVolume => ({
  id: 'vol-1',
  zone: 'a',
  state: 'available',
  tags: wish,
  ...more,
});
const instance = (id: string, more: Partial<ObservedInstance> = {}): ObservedInstance => ({
  id,
  imageId: 'ami-1',
  type: 'm7g.large',
  zone: 'a',
  subnet: 'subnet-1',
  state: 'running',
  securityGroups: [],
  launchedAt: '2026-11-02T00:00:00Z',
  tags: { 'lifeboat:plan': 'shop', 'lifeboat:item': 'servers.worker' },
  ...more,
});
const hanging = (instanceId: string, device: string, tags = {}): ObservedVolume =>
  volume({ id: 'vol-9', state: 'in-use', tags, attachment: { instanceId, device, state: 'attached' } });
const workerTags = instance('i').tags;

interface Case {
  readonly says: string;
  readonly expected: string;
  readonly item?: VolumeItem;
  readonly seen: Partial<PlaceObservation>;
}

const cases: readonly Case[] = [
  { says: 'the one server in its zone', expected: 'i-1', seen: { instances: [instance('i-1')] } },
  {
    says: 'of two servers, the one in its zone',
    expected: 'i-2',
    seen: { instances: [instance('i-1', { zone: 'c' }), instance('i-2')] },
  },
  {
    says: 'of two servers, the one without such a volume',
    expected: 'i-2',
    seen: { instances: [instance('i-1'), instance('i-2')], attached: [hanging('i-1', '/dev/sdf')] },
  },
  {
    says: 'of two free servers, neither',
    expected: 'Ambiguous',
    seen: { instances: [instance('i-1'), instance('i-2')] },
  },
  {
    says: 'of two free servers, the one that its tag names',
    expected: 'i-2',
    seen: {
      volume: volume({ tags: { ...wish, 'lifeboat:instance': 'i-2' } }),
      instances: [instance('i-1'), instance('i-2')],
    },
  },
  {
    says: 'a named server that is none of its item',
    expected: 'NoServer',
    seen: { volume: volume({ tags: { ...wish, 'lifeboat:instance': 'i-7' } }), instances: [instance('i-1')] },
  },
  { says: 'no server at all', expected: 'NoServer', seen: {} },
  {
    says: "a drill's copy is nobody's server",
    expected: 'NoServer',
    seen: {
      instances: [instance('i-1', { tags: { ...workerTags, 'lifeboat:expires': '2026-11-02T02:00:00Z' } })],
    },
  },
  {
    says: 'nor is one of another plan, nor one that goes away',
    expected: 'NoServer',
    seen: {
      instances: [
        instance('i-1', { tags: { ...workerTags, 'lifeboat:plan': 'catalog' } }),
        instance('i-2', { state: 'shutting-down' }),
        instance('i-3', { state: 'terminated' }),
      ],
    },
  },
  {
    says: 'a server that stands ready, by the tags of the plan',
    expected: 'i-1',
    item: ofWeb,
    seen: {
      instances: [
        instance('i-1', { tags: { 'lifeboat:plan': 'shop', Environment: 'DR', App: 'shop', Role: 'web' } }),
        instance('i-2', {
          tags: { 'lifeboat:plan': 'shop', Environment: 'staging', App: 'shop', Role: 'web' },
        }),
      ],
    },
  },
  {
    says: 'a server elsewhere',
    expected: 'ZoneMismatch',
    seen: { instances: [instance('i-1', { zone: 'c' })] },
  },
  {
    says: 'a device that is taken, by its other name',
    expected: 'AlreadyThere',
    seen: { instances: [instance('i-1')], attached: [hanging('i-1', '/dev/xvdf')] },
  },
  {
    says: "a server that has the recovery's own volume of the item, as another device",
    expected: 'AlreadyThere',
    seen: {
      instances: [instance('i-1')],
      attached: [hanging('i-1', '/dev/sdh', { 'lifeboat:item': 'volumes.data' })],
    },
  },
  {
    says: 'a server whose other devices are taken',
    expected: 'i-1',
    seen: { instances: [instance('i-1')], attached: [hanging('i-1', '/dev/xvda')] },
  },
  {
    says: 'a stopped server',
    expected: 'ServerNotRunning',
    seen: { instances: [instance('i-1', { state: 'stopped' })] },
  },
  {
    says: 'a server that starts',
    expected: 'wait',
    seen: { instances: [instance('i-1', { state: 'pending' })] },
  },
  {
    says: 'a path below one that is not there yet',
    expected: 'ParentMissing',
    item: deep,
    seen: { instances: [instance('i-1')] },
  },
  {
    says: 'a path below one that is there',
    expected: 'i-1',
    item: deep,
    seen: { instances: [instance('i-1')], attached: [hanging('i-1', '/dev/sdf')] },
  },
  {
    says: 'a path of its own beside one that is not there',
    expected: 'i-1',
    item: { ...deep, mount: { path: '/srv/database' } },
    seen: { instances: [instance('i-1')] },
  },
  {
    says: 'no path at all, whatever is missing',
    expected: 'i-1',
    item: (({ mount: _, ...unmounted }) => unmounted)(deep),
    seen: { instances: [instance('i-1')] },
  },
  {
    says: 'a server that has a volume that was put there for the same wish, as another device',
    expected: 'AlreadyThere',
    seen: {
      instances: [instance('i-1')],
      attached: [hanging('i-1', '/dev/sdh', { 'lifeboat:remount': 'volumes.data' })],
    },
  },
  {
    says: 'servers of its zone that all are taken',
    expected: 'AlreadyThere',
    seen: {
      instances: [instance('i-1'), instance('i-2')],
      attached: [hanging('i-1', '/dev/sdf'), { ...hanging('i-2', '/dev/xvdf'), id: 'vol-8' }],
    },
  },
  {
    says: 'servers elsewhere, in two zones',
    expected: 'ZoneMismatch',
    seen: {
      instances: [
        instance('i-1', { zone: 'c' }),
        instance('i-2', { zone: 'd' }),
        instance('i-3', { zone: 'c' }),
      ],
    },
  },
  {
    says: 'a server that stands ready for another item of the plan',
    expected: 'NoServer',
    item: ofWeb,
    seen: { instances: [instance('i-1')] },
  },
  {
    says: 'a volume that is looked at among those that hang on its server',
    expected: 'i-1',
    seen: {
      instances: [instance('i-1')],
      attached: [volume({ attachment: { instanceId: 'i-1', device: '/dev/sdf', state: 'attached' } })],
    },
  },
  {
    says: 'a volume that hangs on its server already',
    expected: 'i-1',
    seen: {
      volume: { ...hanging('i-1', '/dev/sdf'), tags: wish },
      instances: [instance('i-1'), instance('i-2')],
    },
  },
  {
    says: 'a volume that somebody has put elsewhere',
    expected: 'VolumeElsewhere',
    seen: { volume: { ...hanging('i-7', '/dev/sdf'), tags: wish }, instances: [instance('i-1')] },
  },
];

/** What a person is told where a volume finds no place: what objects, and what to do. */
const words = JSON.parse(
  readFileSync(new URL('cases/remount-words.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly [reason: string, unblock: string]>>;

describe('a restored volume finds', () => {
  for (const { says, expected, item = data, seen } of cases) {
    test(`${says}: ${expected}`, () => {
      const place = placeOf(layered, item, { volume: volume(), instances: [], attached: [], ...seen });
      const found =
        place.kind === 'server' ? place.server.id : place.kind === 'wait' ? 'wait' : place.problem.code;
      assert.equal(found, expected);
      if (place.kind === 'wait') assert.equal(place.for, 'i-1 to run');
      if (place.kind !== 'problem') return;
      const { status, reason, unblock } = place.problem;
      assert.deepEqual([status, reason, unblock], ['held', ...(words[says] ?? assert.fail('without words'))]);
    });
  }
});

const otherwise = 'then start the remount machine with {"volume":"vol-1"}';

test('what asks for nothing, or for something that is not there, says so and what to do', () => {
  const bare: Plan = { ...plan, plan: 'bare', volumes: [] };
  const plans = new Map(
    [plan, bare, { ...plan, plan: 'twice', volumes: [data, deep] }].map((one) => [one.plan, one]),
  );
  const asked = (tags: Readonly<Record<string, string>>, known = plans) => {
    const { plan: _, ...rest } = { plan: undefined, ...askedOf(volume({ tags }), known) };
    return rest;
  };
  assert.deepEqual(asked({}), { kind: 'nothing', why: 'vol-1 does not carry lifeboat:remount' });
  assert.deepEqual(asked({ 'lifeboat:remount': 'volumes.data' }), {
    kind: 'nothing',
    why: 'vol-1 does not carry lifeboat:plan',
  });
  assert.deepEqual(asked({ ...wish, 'lifeboat:plan': 'shpo' }), {
    kind: 'unknownPlan',
    item: 'volumes.data',
    problem: {
      status: 'held',
      code: 'UnknownPlan',
      reason: 'vol-1 names the plan shpo, and this deployment has shop, bare, twice',
      unblock: `correct the tag lifeboat:plan; ${otherwise}`,
    },
  });
  assert.partialDeepStrictEqual(asked(wish, new Map()), {
    problem: { reason: 'vol-1 names the plan shop, and this deployment has none' },
  });
  assert.deepEqual(asked({ ...wish, 'lifeboat:recovery': 'shop-failover-7' }), {
    kind: 'problem',
    item: 'volumes.data',
    problem: {
      status: 'held',
      code: 'OfRecovery',
      reason: 'vol-1 belongs to shop-failover-7, which attaches its volumes itself',
      unblock: `take the tag lifeboat:recovery off vol-1 if it is yours to use; ${otherwise}`,
    },
  });
  assert.deepEqual(asked({ 'lifeboat:plan': 'twice', 'lifeboat:remount': '' }), {
    kind: 'problem',
    item: 'volumes',
    problem: {
      status: 'held',
      code: 'UnknownItem',
      reason: 'vol-1 asks for volumes, and the plan twice has volumes.data, volumes.deep',
      unblock: `correct the tag lifeboat:remount; ${otherwise}`,
    },
  });
  assert.partialDeepStrictEqual(asked({ ...wish, 'lifeboat:plan': 'bare' }), {
    problem: { reason: 'vol-1 asks for volumes.data, and the plan bare has no volumes' },
  });
});

test('only a wish under a known plan asks for anything', () => {
  const plans = new Map([['shop', plan]]);
  const asks = (tags: Readonly<Record<string, string>>) => {
    const asked = askedOf(volume({ tags }), plans);
    return 'problem' in asked ? asked.problem.code : asked.kind;
  };
  assert.equal(asks(wish), 'volume');
  assert.equal(asks({}), 'nothing');
  assert.equal(asks({ 'lifeboat:plan': 'shop', 'lifeboat:item': 'volumes.data' }), 'nothing');
  assert.equal(asks({ 'lifeboat:remount': 'volumes.data' }), 'nothing');
  assert.equal(asks({ ...wish, 'lifeboat:plan': 'shpo' }), 'UnknownPlan');
  assert.equal(asks({ ...wish, 'lifeboat:remount': '' }), 'UnknownItem');
  assert.equal(asks({ ...wish, 'lifeboat:recovery': 'shop-failover-7' }), 'OfRecovery');
});

test('a turn ends when it is given back, or when no execution can have it any more', () => {
  const lock = { nonce: 'n', owner: 'one', volume: 'vol-1', at: '2026-11-02T00:00:00.000Z' };
  assert.equal(isLocked(undefined, '2026-11-02T00:10:00.000Z'), false);
  assert.equal(isLocked(lock, '2026-11-02T00:59:59.000Z'), true);
  assert.equal(isLocked(lock, '2026-11-02T01:00:00.000Z'), false);
  assert.equal(
    isLocked({ ...lock, releasedAt: '2026-11-02T00:05:00.000Z' }, '2026-11-02T00:10:00.000Z'),
    false,
  );
});
