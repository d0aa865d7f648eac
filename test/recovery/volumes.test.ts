import assert from 'node:assert/strict';
import test from 'node:test';
import { tagKeys } from '../../recovery/identity.ts';
import type { ObservedInstance, ObservedSnapshot, ObservedVolume } from '../../recovery/observed.ts';
import { planVolumes, type VolumesObservation } from '../../recovery/steps/volumes.ts';
import { runCases } from '../cases.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();
const startedAt = '2026-03-02T09:00:00.000Z';
const times = {
  onset: startedAt,
  runStartedAt: '2026-03-02T08:00:00.000Z',
  now: '2026-03-02T09:01:00.000Z',
};
const member = { item: 'worker', slot: 'worker#0', instanceId: 'i-1', zone: 'ap-northeast-1a', ready: true };

function volume(id: string, parts: Partial<ObservedVolume>): ObservedVolume {
  return {
    id,
    zone: member.zone,
    state: 'available',
    tags: { [tagKeys.item]: 'volumes.data', [tagKeys.instance]: 'i-1' },
    ...parts,
  };
}

function instance(state: ObservedInstance['state']): ObservedInstance {
  return {
    id: 'i-1',
    imageId: 'ami',
    type: 't',
    zone: member.zone,
    subnet: 's',
    state,
    securityGroups: [],
    launchedAt: startedAt,
    tags: {},
  };
}

const snapshot = (parts: Partial<ObservedSnapshot>): ObservedSnapshot => ({
  id: 'snap-new',
  startedAt: '2026-03-02T08:35:00Z',
  state: 'completed',
  tags: {},
  ...parts,
});

interface Given {
  /** Null: none fills a place yet; `unknown`: the servers step has written nothing; `two`: two of the item, one of another. */
  members?: null | 'unknown' | 'two';
  ready?: false;
  /** Tags of the first volume in place of its own. */
  tags?: Record<string, string>;
  created?: { id: string; at: string }[];
  serversEnded?: VolumesObservation['serversEnded'];
  instance?: ObservedInstance['state'];
  volume?: Partial<ObservedVolume>;
  second?: Partial<ObservedVolume>;
  snapshots?: Partial<ObservedSnapshot>[];
  runStartedAt?: string;
}

function membersOf({ members, ready }: Given): VolumesObservation['members'] {
  if (members === 'unknown') return undefined;
  if (members === null) return [];
  const one = { ...member, ready: ready ?? true };
  const more = [
    { ...member, slot: 'worker#1', instanceId: 'i-2', zone: 'ap-northeast-1c' },
    { ...member, item: 'web', slot: 'i-3', instanceId: 'i-3' },
  ];
  return members === 'two' ? [one, ...more] : [one];
}

function plannedFor(given: Given) {
  const snapshots = (given.snapshots ?? [{}, { id: 'snap-older', startedAt: '2026-03-02T07:35:00Z' }]).map(
    snapshot,
  );
  return planVolumes(
    plan,
    'shop-failover-7',
    {
      members: membersOf(given),
      serversEnded: given.serversEnded,
      instances: { 'i-1': instance(given.instance ?? 'running') },
      volumes: [
        ...(given.volume
          ? [volume('vol-1', { ...given.volume, ...(given.tags && { tags: given.tags }) })]
          : []),
        ...(given.second ? [volume('vol-2', given.second)] : []),
      ],
      created: given.created ? { 'data i-1': given.created } : {},
      snapshots: { data: snapshots },
    },
    { ...times, ...(given.runStartedAt && { runStartedAt: given.runStartedAt }) },
  );
}

runCases<Given>(new URL('cases/volumes.json', import.meta.url), plannedFor);

test('the token of a volume is the same each time it is asked for, and another one after a failure', () => {
  const token = (given: Given) =>
    plannedFor(given).actions.flatMap((action) => (action.kind === 'create' ? [action.token] : []))[0];
  assert.equal(token({}), token({}));
  assert.notEqual(token({}), token({ volume: { state: 'error' } }));
});

test('a token that named a volume twice is not asked for again', () => {
  const gone = { id: 'vol-2', at: '2026-03-02T08:50:00Z' };
  const token = (created: NonNullable<Given['created']>) =>
    plannedFor({ runStartedAt: '2026-03-02T08:59:00Z', created }).actions.flatMap((action) =>
      action.kind === 'create' ? [action.token] : [],
    )[0];
  const tokens = [[], [gone], [gone, gone], [gone, gone, gone]].map(token);
  assert.equal(new Set(tokens).size, 4);
  assert.ok(!tokens.includes(undefined));
});
