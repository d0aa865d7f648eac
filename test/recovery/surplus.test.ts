import assert from 'node:assert/strict';
import test from 'node:test';
import { tagKeys } from '../../recovery/identity.ts';
import type { ObservedInstance, ObservedVolume } from '../../recovery/observed.ts';
import { launchToken } from '../../recovery/steps/servers/launches.ts';
import { emptyServersMemory, type Launch, type Member } from '../../recovery/steps/servers/memory.ts';
import { type RememberedMaking, saySurplus, surplusOf } from '../../recovery/steps/surplus.ts';

const context = { recovery: 'shop-1', region: 'tokyo', now: '2026-03-02T09:10:00.000Z' };
const longAgo = '2026-03-02T09:00:00.000Z';
const justNow = '2026-03-02T09:09:30.000Z';

const instance = (id: string, parts: Partial<ObservedInstance> = {}): ObservedInstance => ({
  id,
  imageId: 'ami-1',
  type: 'm7g.large',
  zone: 'a',
  subnet: 'subnet-1',
  state: 'running',
  securityGroups: [],
  launchedAt: longAgo,
  tags: { [tagKeys.recovery]: 'shop-1' },
  ...parts,
});

const volume = (
  id: string,
  tags: Readonly<Record<string, string>> = {},
  on?: string,
  state: ObservedVolume['state'] = on === undefined ? 'available' : 'in-use',
): ObservedVolume => ({
  id,
  zone: 'a',
  state,
  tags,
  ...(on !== undefined && { attachment: { instanceId: on, device: '/dev/sdf', state: 'attached' } }),
});
const dataOf = (id: string) => ({ [tagKeys.item]: 'volumes.data', [tagKeys.instance]: id });

/** The launches of one place, the oldest first. */
const launches = (ids: readonly (readonly string[] | undefined)[], slot = 'worker#0'): readonly Launch[] =>
  ids.map((each, ordinal) => ({
    ordinal,
    item: 'worker',
    slots: [slot],
    image: 'ami-1',
    type: 'm7g.large',
    subnet: 'subnet-1',
    requestedAt: longAgo,
    ...(each && { ids: each }),
  }));
const filledBy = (instanceId: string, slot = 'worker#0'): readonly Member[] => [
  { item: 'worker', slot, instanceId, zone: 'a', ready: true },
];
const servers = (all: readonly Launch[], members: readonly Member[] = []): RememberedMaking => ({
  servers: { ...emptyServersMemory, launches: all, members },
});
const raced = servers(launches([['i-1'], ['i-2']]), filledBy('i-2'));

const cases: readonly {
  readonly says: string;
  readonly instances?: readonly ObservedInstance[];
  readonly volumes?: readonly ObservedVolume[];
  readonly remembered?: RememberedMaking;
  readonly surplus: readonly (readonly [string, string | null])[];
}[] = [
  { says: 'a recovery that made nothing has no surplus', surplus: [] },
  {
    says: 'a server that fills its place is used, and so is its volume and its root',
    instances: [instance('i-1')],
    volumes: [
      volume('vol-1', dataOf('i-1'), 'i-1'),
      volume('vol-r', { [tagKeys.item]: 'servers.worker' }, 'i-1'),
    ],
    remembered: servers(launches([['i-1']]), filledBy('i-1')),
    surplus: [],
  },
  {
    says: 'a slow server that was replaced, and the volume that was made for it',
    instances: [instance('i-1'), instance('i-2')],
    volumes: [volume('vol-1', dataOf('i-1')), volume('vol-2', dataOf('i-2'), 'i-2')],
    remembered: raced,
    surplus: [
      ['i-1', 'replaced by i-2'],
      ['vol-1', 'made for i-1, which was replaced by i-2'],
    ],
  },
  {
    says: 'the volume on a server that was replaced, but not its root, which goes with it',
    instances: [instance('i-1'), instance('i-2')],
    volumes: [
      volume('vol-1', dataOf('i-1'), 'i-1'),
      volume('vol-r', { [tagKeys.item]: 'servers.worker' }, 'i-1'),
    ],
    remembered: raced,
    surplus: [
      ['i-1', 'replaced by i-2'],
      ['vol-1', 'attached to i-1, which was replaced by i-2'],
    ],
  },
  {
    says: 'a replacement that was slower than what it was to replace',
    instances: [instance('i-1'), instance('i-2')],
    volumes: [],
    remembered: servers(launches([['i-1'], ['i-2']]), filledBy('i-1')),
    surplus: [['i-2', 'launched in place of i-1, which came after all']],
  },
  {
    says: 'the copy of a standing server that came after all',
    instances: [instance('i-2')],
    volumes: [],
    remembered: servers(launches([['i-2']], 'i-standing'), filledBy('i-standing', 'i-standing')),
    surplus: [['i-2', 'launched in place of i-standing, which came after all']],
  },
  {
    says: 'the volume on a standing server that was replaced',
    instances: [instance('i-2')],
    volumes: [volume('vol-1', dataOf('i-standing'), 'i-standing')],
    remembered: servers(launches([['i-2']], 'i-standing'), filledBy('i-2', 'i-standing')),
    surplus: [['vol-1', 'attached to i-standing, which was replaced by i-2']],
  },
  {
    says: 'what was terminated or deleted does not count, and what was made for it does',
    instances: [
      instance('i-1', { state: 'terminated' }),
      instance('i-2'),
      instance('i-3', { state: 'shutting-down' }),
    ],
    volumes: [volume('vol-1', dataOf('i-1')), volume('vol-0', dataOf('i-1'), undefined, 'deleting')],
    remembered: raced,
    surplus: [['vol-1', 'made for i-1, which was replaced by i-2']],
  },
  {
    says: 'a server whose launch was never answered is known by its token',
    instances: [instance('i-1', { clientToken: launchToken('shop-1', 0) })],
    remembered: servers(launches([undefined])),
    surplus: [['i-1', 'launched for servers.worker, where nothing fills its place']],
  },
  {
    says: 'what no record knows is named without a reason',
    instances: [instance('i-9')],
    volumes: [volume('vol-8'), volume('vol-9', dataOf('i-9'), 'i-9')],
    surplus: [
      ['i-9', null],
      ['vol-8', null],
      ['vol-9', 'attached to i-9, which no record knows'],
    ],
  },
  {
    says: 'a volume that a person has put on a server of their own is used',
    volumes: [volume('vol-1', dataOf('i-1'), 'i-theirs')],
    remembered: raced,
    instances: [instance('i-2')],
    surplus: [],
  },
  {
    says: 'volumes that EBS gave up, that are one too many, or that are not attached yet',
    instances: [instance('i-2')],
    volumes: [
      volume('vol-1', dataOf('i-2'), undefined, 'error'),
      volume('vol-2', dataOf('i-2'), 'i-2'),
      volume('vol-3', dataOf('i-2')),
      volume('vol-4', { ...dataOf('i-2'), [tagKeys.item]: 'volumes.logs' }),
    ],
    remembered: raced,
    surplus: [
      ['vol-1', 'given up by EBS'],
      ['vol-3', 'made for i-2, which has another'],
      ['vol-4', 'made for i-2, which it is not attached to'],
    ],
  },
  {
    says: 'what is seen counts once, however young its launch and its making',
    instances: [instance('i-2'), instance('i-3')],
    volumes: [volume('vol-2', dataOf('i-2'))],
    remembered: {
      servers: {
        ...emptyServersMemory,
        launches: launches([['i-2'], undefined, ['i-3']]).map((each) => ({ ...each, requestedAt: justNow })),
        members: filledBy('i-3'),
      },
      created: {
        'data i-2': [
          { id: 'vol-2', at: justNow },
          { id: 'vol-3', at: justNow },
        ],
      },
    },
    surplus: [
      ['i-2', 'replaced by i-3'],
      ['vol-2', 'made for i-2, which was replaced by i-3'],
      ['vol-3', 'made for i-2, which was replaced by i-3'],
    ],
  },
  {
    says: 'what was asked for five minutes ago and is not seen is not late any more',
    remembered: {
      servers: {
        ...emptyServersMemory,
        launches: launches([['i-1']]).map((each) => ({ ...each, requestedAt: '2026-03-02T09:05:00.000Z' })),
      },
      created: { 'data i-1': [{ id: 'vol-1', at: '2026-03-02T09:05:00.000Z' }] },
    },
    surplus: [],
  },
  {
    says: 'what was made anew since nobody saw it may be there all the same, for five minutes',
    instances: [instance('i-1')],
    volumes: [volume('vol-2', dataOf('i-1'), 'i-1')],
    remembered: {
      ...servers(launches([['i-1']]), filledBy('i-1')),
      created: {
        'data i-1': [
          { id: 'vol-1', at: '2026-03-02T09:05:01.000Z' },
          { id: 'vol-2', at: '2026-03-02T09:06:01.000Z' },
        ],
      },
    },
    surplus: [['vol-1', 'made for i-1, which has another']],
  },
  {
    says: 'volumes that are gone are no surplus, and what is left comes in the order of its ids',
    instances: [instance('i-9'), instance('i-8')],
    volumes: [
      volume('vol-1', dataOf('i-9'), undefined, 'deleted'),
      volume('vol-2', dataOf('i-9'), undefined, 'deleting'),
    ],
    surplus: [
      ['i-8', null],
      ['i-9', null],
    ],
  },
  {
    says: 'each place has its own server: who fills another place or another item takes none',
    instances: [instance('i-1')],
    remembered: servers(launches([['i-1']]), [
      ...filledBy('i-5', 'worker#1'),
      { item: 'web', slot: 'worker#0', instanceId: 'i-6', zone: 'a', ready: true },
    ]),
    surplus: [['i-1', 'launched for servers.worker, where nothing fills its place']],
  },
  {
    says: 'a launch of two places knows which of them each instance is for',
    instances: [instance('i-1'), instance('i-2')],
    remembered: servers(
      launches([['i-1', 'i-2']]).map((each) => ({ ...each, slots: ['worker#0', 'worker#1'] })),
      filledBy('i-9', 'worker#1'),
    ),
    surplus: [
      ['i-1', 'launched for servers.worker, where nothing fills its place'],
      ['i-2', 'launched in place of i-9, which came after all'],
    ],
  },
  {
    says: 'a volume whose like hangs on another server has none beside it',
    instances: [instance('i-2')],
    volumes: [volume('vol-1', dataOf('i-2')), volume('vol-2', dataOf('i-3'), 'i-theirs')],
    remembered: raced,
    surplus: [['vol-1', 'made for i-2, which it is not attached to']],
  },
  {
    says: 'what was asked for a moment ago and is not seen yet counts; what was not seen for long does not',
    remembered: {
      servers: {
        ...emptyServersMemory,
        launches: launches([['i-old'], ['i-new']]).map((each) => ({
          ...each,
          requestedAt: each.ordinal === 0 ? longAgo : justNow,
        })),
      },
      created: {
        'data i-new': [
          { id: 'vol-old', at: longAgo },
          { id: 'vol-new', at: justNow },
        ],
      },
    },
    surplus: [
      ['i-new', 'launched for servers.worker, where nothing fills its place'],
      ['vol-new', 'made for i-new, which was launched for servers.worker, where nothing fills its place'],
    ],
  },
];

for (const { says, instances = [], volumes = [], remembered = {}, surplus } of cases) {
  test(`surplus: ${says}`, () => {
    const found = surplusOf({ instances, volumes }, remembered, context);
    assert.deepEqual(
      found.map(({ id, reason }) => [id, reason]),
      surplus,
    );
    for (const { region, type, id } of found) {
      assert.equal(region, 'tokyo');
      assert.equal(type, id.startsWith('i-') ? 'instance' : 'volume');
    }
  });
}

test('people are told what is left unused by its ids, since the tag finds what is used too', () => {
  const of = (type: string, ids: readonly string[]) =>
    ids.map((id) => ({ region: 'tokyo', type, id, reason: null }));
  const evidence = { recovery: 'shop-1', region: 'tokyo', outcome: 'recovered', surplus: [] } as const;
  assert.equal(saySurplus(evidence), null);
  const surplus = [...of('instance', ['i-1']), ...of('volume', ['v-1', 'v-2', 'v-3', 'v-4', 'v-5'])];
  assert.equal(
    saySurplus({ ...evidence, surplus }),
    'left unused: 1 instance (i-1), 5 volumes (v-1, v-2, v-3, 2 more), among what is tagged lifeboat:recovery=shop-1 in tokyo; terminate and delete these, and nothing else of that tag, when you have looked',
  );
  assert.match(
    saySurplus({ ...evidence, surplus, outcome: 'held' }) ?? '',
    /; a next run may take these: terminate and delete them only when there will be none$/,
  );
  assert.match(
    saySurplus({ ...evidence, surplus: of('volume', ['v-1', 'v-2', 'v-3']) }) ?? '',
    /^left unused: 3 volumes \(v-1, v-2, v-3\), among/,
  );
  assert.equal(
    saySurplus({ ...evidence, surplusUnknown: 'what it left unused is unknown' }),
    'what it left unused is unknown; look for it among what is tagged lifeboat:recovery=shop-1 in tokyo',
  );
});
