import type { Plan } from '../recovery/plan/plan.ts';
import type { RecoveryKind, ResourceRef } from '../recovery/terms.ts';
import type { Evidence } from '../report/evidence.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { InventoryDifference } from '../simulator/world/inventory.ts';
import { everythingPermitted, toldAsDocumented } from './checkers/account.ts';
import { recoveredAsPlanned } from './checkers/as-planned.ts';
import { newestIsTaken } from './checkers/copies.ts';
import { outagesAreSeen, quorumStood } from './checkers/decisions.ts';
import {
  drillCallsNothingLive,
  drillHurtsNothing,
  drillMovesNoTraffic,
  drillWakesNobody,
} from './checkers/drill.ts';
import { everyEndHasAReason, everyRunEnds } from './checkers/ends.ts';
import { evidenceIsTrue } from './checkers/evidence.ts';
import { nothingPromotedUngated } from './checkers/gate.ts';
import { guardsStood } from './checkers/guards.ts';
import { drillLeavesNothing, nothingUnused } from './checkers/leftovers.ts';
import { abortedStops, oneRecoveryAtATime, overLetsGo } from './checkers/one-recovery.ts';
import { onlyWhatIsOurs } from './checkers/ownership.ts';
import { primaryLeftAlone } from './checkers/primary.ts';
import { recordIsTrue } from './checkers/record.ts';
import { recoveredServes, recoveredWrites } from './checkers/recovered.ts';
import { transientIsRetried } from './checkers/retries.ts';
import { type Finding, type Law, type Scene, sceneOf, type Violation } from './checkers/scene.ts';
import { trafficIsGivenBack, trafficServes } from './checkers/traffic.ts';
import { holdsHaveAWayOut } from './checkers/way-out.ts';
import { nobodysWritesSplit } from './checkers/writes.ts';

export { type Scene, type SceneGiven, sceneOf, type Violation } from './checkers/scene.ts';

/** One recovery and the account that it took place in: what was there before and after, and what it says of itself. */
export interface Judged {
  readonly sim: Simulator;
  readonly plan: Plan;
  readonly kind: RecoveryKind;
  readonly recovery: string;
  readonly outcome: string;
  /** Without the recovery's own ledger, which is what it leaves on purpose. */
  readonly difference: InventoryDifference;
}

/** Every law, by the name under which a violation of it is told. */
export const laws: Readonly<Record<string, Law>> = {
  drillHurtsNothing,
  everythingPermitted,
  drillCallsNothingLive,
  drillMovesNoTraffic,
  drillWakesNobody,
  primaryLeftAlone,
  toldAsDocumented,
  recoveredServes,
  recoveredWrites,
  recoveredAsPlanned,
  newestIsTaken,
  onlyWhatIsOurs,
  nobodysWritesSplit,
  trafficServes,
  trafficIsGivenBack,
  nothingPromotedUngated,
  oneRecoveryAtATime,
  abortedStops,
  overLetsGo,
  nothingUnused,
  drillLeavesNothing,
  everyRunEnds,
  transientIsRetried,
  everyEndHasAReason,
  evidenceIsTrue,
  holdsHaveAWayOut,
  quorumStood,
  guardsStood,
  outagesAreSeen,
};

/** Everything that the judges object to in an account, whatever number of plans and recoveries it has seen. */
export function judgeScene(scene: Scene): readonly Violation[] {
  return findingsIn(scene).map(({ checker, finding }) => violationOf(scene, checker, finding));
}

/**
 * What the judges object to about one recovery, and about the account that it took place in. What a drill left behind is told
 * as its leaks.
 */
export function judge(judged: Judged): readonly Violation[] {
  const { sim, difference, ...recovery } = judged;
  const scene = sceneOf({ sim, difference, recoveries: [recovery] });
  return findingsIn(scene)
    .filter(({ checker }) => checker !== 'drillLeavesNothing')
    .filter(({ finding }) => (finding.recovery ?? recovery.recovery) === recovery.recovery)
    .filter(({ finding }) => (finding.plan ?? recovery.plan.plan) === recovery.plan.plan)
    .map(({ checker, finding }) => violationOf(scene, checker, finding));
}

/** What is wrong with the record that people are shown of a recovery: it is made last, and judged after everything else. */
export function judgeRecord(judged: Judged, evidence: Evidence): readonly Violation[] {
  const { sim, difference, ...recovery } = judged;
  const scene = sceneOf({ sim, difference, recoveries: [recovery] });
  return recordIsTrue(scene, evidence).map((finding) => violationOf(scene, 'recordIsTrue', finding));
}

function findingsIn(scene: Scene): readonly { readonly checker: string; readonly finding: Finding }[] {
  return Object.entries(laws).flatMap(([checker, law]) =>
    law(scene).map((finding) => ({ checker, finding })),
  );
}

function violationOf(scene: Scene, checker: string, { atMs = scene.nowMs, message }: Finding): Violation {
  return { checker, atMs, message };
}

/** What a drill left behind, by the truth of the account. Terminated instances stay visible for an hour and do not count. */
export function leaksOf(judged: Judged): readonly ResourceRef[] {
  return judged.kind === 'drill' ? judged.difference.created : [];
}
