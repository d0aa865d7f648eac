import { type Identity, tagKeys } from '../identity.ts';
import type { Plan } from '../plan/plan.ts';
import type { StepRecord } from '../step.ts';
import {
  type Instant,
  type RecoveryKind,
  type RecoveryOutcome,
  type RecoveryScope,
  type ResourceRef,
  type StepName,
  secondsBetween,
  stepNames,
} from '../terms.ts';
import type { Override } from './approval.ts';
import { lossOf, type MeasuredLag } from './lag.ts';
import type { SurplusResource } from './surplus.ts';

/** How much of an item's data a recovery loses, counted back from the onset, with what it was measured by. */
export interface DataLoss {
  readonly item: string;
  /** Both undefined when nothing measured it: unknown is not fine. */
  readonly leastSeconds?: number;
  readonly mostSeconds?: number;
  readonly basis: string;
  readonly allowedSeconds: number;
}

/** What is concluded about one run, and kept as `evidence.json` beside the records of its steps. */
export interface RunEvidence {
  readonly recovery: string;
  readonly plan: string;
  readonly planHash: string;
  readonly kind: RecoveryKind;
  /** Of a drill: how far it went. */
  readonly scope?: RecoveryScope;
  readonly run: number;
  readonly outcome: RecoveryOutcome;
  readonly reason: string | null;
  readonly unblock: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** The first bad sample; of a drill or a recovery that a person started, its start. */
  readonly onset: Instant;
  /** What people took upon themselves at the gate and at the fence, once for each person. */
  readonly overrides: readonly Override[];
  /** What people ordered of this recovery, in all its runs so far, the oldest first. */
  readonly orders: readonly GivenOrder[];
  readonly steps: readonly EvidenceStep[];
  readonly dataLoss: readonly DataLoss[];
  readonly resources: readonly ResourceRef[];
  /** What a failover made and does not use: it stays, until a person has looked at it. A drill leaves nothing. */
  readonly surplus: readonly SurplusResource[];
  /** Why its surplus could not be looked for, as a sentence; absent when it was. */
  readonly surplusUnknown?: string;
  /** Why its end was not told to people or machines, as sentences; absent when it was. */
  readonly untold?: readonly string[];
}

/** A person's order; who gave it is proved by the key of a request, and is the record's word for the others. */
export interface GivenOrder {
  readonly order: 'requested' | 'continued' | 'acceptedChangedPlan' | 'aborted';
  readonly by: string;
  readonly at: Instant | null;
  readonly comment: string | null;
}

/** Orders that earlier runs knew and those that are known now, each once: the records they come from are written over. */
export function joinOrders(
  earlier: readonly GivenOrder[],
  now: readonly GivenOrder[],
): readonly GivenOrder[] {
  const known = new Map([...earlier, ...now].map((each) => [JSON.stringify(each), each]));
  return [...known.values()].sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1));
}

export interface EvidenceStep {
  readonly name: StepName;
  readonly status: StepRecord['status'];
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly attempts: number;
  readonly resources: number;
  readonly reason?: string;
}

/** The steps whose end decides; clean-up and sweep can turn a good drill bad, never a bad one good. */
const required: readonly StepName[] = stepNames.filter(
  (name) => name !== 'conclude' && name !== 'cleanup' && name !== 'sweep',
);

/**
 * The outcome of a run from the records of its steps. A step that was never reached, or is still `working` because its
 * task broke off, counts as failed: what is not known to be done is not done.
 */
export function concludeRun(
  { kind, recovery }: Pick<Identity, 'kind' | 'recovery'>,
  records: Readonly<Partial<Record<StepName, StepRecord>>>,
): Conclusion {
  const concluded = verdictOn(kind, records);
  if (kind === 'failover' || concluded.unblock === null) return concluded;
  // Steps speak for both kinds; a drill that has ended holds its plan no more, and nothing is left of it to go on with.
  const unblock = concluded.unblock.replaceAll('then continue', 'then drill again');
  const remove = `delete what carries ${tagKeys.recovery}=${recovery}`;
  const isUnsaid = mayHaveLeft(records) && !unblock.includes(remove);
  return { ...concluded, unblock: isUnsaid ? `${remove}; ${unblock}` : unblock };
}

/** Whether copies of a drill may stay: nobody comes back to take them away. A sweep that compared has found none before. */
function mayHaveLeft({ cleanup, sweep }: Readonly<Partial<Record<StepName, StepRecord>>>): boolean {
  if (sweep?.code === 'LeftBehind') return true;
  return !isGood(cleanup) && !isGood(sweep) && sweep?.code !== 'LiveChanged';
}

interface Conclusion {
  readonly outcome: RecoveryOutcome;
  readonly reason: string | null;
  readonly unblock: string | null;
}

function verdictOn(kind: RecoveryKind, records: Readonly<Partial<Record<StepName, StepRecord>>>): Conclusion {
  const needed = kind === 'drill' ? [...required, 'cleanup' as const, 'sweep' as const] : required;
  const bad = needed.map((name) => records[name]).filter(isBad);
  const aborted = bad.find(({ code }) => code === 'Aborted' || code === 'Preempted');
  if (aborted) return abortedVerdict(aborted, records);
  const causes = bad.filter((record) => !consequences.has(record.code ?? ''));
  const cause = causes.find((record) => record.status === 'failed') ?? causes[0];
  if (cause) return verdictOf(cause);
  // A step that broke off is the cause of what others missed.
  const unfinished = needed.find((name) => !isGood(records[name]) && !isBad(records[name]));
  if (unfinished && (bad.length === 0 || stepNames.indexOf(unfinished) < stepNames.indexOf('settings'))) {
    return {
      outcome: 'failed',
      reason: `the step ${unfinished} came to no end that it could write down`,
      unblock: 'look at the execution history, then continue',
    };
  }
  if (bad[0]) return verdictOf(bad[0]);
  return { outcome: kind === 'drill' ? 'drilled' : 'recovered', reason: null, unblock: null };
}

/** Nobody asks what else went wrong with what was aborted, but for what an aborted drill left behind. */
function abortedVerdict(
  { code, reason = '', unblock = '' }: StepRecord,
  records: Readonly<Partial<Record<StepName, StepRecord>>>,
) {
  // A sweep compares the live workload with how it was before: the failover that took the plan has changed it.
  const left = [records.cleanup, ...(code === 'Preempted' ? [] : [records.sweep])].find(isBad);
  return {
    outcome: 'aborted' as const,
    reason: left ? `${reason}; ${left.step}: ${left.reason}` : reason,
    unblock: left ? `${unblock}; ${left.unblock}` : unblock,
  };
}

/** Codes of steps that ended because another one did. */
const consequences = new Set(['NoServer', 'NoVolume', 'CannotFinish']);

function verdictOf({ status, reason, unblock }: StepRecord) {
  const outcome = status === 'failed' ? ('failed' as const) : ('held' as const);
  return { outcome, reason: reason ?? null, unblock: unblock ?? null };
}

function isBad(record: StepRecord | undefined): record is StepRecord {
  return record?.status === 'held' || record?.status === 'failed';
}

function isGood(record: StepRecord | undefined): boolean {
  return record?.status === 'done' || record?.status === 'skipped';
}

/** The records in the order of the machine, as evidence lists them. */
export function evidenceSteps(
  records: Readonly<Partial<Record<StepName, StepRecord>>>,
): readonly EvidenceStep[] {
  return stepNames.flatMap((name) => {
    const record = records[name];
    if (!record) return [];
    const { status, firstAt, endedAt, attempts, resources, reason } = record;
    return [
      {
        name,
        status,
        startedAt: firstAt,
        endedAt: endedAt ?? null,
        attempts,
        resources: resources.length,
        ...(reason && { reason }),
      },
    ];
  });
}

/** What the steps measured, as losses up to the onset against what the plan allows each item. */
export function dataLossOf(
  plan: Plan,
  measured: {
    readonly lags: Readonly<Record<string, MeasuredLag | undefined>>;
    readonly snapshots: Readonly<
      Record<string, { readonly id: string; readonly startedAt: Instant } | undefined>
    >;
  },
  onset: Instant,
): readonly DataLoss[] {
  const databases = plan.databases.map((item): DataLoss => {
    const lag = measured.lags[item.name];
    const common = { item: `databases.${item.name}`, allowedSeconds: plan.objectives.rpoSeconds };
    const loss = lag && lossOf(lag, onset);
    if (!loss)
      return { ...common, basis: `no sample of ReplicaLag of ${item.replica} right before ${onset}` };
    const idle = lag.idle ? ', while its source wrote nothing' : '';
    return { ...common, ...loss, basis: `ReplicaLag of ${item.replica} at ${lag.at}${idle}` };
  });
  const volumes = plan.volumes.map((item): DataLoss => {
    const snapshot = measured.snapshots[item.name];
    const common = {
      item: `volumes.${item.name}`,
      allowedSeconds: item.snapshot.rpoSeconds ?? plan.objectives.rpoSeconds,
    };
    if (!snapshot) return { ...common, basis: 'no snapshot was chosen' };
    const seconds = secondsBetween(snapshot.startedAt, onset);
    return {
      ...common,
      leastSeconds: seconds,
      mostSeconds: seconds,
      basis: `snapshot ${snapshot.id} of ${snapshot.startedAt}`,
    };
  });
  return [...databases, ...volumes];
}

/** How old the data is that a restore drill brought back: the age of what it restored, and not the lag of a replica. */
export function restoredAgeOf(
  plan: Plan,
  restored: {
    readonly databases: Readonly<
      Record<string, { readonly snapshot?: string; readonly snapshotAt?: Instant } | undefined>
    >;
    readonly snapshots: Parameters<typeof dataLossOf>[1]['snapshots'];
  },
  onset: Instant,
): readonly DataLoss[] {
  const databases = plan.databases.map((item): DataLoss => {
    const { snapshot, snapshotAt } = restored.databases[item.name] ?? {};
    const common = { item: `databases.${item.name}`, allowedSeconds: plan.objectives.rpoSeconds };
    if (!snapshot || !snapshotAt) return { ...common, basis: 'no snapshot was restored' };
    const seconds = secondsBetween(snapshotAt, onset);
    return {
      ...common,
      leastSeconds: seconds,
      mostSeconds: seconds,
      basis: `snapshot ${snapshot} of ${snapshotAt}`,
    };
  });
  const volumes = dataLossOf({ ...plan, databases: [] }, { lags: {}, snapshots: restored.snapshots }, onset);
  return [...databases, ...volumes];
}
