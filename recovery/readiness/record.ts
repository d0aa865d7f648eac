import type { Plan } from '../plan/plan.ts';
import { type Instant, secondsBetween } from '../terms.ts';
import { list, type ReadinessFinding, type ReadinessStatus } from './finding.ts';

/** What the last check of a plan found, as it lies in the ledger. */
export interface ReadinessRecord {
  readonly at: Instant;
  /** The plan that was checked: what was found of another one says nothing. */
  readonly planHash: string;
  readonly findings: readonly ReadinessFinding[];
  /** Names of what people were told is bad, and not yet that it is well again. */
  readonly told: readonly string[];
}

/** Three checks of half an hour: an older record says nothing of now. */
const freshSeconds = 90 * 60;

/**
 * Why a recovery decided now would fail for certain, as sentences. A record that is old, or of another version of the plan,
 * objects to nothing: a hold in a real outage must be worth it.
 */
export function unreadyOf(record: ReadinessRecord | undefined, plan: Plan, now: Instant): readonly string[] {
  if (!record || record.planHash !== plan.hash || secondsBetween(record.at, now) > freshSeconds) return [];
  return record.findings.flatMap(({ name, detail, prevents }) => (prevents ? [`${name}: ${detail}`] : []));
}

/** What people are to be told after a check, and what they know then. */
export interface ReadinessChange {
  /** Bad now, and not told yet. */
  readonly worse: readonly ReadinessFinding[];
  /** Names of what was told as bad, and is not any more. */
  readonly mended: readonly string[];
  readonly told: readonly string[];
}

/**
 * Compares a check with what people know. What became unreadable neither mends nor worsens; of what is not there any more
 * it is said only where everything could be read. During an incident nothing counts as worse: that a dead primary makes no
 * snapshots and its replica falls behind is what a recovery is for, and what keeps it from starting is told by its hold.
 */
export function readinessChange(
  before: ReadinessRecord | undefined,
  findings: readonly ReadinessFinding[],
  { isIncident }: { readonly isIncident: boolean },
): ReadinessChange {
  const known = new Set(before?.told ?? []);
  const worst = worstByName(findings);
  const isWhole = findings.every(({ status }) => status !== 'unknown');
  const news = [...worst.values()].filter(({ name, status }) => status === 'bad' && !known.has(name));
  const worse = isIncident ? [] : news;
  const mended = [...known].filter((name) => {
    const status = worst.get(name)?.status;
    return status === undefined ? isWhole : status === 'ok' || status === 'warning';
  });
  const still = [...known].filter((name) => !mended.includes(name));
  return { worse, mended, told: [...still, ...worse.map(({ name }) => name)].sort() };
}

const rank: Readonly<Record<ReadinessStatus, number>> = { ok: 0, warning: 1, unknown: 2, bad: 3 };

function worstByName(findings: readonly ReadinessFinding[]): ReadonlyMap<string, ReadinessFinding> {
  const worst = new Map<string, ReadinessFinding>();
  for (const finding of findings) {
    const other = worst.get(finding.name);
    if (!other || rank[finding.status] > rank[other.status]) worst.set(finding.name, finding);
  }
  return worst;
}

/** How often a plan is checked; the function is woken more often than that (`serverless.yml`). */
const everySeconds = 1800;
/** Woken a little early or late, it is the same half hour. */
const slackSeconds = 60;

/**
 * Whether a plan is to be checked now. While an incident is open and something keeps its recovery from starting, it is at
 * each wake-up: whoever mends that in an outage does not wait for half an hour.
 */
export function isDue(
  record: ReadinessRecord | undefined,
  plan: Plan,
  now: Instant,
  { isIncident }: { readonly isIncident: boolean },
): boolean {
  if (!record || record.planHash !== plan.hash) return true;
  if (isIncident && unreadyOf(record, plan, now).length > 0) return true;
  return secondsBetween(record.at, now) >= everySeconds - slackSeconds;
}

/** One sentence for people about a change. */
export function sayChange(plan: string, { worse, mended }: ReadinessChange): string {
  const bads = worse.map(({ name, detail }) => `${name}: ${detail}`);
  const parts = [
    ...(bads.length > 0 ? [`${plan} is not ready: ${bads.slice(0, 6).join('. ')}`] : []),
    ...(bads.length > 6 ? [`and ${bads.length - 6} more`] : []),
    ...(mended.length > 0 ? [`well again: ${list(mended, 8)}`] : []),
  ];
  return parts.join('. ');
}
