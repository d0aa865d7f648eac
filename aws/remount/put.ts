import * as v from 'valibot';
import type { Refusal } from '../../recovery/answer.ts';
import { InvalidInput } from '../../recovery/errors.ts';
import { tagKeys } from '../../recovery/identity.ts';
import type { ObservedInstance } from '../../recovery/observed.ts';
import type { Plan, VolumeItem } from '../../recovery/plan/plan.ts';
import { placeOf } from '../../recovery/remount/place.ts';
import { type Problem, type Standing, standingAfterCalls } from '../../recovery/step.ts';
import type { WantedMount } from '../../recovery/steps/mounts.ts';
import { attachNeed } from '../../recovery/steps/volumes.ts';
import { pursue, type SentCommands } from '../commands.ts';
import { openSsm } from '../ssm.ts';
import { mountPurpose } from '../steps/mounts.ts';
import type { Scene } from './scene.ts';

/** How one look at a volume ended. */
export interface Putting {
  readonly standing: Standing;
  readonly commands: SentCommands;
  /** The server that it goes to, once that is known. */
  readonly instance?: string;
}

interface Wanted {
  readonly plan: Plan;
  readonly item: VolumeItem;
}

interface Wait {
  readonly seconds: number;
  readonly for: string;
}

/** Finds the server, attaches the volume, then mounts it: whatever is missing first. */
export async function putOnServer(scene: Scene, wanted: Wanted, commands: SentCommands): Promise<Putting> {
  const { ec2, volume, context } = scene;
  const { plan, item } = wanted;
  const instances = await ec2.instances({ [tagKeys.plan]: plan.plan });
  if (!instances.ok) return { standing: standingAfter(item, { refusals: [instances] }), commands };
  const ids = instances.value.map(({ id }) => id);
  const attached = ids.length > 0 ? await ec2.volumesOn(ids) : { ok: true as const, value: [] };
  if (!attached.ok) return { standing: standingAfter(item, { refusals: [attached] }), commands };
  const place = placeOf(plan, item, { volume, instances: instances.value, attached: attached.value });
  if (place.kind === 'problem')
    return { standing: standingAfter(item, { problems: [place.problem] }), commands };
  if (place.kind === 'wait')
    return { standing: standingAfter(item, { waits: [{ seconds: 5, for: place.for }] }), commands };
  const { server } = place;
  const need = attachNeed(item, memberOf(item, server), volume, server);
  if (need === 'done') return { ...(await mount(scene, item, server, commands)), instance: server.id };
  if ('kind' in need) {
    if (need.kind !== 'attach') throw new TypeError('a volume that is there is not created');
    const asked = await ec2.attach(need.volume, need.instance, need.device);
    const refusals = asked.ok ? [] : [asked];
    const waits = asked.ok ? [{ seconds: 3, for: `${volume.id} to be attached` }] : [];
    context.deps.log('info', `attaching ${volume.id} to ${server.id}`, { plan: plan.plan });
    return { standing: standingAfter(item, { refusals, waits }), commands, instance: server.id };
  }
  const parts = 'code' in need ? { problems: [need] } : { waits: [need] };
  return { standing: standingAfter(item, parts), commands, instance: server.id };
}

/** The server as the volumes step knows one: nobody else takes its place here. */
function memberOf({ attach }: VolumeItem, { id, zone }: ObservedInstance) {
  return { item: attach.server, slot: id, instanceId: id, zone, ready: true };
}

/** Mounts the volume by the same document as a recovery. */
async function mount(
  scene: Scene,
  item: VolumeItem,
  server: ObservedInstance,
  commands: SentCommands,
): Promise<Pick<Putting, 'standing' | 'commands'>> {
  const { context, volume, input } = scene;
  if (!item.mount) return { standing: standingAfter(item, { done: 1 }), commands };
  const ssm = openSsm(context.access);
  const online = await ssm.online([server.id]);
  if (!online.ok) return { standing: standingAfter(item, { refusals: [online] }), commands };
  if (!online.value.has(server.id)) {
    const waits = [{ seconds: 5, for: `the agent of ${server.id}` }];
    return { standing: standingAfter(item, { waits }), commands };
  }
  const wanted: WantedMount = {
    item: item.name,
    volume: volume.id,
    instanceId: server.id,
    path: item.mount.path,
    device: item.attach.device,
    after: [],
  };
  const sender = { name: 'remount', startedAt: input.startedAt, now: context.now };
  const purpose = mountPurpose(wanted, documentOf(scene));
  const result = await pursue(sender, ssm, [purpose], commands);
  return { standing: standingAfter(item, result), commands: result.memory };
}

function standingAfter(
  item: VolumeItem,
  parts: {
    readonly done?: number;
    readonly waits?: readonly Wait[];
    readonly problems?: readonly Problem[];
    readonly refusals?: readonly Refusal[];
  },
): Standing {
  const { done = 0, waits = [], problems = [], refusals = [] } = parts;
  const name = `volumes.${item.name}`;
  return standingAfterCalls({ counts: { done, total: 1 }, problems, waits }, refusals, name);
}

/** @throws InvalidInput when the stack has not told the function which document mounts */
function documentOf({ context }: Scene): string {
  const schema = v.pipe(v.string(), v.nonEmpty());
  const result = v.safeParse(schema, context.deps.environment['LIFEBOAT_DOCUMENT_MOUNT']);
  if (!result.success) throw new InvalidInput('environment variable LIFEBOAT_DOCUMENT_MOUNT: it is absent');
  return result.output;
}
