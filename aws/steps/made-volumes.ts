import type { Refusal } from '../../recovery/answer.ts';
import { creationTags } from '../../recovery/identity.ts';
import type { ObservedSnapshot, ObservedTags, ObservedVolume } from '../../recovery/observed.ts';
import type { VolumeItem } from '../../recovery/plan/plan.ts';
import { standingAfterCalls } from '../../recovery/step.ts';
import { type CreatedVolumes, volumeTag } from '../../recovery/steps/volumes.ts';
import type { Instant } from '../../recovery/terms.ts';
import type { Ec2 } from '../ec2.ts';
import type { StepContext, StepResult } from '../step.ts';

/** What the volumes step remembers between its calls. */
export interface VolumesMemory {
  readonly created: CreatedVolumes;
  /** The snapshot that each volume is made from, for the evidence of what is lost and of how old the data is. */
  readonly snapshots: Readonly<Record<string, { readonly id: string; readonly startedAt: Instant }>>;
}

/** What one call of the step has done so far, on top of what the calls before remembered. */
export interface MadeVolumes {
  readonly refusals: Refusal[];
  readonly created: Record<string, CreatedVolumes[string]>;
  readonly snapshots: Record<string, VolumesMemory['snapshots'][string]>;
}

/** One volume to make, and the name under which it is remembered. */
export interface VolumeRequest {
  readonly key: string;
  readonly item: VolumeItem;
  readonly zone: string;
  readonly snapshot: ObservedSnapshot;
  readonly token: string;
  /** Further tags than every volume of a recovery carries. */
  readonly tags?: ObservedTags;
}

/** What earlier calls of this step made. */
export function madeBefore(context: StepContext): MadeVolumes {
  const memory = context.record?.memory as VolumesMemory | null | undefined;
  return { refusals: [], created: { ...memory?.created }, snapshots: { ...memory?.snapshots } };
}

/** Creates a volume, and notes it or the refusal. */
export async function makeVolume(
  context: StepContext,
  ec2: Ec2,
  made: MadeVolumes,
  { key, item, zone, snapshot, token, tags }: VolumeRequest,
): Promise<void> {
  made.snapshots[item.name] = { id: snapshot.id, startedAt: snapshot.startedAt };
  const answer = await ec2.createVolume({
    token,
    zone,
    snapshot: snapshot.id,
    type: item.volumeType,
    tags: creationTags(context.identity, volumeTag(item), tags),
  });
  const id = answer.ok ? answer.value : lostVolume(answer);
  if (!answer.ok && id === undefined) made.refusals.push(answer);
  if (id) made.created[key] = [...(made.created[key] ?? []), { id, at: context.now() }];
}

/**
 * The volume that this token once made, where EC2 says that it is gone: its answer was lost, and so was the volume before
 * anybody saw it. It counts as one that was made in vain, or the same token would be refused for ever.
 */
function lostVolume({ code, message }: Refusal): string | undefined {
  return code === 'InvalidVolume.NotFound' ? /vol-[0-9a-f]+/.exec(message)?.[0] : undefined;
}

/** How the step stands once its calls are made. @param lookAfterSeconds when to look at what was just asked for */
export function volumesResult(
  context: StepContext,
  seen: readonly ObservedVolume[],
  planned: Parameters<typeof standingAfterCalls>[0] & { readonly actions: readonly unknown[] },
  { refusals, created, snapshots }: MadeVolumes,
  lookAfterSeconds: number,
): StepResult {
  const asked =
    planned.actions.length > refusals.length
      ? [{ seconds: lookAfterSeconds, for: 'volumes: what was just asked for' }]
      : [];
  const parts = { problems: planned.problems, waits: [...planned.waits, ...asked], counts: planned.counts };
  const memory: VolumesMemory = { created, snapshots };
  return {
    standing: standingAfterCalls(parts, refusals, 'volumes'),
    resources: seen.map(({ id }) => ({ region: context.access.region, type: 'volume', id })),
    memory,
  };
}
