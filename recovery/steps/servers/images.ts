import type { ObservedImage } from '../../observed.ts';
import { formatDuration } from '../../plan/durations.ts';
import type { LaunchSource } from '../../plan/plan.ts';
import { sayTags } from '../../plan/tags.ts';
import type { Problem } from '../../step.ts';
import { type Instant, newestOf, secondsBetween } from '../../terms.ts';

/** The newest image that is young enough for the item's RPO, or why there is none. */
export function chooseImage(
  item: string,
  source: LaunchSource,
  images: readonly ObservedImage[],
  asOf: Instant,
): ObservedImage | Problem {
  const newest = newestOf(images, ({ createdAt }) => createdAt);
  if (!newest) {
    return {
      status: 'failed',
      code: 'NoImage',
      reason: `servers.${item}: no available image in the recovery Region carries ${sayTags(source.image.tags)}`,
      unblock: 'copy an image into the recovery Region and tag it, then continue',
    };
  }
  const ageSeconds = secondsBetween(newest.createdAt, asOf);
  const { rpoSeconds } = source.image;
  if (rpoSeconds !== undefined && ageSeconds > rpoSeconds) {
    return {
      status: 'held',
      code: 'ImageTooOld',
      reason: `servers.${item}: the newest image ${newest.id} is ${formatDuration(Math.floor(ageSeconds))} old and the plan allows ${formatDuration(rpoSeconds)}`,
      unblock: `copy a newer image, or raise servers.${item}.launch.image.rpo, then continue`,
    };
  }
  return newest;
}
