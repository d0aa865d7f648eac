import {
  type ApprovalRecord,
  type IncidentRecord,
  ledgerKeys,
  type OpenedRecord,
  type RequestRecord,
} from '../../recovery/ledger.ts';
import type { DatabaseItem, Plan } from '../../recovery/plan/plan.ts';
import type { StepRecord } from '../../recovery/step.ts';
import { isPerson } from '../truth/acts.ts';
import type { PromotionSeen, Run } from '../truth/truth.ts';
import { type Finding, type Law, type Scene, timeOf, wasTaken } from './scene.ts';
import { isOfTheApplication } from './traffic.ts';

/** A promotion that AWS took, and whose it was. */
interface Promotion extends PromotionSeen {
  readonly run: Run;
  readonly plan: Plan;
  readonly item: DatabaseItem;
}

/** A primary that has answered for this long must be known to whoever promotes: probes ask each minute, from far away. */
const answersMs = 240_000;
/** Minutes of lag that are looked at before the onset: three teeth of an idle PostgreSQL. */
const lookBackMinutes = 15;
/** The last sample before the onset may be this old. */
const freshMinutes = 3;
const minuteMs = 60_000;

/**
 * Nothing is promoted without its gate: it has let this very run through, and what the simulator knows speaks for it, or
 * enough people have taken it upon themselves, in their own names.
 */
export const nothingPromotedUngated: Law = (scene) =>
  scene.truth.promotions
    .filter(({ act }) => wasTaken(scene, act) && !isPerson(act))
    .flatMap((seen) => {
      const say = (why: string): Finding => ({
        atMs: seen.act.atMs,
        message: `${seen.replica} was promoted at ${timeOf(seen.act.atMs)}, ${why}`,
      });
      const run = scene.runOf(seen.act);
      if (run?.kind !== 'failover') return [say('and no failover did it')];
      const plan = scene.plans.find((each) => each.plan === run.plan);
      const item = plan?.databases.find(({ replica }) => replica === seen.replica);
      if (!plan || !item) return [say(`and the plan ${run.plan} does not name it`)];
      const promotion = { ...seen, run, plan, item };
      return objectionsTo(scene, promotion).map((why) => ({
        ...say(why),
        recovery: run.recovery,
        plan: run.plan,
      }));
    });

function objectionsTo(scene: Scene, promotion: Promotion): readonly string[] {
  const { plan, run } = promotion;
  const { people } = plan.trigger.approval;
  const isAutomatic = incidentOf(scene, promotion) !== undefined;
  const asks = plan.trigger.mode === 'approve' && (isAutomatic || people > 1);
  const approved = (code?: string) => hasApproved(scene, promotion, isAutomatic, code);
  const lag = lagProblem(scene, promotion);
  return [
    ...(gatePassed(scene, promotion) ? [] : [`and the gate of run ${run.run} had not let it through`]),
    ...(asks && !approved() ? [`and ${people} people had not approved it`] : []),
    ...(lag && !lag.codes.some(approved) ? [lag.says] : []),
    ...(isAutomatic &&
    primaryAnswers(scene, promotion) &&
    !['PrimaryAnswers', 'ProbesUnreadable'].some(approved)
      ? [`and ${plan.regions.primary} had served its users for minutes`]
      : []),
  ];
}

/** By the versions in the bucket, which nobody can date back. */
function gatePassed({ truth }: Scene, { act, run }: Promotion): boolean {
  return truth
    .versions<StepRecord>(ledgerKeys.step(run.plan, run.recovery, 'gate'))
    .some(({ atMs, value }) => atMs <= act.atMs && value.run === run.run && value.status === 'done');
}

function incidentOf({ truth }: Scene, { run }: Promotion) {
  return truth
    .versions<IncidentRecord>(ledgerKeys.incident(run.plan))
    .findLast(({ value }) => value.incident?.recovery === run.recovery)?.value.incident;
}

/** Whether as many people as the plan asks for said yes in time, each under a key of their own. */
function hasApproved(
  { truth }: Scene,
  { run, plan, act }: Promotion,
  isAutomatic: boolean,
  code?: string,
): boolean {
  const inTime = ({ atMs }: { readonly atMs: number }) => atMs <= act.atMs;
  const prefix = ledgerKeys.approvals(run.plan, run.recovery);
  const requests = truth.under<RequestRecord>(ledgerKeys.requests(run.plan, run.recovery)).filter(inTime);
  const requesters = isAutomatic ? [] : requests.map(({ key }) => nameOf(key));
  const voters = truth
    .under<ApprovalRecord>(prefix)
    .filter(({ key }) => !key.slice(prefix.length).includes('/') && !requesters.includes(nameOf(key)))
    .filter(({ key }) => wasApproved(truth.versions<ApprovalRecord>(key).filter(inTime), code));
  const isUnknown = !isAutomatic && requesters.length === 0;
  return voters.length >= plan.trigger.approval.people + (isUnknown ? 1 : 0);
}

function wasApproved(
  versions: readonly { readonly value: ApprovalRecord }[],
  code: string | undefined,
): boolean {
  return versions.some(({ value }) => code === undefined || value.overrides.includes(code));
}

const nameOf = (key: string) => key.slice(key.lastIndexOf('/') + 1).replace(/\.json$/, '');

/** What the replica was behind before the onset, as RDS measured it: too much, or unknown. */
function lagProblem(
  scene: Scene,
  promotion: Promotion,
): { readonly codes: readonly string[]; readonly says: string } | undefined {
  const { item, lagAt, run } = promotion;
  const onset = incidentOf(scene, promotion)?.onset ?? openedBy(scene, run);
  if (onset === undefined) return undefined;
  const onsetMs = Date.parse(onset);
  const samples = Array.from({ length: lookBackMinutes }, (_, ago) => lagAt(onsetMs - (ago + 1) * minuteMs));
  const last = samples.slice(0, freshMinutes).filter((seconds) => seconds !== undefined);
  const best = Math.min(...last.filter((seconds) => seconds >= 0));
  if (best <= item.maxLagSeconds || isSawTooth(samples)) return undefined;
  const says = Number.isFinite(best)
    ? `and had been ${Math.round(best)} s behind before ${onset}, more than ${item.maxLagSeconds} s`
    : `and nobody knew how far it had been behind before ${onset}`;
  return { codes: ['LagTooHigh', 'LagUnknown', 'ReplicationBroken'], says };
}

function openedBy({ truth }: Scene, { plan, recovery }: Run): string | undefined {
  const opened = truth.read<OpenedRecord>(ledgerKeys.opened(plan, recovery));
  return opened && (opened.onset ?? opened.openedAt);
}

/** An idle source draws teeth of five minutes: the lag falls to next to nothing from time to time, and never rises above. */
function isSawTooth(samples: readonly (number | undefined)[]): boolean {
  const known = samples.filter((seconds) => seconds !== undefined);
  return known.length > 6 && Math.max(...known) <= 300 && Math.min(...known) <= 60 && Math.min(...known) >= 0;
}

/** Whether the primary had served its users without a break for minutes: looks of the simulator's own, not probes. */
function primaryAnswers(scene: Scene, { plan, act }: Promotion): boolean {
  if (!isOfTheApplication(scene, plan)) return false;
  return scene.truth.health.some(
    ({ region, healthy, fromMs, toMs }) =>
      region === plan.regions.primary &&
      healthy &&
      fromMs <= act.atMs - answersMs &&
      toMs >= act.atMs - minuteMs / 2,
  );
}
