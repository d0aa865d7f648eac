import { tagKeys } from '../../recovery/identity.ts';
import { type ActiveRecord, type ApprovalRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { OrderGiven } from '../../report/operator.ts';
import type { Act } from '../truth/acts.ts';
import type { Run } from '../truth/truth.ts';
import { type JudgedRecovery, type Law, runsOf, type Scene, wasTaken } from './scene.ts';

/** A recovery's own record of its last run, and what the simulator knows of it. */
interface Claimed {
  readonly scene: Scene;
  readonly plan: Plan;
  readonly evidence: RunEvidence;
  readonly runs: readonly Run[];
  /** The run that the record is of. */
  readonly run: Run;
  /** What all its runs did, as far as AWS took it. */
  readonly acts: readonly Act[];
}

/** Whoever is told of a time in whole seconds rounds it. */
const roundingMs = 1000;
/** An invocation that has begun goes on until its own time-out, although somebody stops its execution. */
const goesOnMs = 60_000;

/** The evidence says what happened, no more and no less: each claim is held against the truth, and the truth against it. */
export const evidenceIsTrue: Law = (scene) =>
  scene.recoveries.flatMap((judged) => {
    const claimed = claimedBy(scene, judged);
    if (!claimed) return [];
    const { recovery, plan } = judged;
    const lies = [
      ...aboutItsEnd(claimed),
      ...aboutResources(claimed),
      ...aboutDatabases(claimed),
      ...aboutTraffic(claimed),
      ...aboutPeople(claimed),
    ];
    return lies.map((message) => ({
      recovery,
      plan: plan.plan,
      message: `the evidence of ${recovery} ${message}`,
    }));
  });

function claimedBy(scene: Scene, { recovery, plan }: JudgedRecovery): Claimed | undefined {
  const evidence = scene.truth.read<RunEvidence>(ledgerKeys.evidence(plan.plan, recovery));
  const runs = runsOf(scene, recovery);
  const run = evidence && actingIn(scene, plan, runs, evidence.run);
  if (!evidence || !run || run.execution.status === 'RUNNING') return undefined;
  const acts = scene.truth.acts.filter(
    (act) => scene.runOf(act)?.recovery === recovery && wasTaken(scene, act),
  );
  return { scene, plan, evidence, runs, run, acts };
}

/** Of several executions of one run the one that took the plan's lock under its name, if any did. */
function actingIn(scene: Scene, plan: Plan, runs: readonly Run[], run: number): Run | undefined {
  const ofRun = runs.filter((each) => each.run === run);
  const names = new Set(scene.truth.locks(plan.plan).map(({ value }) => value.execution));
  return ofRun.find(({ execution }) => names.has(execution.name)) ?? ofRun[0];
}

function aboutItsEnd({ scene, evidence, run }: Claimed): readonly string[] {
  const { status, startedAtMs, stoppedAtMs = Number.POSITIVE_INFINITY } = run.execution;
  const isGood = evidence.outcome === 'recovered' || evidence.outcome === 'drilled';
  const skewMs = scene.truth.skewMsIn(startedAtMs, stoppedAtMs);
  const lateMs = (status === 'ABORTED' ? goesOnMs : roundingMs) + skewMs;
  const [saysStartMs, saysEndMs] = [Date.parse(evidence.startedAt), Date.parse(evidence.endedAt)];
  return [
    ...(isGood && status === 'FAILED' ? [`says ${evidence.outcome}, and its execution ${status}`] : []),
    ...(!isGood && status === 'SUCCEEDED' ? [`says ${evidence.outcome}, and its execution succeeded`] : []),
    ...(evidence.kind === run.kind
      ? []
      : [`says that it is a ${evidence.kind}, and the machine is of a ${run.kind}`]),
    ...(Math.abs(saysStartMs - startedAtMs) <= roundingMs
      ? []
      : [
          `says that it began at ${evidence.startedAt}, and it did at ${new Date(startedAtMs).toISOString()}`,
        ]),
    ...(saysEndMs >= startedAtMs && saysEndMs <= stoppedAtMs + lateMs
      ? []
      : [`says that it ended at ${evidence.endedAt}, which is not within its run`]),
  ];
}

/** What is named is there, and what is there is named. A drill's copies are gone by then. */
function aboutResources({ scene, evidence, plan, run }: Claimed): readonly string[] {
  if (evidence.kind !== 'failover') return [];
  const { ec2, ssm } = scene.sim.region(plan.regions.recovery);
  const ours = evidence.resources.filter(({ region }) => region === plan.regions.recovery);
  const isThere = (type: string, id: string): boolean => {
    switch (type) {
      case 'instance':
        return ec2.instances.has(id) || scene.truth.terminated.has(id);
      case 'volume':
        return ec2.volumes.has(id) || scene.truth.failedVolumes.has(id);
      case 'command':
        return ssm.commands.find(id) !== undefined;
      default:
        return true;
    }
  };
  const invented = ours
    .filter(({ type, id }) => !isThere(type, id))
    .map(({ type, id }) => `names the ${type} ${id}, which there is not`);
  if (evidence.outcome !== 'recovered') return invented;
  const named = new Set([...ours, ...evidence.surplus].map(({ id }) => id));
  const made = [
    ...[...ec2.instances.values()].filter(({ state }) => state === 'running'),
    // The root volume of a server goes with it, and is named with it.
    ...[...ec2.volumes.values()].filter(
      ({ state, tags }) => state === 'in-use' && tags[tagKeys.item]?.startsWith('volumes.') === true,
    ),
  ];
  const silent = made
    .filter(({ id, tags }) => tags[tagKeys.recovery] === run.recovery && !named.has(id))
    .map(({ id }) => `does not name ${id}, which it made`);
  return [...invented, ...silent];
}

function aboutDatabases({ scene, evidence, plan, runs, acts }: Claimed): readonly string[] {
  if (evidence.kind !== 'failover') return [];
  const arns = new Set(runs.map(({ execution }) => execution.arn));
  const promoted = new Map(
    scene.truth.promotions
      .filter(({ act }) => acts.includes(act) && arns.has(scene.runOf(act)?.execution.arn ?? ''))
      .map((seen) => [seen.replica, seen]),
  );
  const { rds } = scene.sim.region(plan.regions.recovery);
  const isDone = evidence.steps.some(({ name, status }) => name === 'databases' && status === 'done');
  const named = new Set(evidence.resources.map(({ id }) => id));
  const untrue = plan.databases
    .filter(({ replica }) => isDone && !promoted.has(replica) && rds.instances.get(replica)?.replicaSource)
    .map(({ replica }) => `says that its databases are done, and ${replica} is still a replica`);
  const unsaid = [...promoted.keys()]
    .filter((replica) => evidence.outcome === 'recovered' && !named.has(replica))
    .map((replica) => `does not name ${replica}, which it promoted`);
  const losses = plan.databases.flatMap(({ name, replica }) => {
    const loss = evidence.dataLoss.find(({ item }) => item === `databases.${name}`);
    const at = / at (\S+?Z)/.exec(loss?.basis ?? '')?.[1];
    const measured = at === undefined ? undefined : promoted.get(replica)?.lagAt(Date.parse(at));
    const { leastSeconds, mostSeconds = 0 } = loss ?? {};
    if (measured === undefined || leastSeconds === undefined) return [];
    const isTrue = leastSeconds <= measured + 0.001 && mostSeconds >= measured - 0.001;
    return isTrue
      ? []
      : [`says that ${replica} lost ${leastSeconds} s to ${mostSeconds} s, and it was ${measured} s behind`];
  });
  return [...untrue, ...unsaid, ...losses];
}

const moving = new Set(['PutMetricData', 'ChangeResourceRecordSets']);

function aboutTraffic({ evidence, plan, acts }: Claimed): readonly string[] {
  if (plan.traffic.length === 0 || evidence.kind !== 'failover') return [];
  const isDone = evidence.steps.some(({ name, status }) => name === 'traffic' && status === 'done');
  const hasMoved = acts.some(
    ({ operation, callerArn }) => moving.has(operation) && /Traffic$/.test(callerArn),
  );
  const isNamed = evidence.resources.some(({ type }) => type === 'trafficMetric' || type === 'recordSet');
  const mustMove = plan.traffic.some(({ via }) => via === 'healthCheck');
  return [
    ...(isDone && mustMove && !hasMoved ? ['says that traffic was moved, and nobody moved it'] : []),
    ...(hasMoved && evidence.outcome === 'recovered' && !isNamed
      ? ['does not say that it moved traffic']
      : []),
  ];
}

/** Whoever orders a run that somebody else has ordered, and that has not begun, only starts it: the first word counts. */
function firstToContinue(locks: readonly ActiveRecord[], { recovery, run, by }: OrderGiven): string | null {
  const lock = locks.find((each) => each.recovery === recovery && each.continued?.run === run);
  return lock?.continued?.by ?? by;
}

/** Who took what upon themselves, by the objects that only they can have written; and what they ordered. */
function aboutPeople({ scene, evidence, plan, run }: Claimed): readonly string[] {
  const approvals = scene.truth.under<ApprovalRecord>(ledgerKeys.approvals(plan.plan, run.recovery));
  const invented = evidence.overrides
    .filter(({ by }) => !approvals.some(({ key }) => key.endsWith(`/${by}.json`)))
    .map(({ by, code }) => `says that ${by} overrode ${code}, who has approved nothing`);
  const locks = scene.truth.locks(plan.plan).map(({ value }) => value);
  const aborted = evidence.orders.filter(({ order }) => order === 'aborted');
  const wasAborted = (by: string) =>
    locks.some((lock: ActiveRecord) => lock.recovery === run.recovery && lock.abort?.by === by);
  const unordered = aborted
    .filter(({ by }) => !wasAborted(by))
    .map(({ by }) => `says that ${by} aborted it, who has not`);
  const endMs = Date.parse(evidence.endedAt);
  const unheard = scene.orders
    .filter(
      ({ isDone, recovery, at, by }) =>
        isDone && by !== null && recovery === run.recovery && Date.parse(at) < endMs - 120_000,
    )
    .filter((given) => {
      const { command } = given;
      const order = command === 'continue' ? 'continued' : command === 'abort' ? 'aborted' : undefined;
      const by = order === 'continued' ? firstToContinue(locks, given) : given.by;
      return order !== undefined && !evidence.orders.some((each) => each.order === order && each.by === by);
    })
    .map(({ command, by }) => `does not say that ${by} gave the order ${command}`);
  return [...invented, ...unordered, ...unheard];
}
