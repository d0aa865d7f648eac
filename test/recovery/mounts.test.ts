import assert from 'node:assert/strict';
import test from 'node:test';
import { tagKeys } from '../../recovery/identity.ts';
import { type MountsObservation, planMounts } from '../../recovery/steps/mounts.ts';
import { runCases } from '../cases.ts';
import { shopPlan } from './plans.ts';

const plan = shopPlan();

interface Given {
  members?: [];
  ready?: false;
  attached?: false;
  online?: false;
  serversEnded?: MountsObservation['serversEnded'];
  volumesEnded?: MountsObservation['volumesEnded'];
}

runCases<Given>(new URL('cases/mounts.json', import.meta.url), (given) =>
  planMounts(plan, {
    members: given.members ?? [
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
        tags: { [tagKeys.item]: 'volumes.data', [tagKeys.instance]: 'i-1' },
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
  assert.equal(planned.waits.length, 2);
});
