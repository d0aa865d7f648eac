import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Entered, Outcome } from './outcome.ts';

/** Why moto's engine differs where it is moto that is wrong, or that cannot know better. */
export interface Reason {
  readonly why: string;
  /** Where AWS says what is right. */
  readonly source: string;
  /** What of moto's outcome differs, by the machine's name. A member that is `null` is not there; `ANY` differs each time. */
  readonly machines: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const reasons = JSON.parse(
  readFileSync(join(import.meta.dirname, 'deviations.json'), 'utf8'),
) as readonly Reason[];

/** What is known to differ, by the machine's name. */
export const deviations: ReadonlyMap<string, Reason['machines'][string]> = new Map(
  reasons.flatMap(({ machines }) => Object.entries(machines)),
);

/** The members of two outcomes that differ, as moto has them. */
export function differences(ours: Outcome, theirs: Outcome): Record<string, unknown> {
  const [a, b]: Record<string, unknown>[] = [{ ...ours }, { ...theirs }];
  const members = [...new Set([...Object.keys(a!), ...Object.keys(b!)])].sort();
  return Object.fromEntries(
    members
      .filter((member) => !isDeepStrictEqual(a![member], b![member]))
      .filter((member) => member !== 'entered' || !ours.brokeOff || !agree(ours.entered, theirs.entered))
      .map((member) => [member, b![member] ?? null]),
  );
}

/** Whether two orders of states are the same as far as both go; the machine's own strand goes to its end in both. */
function agree(ours: Entered, theirs: Entered): boolean {
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].every((strand) => {
    const [a = [], b = []] = [ours[strand], theirs[strand]];
    const length = strand === '/' ? Math.max(a.length, b.length) : Math.min(a.length, b.length);
    return isDeepStrictEqual(a.slice(0, length), b.slice(0, length));
  });
}

/** What of the difference between two outcomes nobody has explained, and what was explained and is no more. */
export function unexplained(name: string, found: Record<string, unknown>): string | undefined {
  const known = deviations.get(name) ?? {};
  const expected = Object.fromEntries(
    Object.entries(known).map(([member, value]) => [
      member,
      value === 'ANY' && member in found ? found[member] : value,
    ]),
  );
  if (isDeepStrictEqual(found, expected)) return undefined;
  return `${name}: moto differs by ${JSON.stringify(found)}, and known is ${JSON.stringify(expected)}`;
}
