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
