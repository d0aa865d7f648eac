import { worldOf } from '../../simulator/world/placed.ts';
import type { Split } from '../../simulator/world/split.ts';
import { isPerson } from '../truth/acts.ts';
import { type Law, type Scene, timeOf } from './scene.ts';

/**
 * How long both sides may take writes, once both are in reach: a fence is tried again each minute, and RDS needs about one
 * more until replaced security groups hold.
 */
const splitMsMost = 3 * 60_000;

/** How long before a split a person's own call is taken for its cause: an instance boots, and connects. */
const causeMs = 15 * 60_000;

/**
 * Never two databases that both take the application's writes: once a replica was promoted, the old primary is cut off
 * within minutes of being in reach. What a person starts again there, after the fence has held, is theirs.
 */
export const nobodysWritesSplit: Law = (scene) => {
  if (!scene.plans.some(({ fence }) => fence !== undefined)) return [];
  return worldOf(scene.sim)
    .splits.splits.filter(({ fromMs, toMs }) => toMs - fromMs > splitMsMost)
    .filter((split) => !wasMadeByAPerson(scene, split))
    .map(({ fromMs, toMs, says }) => ({
      atMs: fromMs,
      ...ownerOf(scene, says),
      message: `${says}, ${Math.round((toMs - fromMs) / 1000)} s long from ${timeOf(fromMs)} to ${timeOf(toMs)}, while its replica was promoted`,
    }));
};

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
