import { stepBoundSeconds } from '../../recovery/bounds.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { Run } from '../truth/truth.ts';
import { type Finding, type Law, type Scene, timeOf } from './scene.ts';

/** What is done after the bound of a recovery: it is cleaned up, looked over and concluded, each within its own bound. */
const afterwards = ['cleanup', 'sweep', 'conclude'] as const;
/** The last look of a step before its bound, and a state's own time-outs and retries. */
const slackSeconds = 1800;
/** The janitor looks each five minutes; it starts another run, and that one concludes. */
const janitorMs = 30 * 60_000;

/** Every run of every recovery ends, within what its plan allows and what comes after it. */
export const everyRunEnds: Law = (scene) =>
  scene.runs.flatMap((run) => {
    const { startedAtMs, stoppedAtMs, name } = run.execution;
    const boundSeconds = boundOf(scene, run);
    const seconds = ((stoppedAtMs ?? scene.nowMs) - startedAtMs) / 1000;
    if (seconds <= boundSeconds) return [];
    const how = stoppedAtMs === undefined ? 'has been running for' : 'took';
    return [
      found(run, `${name} ${how} ${Math.round(seconds)} s, more than the ${boundSeconds} s that it may`),
    ];
  });

function boundOf({ plans }: Scene, { plan: name, kind }: Run): number {
  const plan = plans.find((each) => each.plan === name);
  if (!plan) return slackSeconds;
  const own = kind === 'drill' ? plan.drill.maxDurationSeconds : plan.maxDurationSeconds;
  const after = afterwards.reduce((sum, step) => sum + stepBoundSeconds(step, plan, kind), 0);
  return own + after + slackSeconds;
}

/**
 * Every run that has ended has its word in the ledger: how it ended, and for a bad end why, and what a person can do. What
 * no Catch saw is concluded by a later run, once the janitor is awake.
 */
export const everyEndHasAReason: Law = (scene) => {
  const isTidied = scene.sim
    .region(scene.truth.watched.recoveryRegion)
    .lambda.invocations.some(({ functionName }) => functionName.endsWith('-janitor'));
  return scene.runs.flatMap((run): readonly Finding[] => {
    const { stoppedAtMs, status, name } = run.execution;
    if (stoppedAtMs === undefined) return [];
    const words = scene.truth.versions<RunEvidence>(ledgerKeys.evidence(run.plan, run.recovery));
    const word = words.findLast(({ value }) => value.run >= run.run)?.value;
    if (word) return incomplete(run, word);
    const isLate = isTidied && scene.nowMs > stoppedAtMs + janitorMs;
    if (status !== 'SUCCEEDED' && !isLate) return [];
    // Whoever stopped it knows why, and it had not begun.
    if (status === 'ABORTED' && !hasHeldThePlan(scene, run)) return [];
    return [found(run, `${name} ended ${status} at ${timeOf(stoppedAtMs)}, and nothing says why`)];
  });
};

function hasHeldThePlan({ truth }: Scene, { plan, recovery }: Run): boolean {
  return truth.locks(plan).some(({ value }) => value.recovery === recovery);
}

function incomplete(run: Run, { outcome, reason, unblock }: RunEvidence): readonly Finding[] {
  const isGood = outcome === 'recovered' || outcome === 'drilled';
  const lacks = [...(reason ? [] : ['a reason']), ...(unblock ? [] : ['a way out'])];
  if (isGood || lacks.length === 0) return [];
  return [found(run, `${run.execution.name} is ${outcome} without ${lacks.join(' and ')}`)];
}

function found({ recovery, plan, execution }: Run, message: string): Finding {
  return {
    recovery,
    plan,
    message,
    ...(execution.stoppedAtMs !== undefined && { atMs: execution.stoppedAtMs }),
  };
}
