import { janitorName } from '../../recovery/janitor.ts';
import type { Act } from '../truth/acts.ts';
import type { Run } from '../truth/truth.ts';
import { type Finding, type Law, type Scene, timeOf, wasTaken } from './scene.ts';

/** What one run did, from its first to its last call that changed something. */
interface Activity {
  readonly run: Run;
  readonly acts: readonly Act[];
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A call is under way for as long as the function that makes it may run: a run that was stopped or overtaken ends with it,
 * and a drill sees at its next call that a failover has taken its plan.
 */
const underWayMs = 75_000;

/** What tells, and what takes away: a drill that yields must still clean up, and every run concludes. */
const telling = new Set(['Publish', 'PutEvents', 'StartExecution', 'StopExecution']);
const tidying = /(CleanUp|Sweep|Conclude)$/;

/**
 * At most one recovery of a plan acts at any time, by what its executions did to the account. One that is refused at its
 * door does nothing; a drill whose plan a failover takes makes nothing more.
 */
export const oneRecoveryAtATime: Law = (scene) => {
  const activities = activitiesOf(scene);
  return activities.flatMap((first, place) =>
    activities
      .slice(place + 1)
      .filter(({ run }) => run.plan === first.run.plan)
      .flatMap((second) => overlapOf(first, second)),
  );
};

function activitiesOf(scene: Scene): readonly Activity[] {
  const byArn = new Map<string, { readonly run: Run; readonly acts: Act[] }>();
  for (const act of scene.truth.acts) {
    if (telling.has(act.operation) || tidying.test(act.callerArn)) continue;
    const run = scene.runOf(act);
    if (!run || !wasTaken(scene, act)) continue;
    const known = byArn.get(run.execution.arn) ?? { run, acts: [] };
    known.acts.push(act);
    byArn.set(run.execution.arn, known);
  }
  return [...byArn.values()]
    .map(({ run, acts }) => ({ run, acts, fromMs: acts[0]!.atMs, toMs: acts.at(-1)!.atMs }))
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** What the earlier one still did after the later one had begun; in each pair the one that began last is in the right. */
function overlapOf(first: Activity, second: Activity): readonly Finding[] {
  const endedAtMs = first.run.execution.stoppedAtMs ?? Number.POSITIVE_INFINITY;
  const yields = first.run.kind === 'drill' && second.run.kind === 'failover';
  // One that had ended, or must yield, or is overtaken by its own next run, may have had a call under way.
  const mayTrail = yields || endedAtMs <= second.fromMs || first.run.recovery === second.run.recovery;
  const allowedMs = mayTrail ? second.fromMs + underWayMs : second.fromMs;
  const late = first.acts.find(({ atMs }) => atMs > allowedMs);
  if (!late) return [];
  return [
    {
      atMs: late.atMs,
      plan: first.run.plan,
      message: `${first.run.execution.name} called ${late.operation} at ${timeOf(late.atMs)}, while ${second.run.execution.name} had been acting for ${first.run.plan} since ${timeOf(second.fromMs)}`,
    },
  ];
}

/** What an aborted recovery makes no more. What it has promoted is still fenced, and what a drill made is taken away. */
const making = new Set([
  'RunInstances',
  'StartInstances',
  'CreateVolume',
  'AttachVolume',
  'RestoreDBInstanceFromDBSnapshot',
  'PromoteReadReplica',
  'RegisterTargets',
  'PutParameter',
  'PutMetricData',
  'ChangeResourceRecordSets',
]);

/** A recovery that a person has aborted makes nothing more in that run, whatever its steps were about to do. */
export const abortedStops: Law = (scene) =>
  scene.plans.flatMap(({ plan }) => {
    const aborts = scene.truth
      .locks(plan)
      .filter(({ value: { abort } }) => abort !== undefined && abort.by !== janitorName);
    return aborts
      .filter(
        ({ value }, place) => aborts.findIndex((each) => each.value.abort?.at === value.abort?.at) === place,
      )
      .flatMap(({ atMs, value: { recovery, run: number = 1, abort } }) => {
        const late = scene.truth.acts.find((act) => {
          if (act.atMs <= atMs + underWayMs || !making.has(act.operation)) return false;
          const run = scene.runOf(act);
          return run?.recovery === recovery && run.run <= number && wasTaken(scene, act);
        });
        if (!late) return [];
        return [
          {
            atMs: late.atMs,
            plan,
            recovery,
            message: `${recovery} called ${late.operation} at ${timeOf(late.atMs)}, and ${abort?.by} had aborted it at ${timeOf(atMs)}`,
          },
        ];
      });
  });

/** Whatever has recovered, or is a drill that is over, has let go of its plan when its run ends: nobody else can act before. */
export const overLetsGo: Law = (scene) =>
  scene.runs.flatMap(({ plan, recovery, run, execution: { name, status, stoppedAtMs } }) => {
    if (status !== 'SUCCEEDED' || stoppedAtMs === undefined) return [];
    const lock = scene.truth.locks(plan).findLast(({ atMs }) => atMs <= stoppedAtMs)?.value;
    if (lock?.recovery !== recovery || lock.releasedAt !== undefined || (lock.run ?? 1) > run) return [];
    const message = `${name} ended well at ${timeOf(stoppedAtMs)}, and ${recovery} still held the plan ${plan}`;
    return [{ atMs: stoppedAtMs, plan, recovery, message }];
  });
