import assert from 'node:assert/strict';
import test from 'node:test';
import { tagKeys } from '../../recovery/identity.ts';
import type { VolumeItem } from '../../recovery/plan/plan.ts';
import { type MountsObservation, parentsOf, planMounts } from '../../recovery/steps/mounts.ts';
import { runCases } from '../cases.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();

interface Given {
  members?: [];
  /** Servers of other items that stand before this one. */
  others?: true;
  /** The volume is attached to another server. */
  elsewhere?: true;
  ready?: false;
  attached?: false;
  online?: false;
  serversEnded?: MountsObservation['serversEnded'];
  volumesEnded?: MountsObservation['volumesEnded'];
}

runCases<Given>(new URL('cases/mounts.json', import.meta.url), (given) =>
  planMounts(plan, {
    members: given.members ?? [
      ...(given.others ? [{ item: 'web', slot: 'i-9', instanceId: 'i-9', zone: 'z', ready: true }] : []),
      { item: 'worker', slot: 'worker#0', instanceId: 'i-1', zone: 'z', ready: given.ready ?? true },
    ],
    serversEnded: given.serversEnded,
    volumesEnded: given.volumesEnded,
    online: new Set(given.online === false ? [] : ['i-1']),
    volumes: [
      {
        id: 'vol-1',
        zone: 'z',
        state: 'in-use',
        tags: { [tagKeys.item]: 'volumes.data', [tagKeys.instance]: given.elsewhere ? 'i-9' : 'i-1' },
        ...(given.attached !== false && {
          attachment: { instanceId: 'i-1', device: '/dev/sdf', state: 'attached' },
        }),
      },
    ],
  }),
);

const [data] = plan.volumes;

/** The plan with a second volume below the first. */
const nested = {
  ...plan,
  volumes: [...plan.volumes, ...(data ? [{ ...data, name: 'logs', mount: { path: '/srv/data/logs' } }] : [])],
};

function nestedVolume(item: string, isAttached: boolean) {
  return {
    id: `vol-${item}`,
    zone: 'z',
    state: 'in-use' as const,
    tags: { [tagKeys.item]: `volumes.${item}`, [tagKeys.instance]: 'i-1' },
    ...(isAttached && { attachment: { instanceId: 'i-1', device: '/dev/sdf', state: 'attached' } }),
  };
}

function plannedNested(isParentAttached: boolean) {
  return planMounts(nested, {
    members: [{ item: 'worker', slot: 'worker#0', instanceId: 'i-1', zone: 'z', ready: true }],
    serversEnded: undefined,
    volumesEnded: undefined,
    online: new Set(['i-1']),
    volumes: [nestedVolume('data', isParentAttached), nestedVolume('logs', true)],
  });
}

test('a mount below another one comes after it', () => {
  const after = plannedNested(true).wanted.map((mount) => [mount.volume, mount.after]);
  assert.deepEqual(after, [
    ['vol-data', []],
    ['vol-logs', ['vol-data']],
  ]);
});

test('a mount below a volume that is not attached yet waits for it', () => {
  const planned = plannedNested(false);
  assert.deepEqual(planned.wanted, []);
  assert.deepEqual(planned.waits, [
    { seconds: 3, for: 'mount of volumes.data: the volume to be attached to i-1' },
    { seconds: 3, for: 'mount of volumes.logs: volumes.data, whose path is above it' },
  ]);
});

test('above a path lie the mounted volumes of the same server whose paths it begins with, part by part', () => {
  const item = (name: string, path: string | undefined, server = 'worker'): VolumeItem => {
    const { mount: _, ...rest } = data ?? assert.fail('the shop has a volume');
    const attach = { ...rest.attach, server };
    return { ...rest, name, attach, ...(path !== undefined && { mount: { path } }) };
  };
  const volumes = [
    item('root', '/srv'),
    item('slash', '/srv/data/'),
    item('beside', '/srv/da'),
    item('same', '/srv/data/logs'),
    item('other', '/srv/data', 'web'),
    item('bare', undefined),
  ];
  const above = parentsOf({ ...plan, volumes }, item('logs', '/srv/data/logs'), '/srv/data/logs');
  assert.deepEqual(
    above.map(({ name }) => name),
    ['root', 'slash'],
  );
});

test('a volume that is mounted nowhere asks for nothing', () => {
  const bare = plan.volumes.map(({ mount: _, ...volume }) => volume);
  const nothing = { serversEnded: undefined, volumesEnded: undefined, online: new Set(''), volumes: [] };
  assert.deepEqual(planMounts({ ...plan, volumes: bare }, { members: [], ...nothing }), {
    wanted: [],
    waits: [],
    problems: [],
    total: 0,
  });
});
