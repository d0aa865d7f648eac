import { worldOf } from '../../simulator/world/placed.ts';
import type { Split } from '../../simulator/world/split.ts';
import { isPerson } from '../truth/acts.ts';
import { type Law, type Scene, type Span, timeOf } from './scene.ts';

/**
 * How long both sides may take writes, once both are in reach and Lifeboat can act: a fence is tried again each minute, and
 * RDS needs about one more until replaced security groups hold.
 */
const splitMsMost = 3 * 60_000;

/** The same where something strikes the calls of Lifeboat itself: throttled or late, a try or three come to nothing. */
const struckSplitMsMost = 6 * 60_000;

/** How long before a split a person's own call is taken for its cause: an instance boots, and connects. */
const causeMs = 15 * 60_000;

/**
 * Never two databases that both take the application's writes: once a replica was promoted, the old primary is cut off
 * within minutes of being in reach. Without its ledger, Lifeboat can neither know that something was promoted nor write down
 * what a fence takes away, and in a Region that answers nothing it cannot act: that time does not count. What a person starts again there, after the fence has held, is theirs.
 */
export const nobodysWritesSplit: Law = (scene) => {
  if (!scene.plans.some(({ fence }) => fence !== undefined)) return [];
  return worldOf(scene.sim)
    .splits.splits.filter((split) => actableMs(split, scene.silenced) > mostMsOf(split, scene.struck))
    .filter((split) => !wasMadeByAPerson(scene, split))
    .map(({ fromMs, toMs, says }) => ({
      atMs: fromMs,
      ...ownerOf(scene, says),
      message: `${says}, ${Math.round((toMs - fromMs) / 1000)} s long from ${timeOf(fromMs)} to ${timeOf(toMs)}, while its replica was promoted`,
    }));
};

function mostMsOf({ fromMs, toMs }: Span, struck: readonly Span[]): number {
  const isStruck = struck.some((each) => each.fromMs < toMs && each.toMs > fromMs);
  return isStruck ? struckSplitMsMost : splitMsMost;
}

/** How much of a span Lifeboat could act in. */
function actableMs({ fromMs, toMs }: Span, silenced: readonly Span[]): number {
  const inOrder = silenced.toSorted((one, other) => one.fromMs - other.fromMs);
  let [countedMs, untilMs] = [0, fromMs];
  for (const each of inOrder) {
    countedMs += Math.max(0, Math.min(each.fromMs, toMs) - untilMs);
    untilMs = Math.max(untilMs, each.toMs);
  }
  return countedMs + Math.max(0, toMs - untilMs);
}

function wasMadeByAPerson({ truth, plans }: Scene, { fromMs }: Split): boolean {
  const primaries = new Set(plans.map(({ regions }) => regions.primary));
  return truth.acts.some(
    (act) => isPerson(act) && primaries.has(act.region) && act.atMs <= fromMs && act.atMs > fromMs - causeMs,
  );
}

/** The plan whose fence names the old database, where one does: the others' recoveries have no part in it. */
function ownerOf({ plans }: Scene, says: string): { readonly plan?: string } {
  const named = new Set(says.split(' '));
  const fenced = plans.find(({ fence }) => fence?.databases.some((id) => named.has(id)));
  return fenced ? { plan: fenced.plan } : {};
}
