/** Durations as people write them, `90s`, `30m`, `26h`, `1h30m`, and as the machines count them, in whole seconds. */

const secondsOf = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/** Days, hours, minutes and seconds in this order, each at most once, at least one; no spaces, no fractions. */
export const durationPattern = /^(?=\d)(?:\d{1,4}d)?(?:\d{1,5}h)?(?:\d{1,6}m)?(?:\d{1,7}s)?$/;

/** Seconds that a duration such as `1h30m` lasts, or `undefined` when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([dhms])/g)) {
    seconds += Number(count) * secondsOf[unit as keyof typeof secondsOf];
  }
  return seconds;
}

/**
 * The shortest usual way to write a whole number of seconds: `90` is `1m30s`, `93600` is `26h`, `604800` is `7d`.
 * Days appear only for whole days from two on, since an hour count up to there reads better. A negative or broken number
 * is a defect of the caller and throws a `RangeError`.
 */
export function formatDuration(seconds: number): string {
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new RangeError(`${seconds} is not a whole number of seconds`);
  if (seconds === 0) return '0s';
  if (seconds >= 2 * secondsOf.d && seconds % secondsOf.d === 0) return `${seconds / secondsOf.d}d`;
  const hours = Math.floor(seconds / secondsOf.h);
  const minutes = Math.floor((seconds % secondsOf.h) / secondsOf.m);
  const rest = seconds % secondsOf.m;
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${rest > 0 ? `${rest}s` : ''}`;
}
