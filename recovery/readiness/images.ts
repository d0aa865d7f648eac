import { formatDuration } from '../plan/durations.ts';
import { secondsBetween } from '../terms.ts';
import {
  bad,
  fatal,
  ok,
  type ReadinessCheck,
  type ReadinessFinding,
  read,
  sayAge,
  sayTags,
} from './finding.ts';

/** Each launched server has an image in the recovery Region, young enough for its RPO. */
export const imageFindings: ReadinessCheck = (plan, sight) =>
  plan.servers.flatMap((item) => {
    const { source } = item;
    if (source.kind !== 'launch') return [];
    const name = `servers.${item.name} image`;
    return read(name, sight.images[item.name], (images) => {
      const newest = images.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0];
      if (!newest) {
        return fatal(
          name,
          `no available image in ${plan.regions.recovery} carries ${sayTags(source.image.tags)}`,
          'copy one there with its tags',
        );
      }
      const ageSeconds = secondsBetween(newest.createdAt, sight.now);
      return ageFinding(name, newest.id, ageSeconds, source.image.rpoSeconds, 'Data Lifecycle Manager');
    });
  });

/** Each volume has a completed snapshot in the recovery Region, young enough for its RPO. */
export const snapshotFindings: ReadinessCheck = (plan, sight) =>
  plan.volumes.flatMap((item) => {
    const name = `volumes.${item.name} snapshot`;
    return read(name, sight.snapshots[item.name], (snapshots) => {
      const newest = snapshots
        .filter(({ state }) => state === 'completed')
        .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];
      if (!newest) {
        return fatal(
          name,
          `no completed snapshot in ${plan.regions.recovery} carries ${sayTags(item.snapshot.tags)}`,
          'copy one there with its tags',
        );
      }
      const ageSeconds = secondsBetween(newest.startedAt, sight.now);
      return ageFinding(name, newest.id, ageSeconds, item.snapshot.rpoSeconds, 'whatever copies snapshots');
    });
  });

function ageFinding(
  name: string,
  id: string,
  ageSeconds: number,
  rpoSeconds: number | undefined,
  maker: string,
): ReadinessFinding {
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
