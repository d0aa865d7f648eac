import { formatDuration } from '../plan/durations.ts';
import type { LaunchSource, VolumeItem } from '../plan/plan.ts';
import { sayTags } from '../plan/tags.ts';
import { newestCompleted } from '../steps/volumes.ts';
import { type Instant, newestOf, secondsBetween } from '../terms.ts';
import { bad, fatal, ok, type ReadinessCheck, type ReadinessFinding, read, sayAge } from './finding.ts';

/** Each launched server has an image in the recovery Region, young enough for its RPO. */
export const imageFindings: ReadinessCheck = (plan, sight) =>
  plan.servers.flatMap((item) => {
    const { source } = item;
    if (source.kind !== 'launch') return [];
    const name = `servers.${item.name} image`;
    return read(name, sight.images[item.name], (images) => {
      const newest = newestOf(images, ({ createdAt }) => createdAt);
      if (!newest) return noneFinding(name, `available image in ${plan.regions.recovery}`, source.image);
      const copy = { id: newest.id, at: newest.createdAt, maker: 'Data Lifecycle Manager' };
      return ageFinding(name, copy, source.image, sight.now);
    });
  });

/** Each volume has a completed snapshot in the recovery Region, young enough for its RPO. */
export const snapshotFindings: ReadinessCheck = (plan, sight) =>
  plan.volumes.flatMap((item) => {
    const name = `volumes.${item.name} snapshot`;
    return read(name, sight.snapshots[item.name], (snapshots) => {
      const newest = newestCompleted(snapshots);
      if (!newest) return noneFinding(name, `completed snapshot in ${plan.regions.recovery}`, item.snapshot);
      const copy = { id: newest.id, at: newest.startedAt, maker: 'whatever copies snapshots' };
      return ageFinding(name, copy, item.snapshot, sight.now);
    });
  });

/** What a plan asks of a copy in the recovery Region: its tags, and how old it may be. */
type Wanted = LaunchSource['image'] | VolumeItem['snapshot'];

function noneFinding(name: string, what: string, { tags }: Wanted): ReadinessFinding {
  return fatal(name, `no ${what} carries ${sayTags(tags)}`, 'copy one there with its tags');
}

function ageFinding(
  name: string,
  { id, at, maker }: { readonly id: string; readonly at: Instant; readonly maker: string },
  { rpoSeconds }: Wanted,
  now: Instant,
): ReadinessFinding {
  const ageSeconds = secondsBetween(at, now);
  const age = sayAge(ageSeconds);
  if (rpoSeconds === undefined) return ok(name, `the newest, ${id}, is ${age} old, and the plan sets no rpo`);
  const allowed = formatDuration(rpoSeconds);
  if (ageSeconds <= rpoSeconds) return ok(name, `the newest, ${id}, is ${age} old of ${allowed}`);
  return bad(
    name,
    `the newest, ${id}, is ${age} old and the plan allows ${allowed}`,
    `see why ${maker} makes none, or raise its rpo`,
  );
}
