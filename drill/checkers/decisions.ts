import type { Verdict } from '../../recovery/deciding/observation.ts';
import type { IncidentRecord } from '../../recovery/ledger.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { vantagesOf } from '../../recovery/signals/probes.ts';
import type { PlacesDown } from '../truth/signals.ts';
import { type Finding, type Law, type Scene, timeOf } from './scene.ts';

/** From the look that decided to the start of what it decided: an invocation with its retries. */
const decidedMs = 150_000;

/** What recovers by itself was seen down from as many places as its plan asks for, when that was decided. */
export const quorumStood: Law = (scene) =>
  scene.runs
    .filter(({ kind, run }) => kind === 'failover' && run === 1)
    // Whoever starts an execution of the same run once more decides nothing.
    .filter(({ recovery }, place, all) => all.findIndex((each) => each.recovery === recovery) === place)
    .flatMap(({ plan: name, recovery, execution: { startedAtMs } }): readonly Finding[] => {
      const plan = scene.plans.find((each) => each.plan === name);
      if (!plan || !isAutomatic(scene, name, recovery)) return [];
      const seen = scene.truth.signals.filter(
        ({ plan: of, atMs }) => of === name && atMs <= startedAtMs && atMs >= startedAtMs - decidedMs,
      );
      const most = Math.max(0, ...seen.map(({ places }) => places.length));
      const witnessed = seen.some(({ places }) => places.some((place) => place !== 'AWS Health'));
      if (most >= plan.trigger.quorum && witnessed) return [];
      const says = [...new Set(seen.flatMap(({ places }) => places))].join(', ') || 'nowhere';
      return [
        {
          atMs: startedAtMs,
          plan: name,
          recovery,
          message: `${recovery} began by itself at ${timeOf(startedAtMs)}, and ${plan.regions.primary} was seen down from ${says} only, where the plan asks for ${plan.trigger.quorum} places`,
        },
      ];
    });

/** Whether a recovery was begun for an incident, not by a person. */
export function isAutomatic({ truth }: Scene, plan: string, recovery: string): boolean {
  return truth
    .versions<IncidentRecord>(ledgerKeys.incident(plan))
    .some(({ value }) => value.incident?.recovery === recovery);
}

/** How long an outage may stand before somebody has acted on it, beyond what its plan wants confirmed. */
const unseenMs = 300_000;
/** Two looks further apart than this do not tell what stood in between. */
const gapMs = 150_000;
/** What was begun for the same outage before all its signals stood. */
const earlierMs = 3_600_000;

/**
 * Where every probe of a plan and as many places as it asks for stand at down, a recovery begins, or a guard says to people
 * why not. Asked only where nothing strikes those who look.
 */
export const outagesAreSeen: Law = (scene) => {
  if (!scene.isCalm) return [];
  return scene.plans
    .filter(({ trigger }) => trigger.signals.probes !== undefined)
    .flatMap((plan) =>
      stretchesOf(scene, plan)
        .filter(([fromMs, toMs]) => toMs - fromMs > plan.trigger.confirmSeconds * 1000 + unseenMs)
        .filter(([fromMs, toMs]) => !wasActedOn(scene, plan.plan, fromMs - earlierMs, toMs))
        .map(([fromMs, toMs]) => ({
          atMs: fromMs,
          plan: plan.plan,
          message: `${plan.plan} was seen down by everybody from ${timeOf(fromMs)} to ${timeOf(toMs)}, and nobody did anything or said why not`,
        })),
    );
};

/** The times in which everybody saw the primary down. */
function stretchesOf({ truth }: Scene, plan: Plan): readonly (readonly [number, number])[] {
  const stretches: [number, number][] = [];
  let open: [number, number] | undefined;
  for (const seen of truth.signals.filter((each) => each.plan === plan.plan)) {
    if (!standsEverywhere(plan, seen)) open = undefined;
    else if (open && seen.atMs - open[1] <= gapMs) open[1] = seen.atMs;
    else {
      open = [seen.atMs, seen.atMs];
      stretches.push(open);
    }
  }
  return stretches;
}

function standsEverywhere(plan: Plan, { places }: PlacesDown): boolean {
  return places.length >= plan.trigger.quorum && vantagesOf(plan).every((from) => places.includes(from));
}

function wasActedOn({ runs, truth }: Scene, plan: string, fromMs: number, toMs: number): boolean {
  const began = runs.some(
    ({ kind, plan: of, execution: { startedAtMs, stoppedAtMs = Number.POSITIVE_INFINITY } }) =>
      kind === 'failover' && of === plan && startedAtMs <= toMs && stoppedAtMs >= fromMs,
  );
  const said = truth
    .under<Verdict>(ledgerKeys.lastDecision(plan).replace(/[^/]*$/, ''))
    .some(
      ({ atMs, value }) =>
        value.decision === 'hold' && value.unblock !== null && atMs >= fromMs && atMs <= toMs,
    );
  return began || said;
}
