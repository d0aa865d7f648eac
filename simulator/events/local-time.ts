// A plan has these rules a second time, in recovery/practice/local-time.ts: the simulator imports no other room, so that a
// wrong rule of a plan is not carried out here by the same mistake. test/recovery/local-time.test.ts holds them together.

/** A date and time of day as clocks show them in some time zone, written as milliseconds as if it were UTC. */
export type WallMs = number;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether EventBridge Scheduler knows a time zone: it takes names as IANA writes them. */
export function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = formatOf(name).resolvedOptions();
    // Node reads names in any case, and offsets; no part of a name of IANA's begins with a small letter.
    const isWritten = name.split('/').every((part) => /^[A-Z]/.test(part));
    return isWritten && (timeZone === name || timeZone.toLowerCase() !== name.toLowerCase());
  } catch {
    return false;
  }
}

/** What the clocks of a time zone show at an instant. */
export function wallAt(atMs: number, timeZone: string): WallMs {
  const parts = formatOf(timeZone).formatToParts(atMs);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (
    ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
  ).map((type) => Number(parts.find((part) => part.type === type)?.value));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Longer than any time zone is away from UTC, and shorter than any two changes of one are apart. */
const farMs = 26 * 3_600_000;

/** The instants at which the clocks of a time zone show a time, in order: none where they skip it, two where they go back. */
export function instantsOf(wall: WallMs, timeZone: string): readonly number[] {
  const offsets = [wall - farMs, wall + farMs].map((atMs) => wallAt(atMs, timeZone) - atMs);
  return [...new Set(offsets.map((offset) => wall - offset))]
    .filter((atMs) => wallAt(atMs, timeZone) === wall)
    .sort((a, b) => a - b);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}
