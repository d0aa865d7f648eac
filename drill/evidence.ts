import type { Incident } from '../recovery/deciding/observation.ts';
import { tagKeys } from '../recovery/identity.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import type { StepRecord } from '../recovery/step.ts';
import type { DataLoss } from '../recovery/steps/evidence.ts';
import { type ResourceRef, type StepName, stepNames } from '../recovery/terms.ts';
import type { Evidence } from '../report/evidence.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Execution } from '../simulator/stepfunctions/stepfunctions.ts';
import { criticalPath } from '../simulator/world/model.ts';
import type { LiveTraffic } from '../simulator/world/traffic.ts';
import type { Violation } from './checkers.ts';
import type { LedgerTruth } from './ledger.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Everything that was measured of one recovery. */
export interface Measured {
  readonly rehearsal: Pick<Rehearsal, 'plan' | 'kind' | 'seed' | 'faults' | 'repeat'>;
  readonly sim: Simulator;
  readonly recovery: string;
  /** When its execution was started. */
  readonly startMs: number;
  readonly endMs: number;
  /** When the next recovery of its plan was started: what happens from then on is not its own. */
  readonly nextMs?: number | undefined;
  /** What it was started for; undefined where a person or a schedule started it. */
  readonly incident?: Incident | undefined;
  /** What was decided about the plan, the oldest first; none where a person or a schedule started it. */
  readonly decisions?: Evidence['decisions'];
  /** How many calls its own functions made. */
  readonly apiCalls: number;
  readonly execution: Execution;
  /** Watched in a failover only. */
  readonly traffic: LiveTraffic | undefined;
  readonly ledger: LedgerTruth;
  readonly violations: readonly Violation[];
  readonly leaks: readonly ResourceRef[];
}

/** Steps that the machine of a failover does not come to: silence about them is no omission. */
const onlyInDrills: readonly StepName[] = ['cleanup', 'sweep'];

/** The evidence of a rehearsal: what the recovery wrote down, and what the world saw of it. */
export function evidenceOf(measured: Measured): Evidence {
  const { rehearsal, ledger } = measured;
  const onsetMs = onsetOf(measured);
  const { plan, kind } = rehearsal;
  const outcome = ledger.evidence?.outcome ?? 'failed';
  const { verify } = ledger.steps;
  const verifiedAt = verify?.status === 'done' ? endOf(verify) : null;
  const servedAtMs = kind === 'drill' ? atMs(verifiedAt) : movedAtMs(measured);
  const rtoSeconds = secondsFrom(onsetMs, servedAtMs);
  const losses = ledger.evidence?.dataLoss ?? [];
  const scope = kind === 'drill' ? (ledger.evidence?.scope ?? 'full') : null;
  const unjudged = unjudgedBecause(measured, scope, outcome);
  const objectives = unjudged ?? judgeObjectives(plan, kind, rtoSeconds, losses, outcome);
  return {
    ...identityOf(measured),
    scope,
    outcome,
    reason: ledger.evidence
      ? (ledger.evidence.reason ?? (objectives.met === null ? objectives.reason : null))
      : 'the recovery did not get to its conclusion',
    rtoSeconds,
    rpoSeconds: lossOfWorkload(losses),
    objectives: {
      rtoSeconds: plan.objectives.rtoSeconds,
      rpoSeconds: plan.objectives.rpoSeconds,
      met: objectives.met,
    },
    phases: phasesOf(measured, servedAtMs),
    ...pathOf(measured, servedAtMs),
    steps: stepNames
      .filter((name) => kind === 'drill' || !onlyInDrills.includes(name))
      .map((name) => stepOf(name, ledger.steps[name])),
    ...costOf(measured),
    ...judgementOf(measured),
    verifiedAt,
    metReason: objectives.reason,
    decisions: [...(measured.decisions ?? [])],
    explanations: explain(ledger),
    overrides: [...(ledger.evidence?.overrides ?? [])],
    dataLoss: losses.map(({ item, leastSeconds, mostSeconds, basis }) => ({
      item,
      leastSeconds: leastSeconds ?? null,
      mostSeconds: mostSeconds ?? null,
      basis,
    })),
    resources: stepNames.flatMap((step) =>
      (ledger.steps[step]?.resources ?? []).map((resource) => ({ step, ...resource })),
    ),
    surplus: [...(ledger.evidence?.surplus ?? [])],
    timeline: timelineOf(ledger),
  };
}

/** RTO counts from the first bad sample; a drill and a manual run begin when they are started. */
function onsetOf({ incident, startMs }: Measured): number {
  return incident ? Date.parse(incident.onset) : startMs;
}

/** When its users were answered. What happened before it began, or after the next one did, it has not brought about. */
function movedAtMs({ traffic, startMs, nextMs = Number.POSITIVE_INFINITY }: Measured): number | undefined {
  const answeredAtMs = traffic?.answeredAtMs;
  if (answeredAtMs === undefined || answeredAtMs < startMs || answeredAtMs >= nextMs) return undefined;
  return answeredAtMs;
}

function identityOf(measured: Measured) {
  const { rehearsal, recovery, startMs, endMs } = measured;
  const { plan, kind, seed, repeat, faults } = rehearsal;
  return {
    recovery,
    plan: plan.plan,
    kind,
    seed,
    planHash: plan.hash,
    regions: { primary: plan.regions.primary, recovery: plan.regions.recovery },
    startedAt: instant(startMs),
    endedAt: instant(endMs),
    onsetAt: instant(onsetOf(measured)),
    repeat: repeat ?? null,
    faults: [...faults],
  };
}

/** What AWS alone would have needed, where the end was reached. */
function pathOf({ sim, startMs, rehearsal }: Measured, servedAtMs: number | undefined) {
  if (servedAtMs === undefined) return { criticalPathSeconds: null, criticalChain: [] };
  const path = criticalPath(sim, { startMs, kind: rehearsal.kind });
  const criticalChain = path.chain.map(({ edge, subject, seconds }) => ({
    name: edge,
    subject,
    seconds: round(seconds),
  }));
  return { criticalPathSeconds: round(path.seconds), criticalChain };
}

function costOf({ execution, apiCalls }: Measured) {
  return {
    apiCalls,
    historyEvents: execution.history.length,
    largestPayloadBytes: execution.largestPayloadBytes,
  };
}

function judgementOf(measured: Measured) {
  const { traffic, violations, leaks } = measured;
  const servedAtMs = movedAtMs(measured);
  const switchedAt = servedAtMs === undefined ? null : instant(servedAtMs);
  return {
    traffic: { switchedAt, target: switchedAt === null ? null : (traffic?.target ?? null) },
    violations: violations.map(toldOf),
    leaks: [...leaks],
  };
}

/** The same record with what is objected to about itself. */
export function withObjections(evidence: Evidence, objections: readonly Violation[]): Evidence {
  return { ...evidence, violations: [...evidence.violations, ...objections.map(toldOf)] };
}

function toldOf({ checker, atMs: at, message }: Violation): Evidence['violations'][number] {
  return { checker, at: instant(at), message };
}

const onlyRestored =
  'a restore drill restores the newest backups and launches no server: no objective is judged';

/** Why a recovery that reached its end is judged by no objective; undefined where it is judged. */
function unjudgedBecause(
  { traffic, startMs }: Measured,
  scope: Evidence['scope'],
  outcome: string,
): { readonly met: null; readonly reason: string } | undefined {
  if (scope === 'restore' && outcome === 'drilled') return { met: null, reason: onlyRestored };
  if (outcome !== 'recovered' || (traffic?.answeredAtMs ?? startMs) >= startMs) return undefined;
  return { met: null, reason: 'users were answered by the recovery Region before it began' };
}

/**
 * Whether the objectives were met. A drill that restored a copy where a failover promotes took longer for a reason that is
 * its own: its RTO is not judged, and neither is one that was never reached called met.
 */
function judgeObjectives(
  plan: Plan,
  kind: Rehearsal['kind'],
  rtoSeconds: number | null,
  losses: readonly DataLoss[],
  outcome: string,
): { readonly met: boolean | null; readonly reason: string | null } {
  if (outcome !== 'recovered' && outcome !== 'drilled')
    return { met: false, reason: `the ${kind} is ${outcome}` };
  const unknown = losses.find((loss) => loss.mostSeconds === undefined);
  const over = losses.find((loss) => (loss.mostSeconds ?? 0) > loss.allowedSeconds);
  if (over)
    return {
      met: false,
      reason: `${over.item} loses up to ${Math.round(over.mostSeconds ?? 0)} s, more than the ${over.allowedSeconds} s that the plan allows (${over.basis})`,
    };
  if (kind === 'drill' && plan.databases.length > 0) {
    const names = plan.databases.map((item) => `databases.${item.name}`).join(', ');
    return {
      met: null,
      reason: `${names} was restored from a snapshot, where a failover promotes its replica: the RTO is not judged`,
    };
  }
  if (rtoSeconds === null && kind === 'drill')
    return { met: null, reason: 'nothing verified the drill: no check of the plan has an `inside`' };
  if (rtoSeconds === null) return { met: false, reason: 'users were not answered by the recovery Region' };
  if (rtoSeconds > plan.objectives.rtoSeconds)
    return {
      met: false,
      reason: `the recovery took ${Math.round(rtoSeconds)} s, more than ${plan.objectives.rtoSeconds} s`,
    };
  if (unknown) return { met: null, reason: `the loss of ${unknown.item} is unknown: ${unknown.basis}` };
  return { met: true, reason: null };
}

/** The workload's data loss is that of its databases; volumes are judged against the RPO of their own snapshots. */
function lossOfWorkload(losses: readonly DataLoss[]): number | null {
  const databases = losses.filter((loss) => loss.item.startsWith('databases.'));
  const judged = databases.length > 0 ? databases : losses;
  if (judged.length === 0 || judged.some((loss) => loss.mostSeconds === undefined))
    return judged.length === 0 ? 0 : null;
  return round(Math.max(...judged.map((loss) => loss.mostSeconds ?? 0)));
}

/**
 * Detect, decide, execute and verify add up to the RTO. What an event started was detected when its incident was opened, and
 * decided when the incident says so. A drill and a manual run begin with the need for them known: what is decided then is
 * whether they may begin.
 */
function phasesOf(measured: Measured, servedAtMs: number | undefined): Evidence['phases'] {
  const { ledger, startMs, incident } = measured;
  // Steps tell of their last run: once users were answered, what a later run did took none of the time until then.
  const before = (ms: number | undefined) =>
    ms !== undefined && servedAtMs !== undefined && ms > servedAtMs ? undefined : ms;
  const verifyMs = before(atMs(ledger.steps.verify?.firstAt ?? null));
  const onsetMs = onsetOf(measured);
  const detectedMs = incident ? Date.parse(incident.openedAt) : startMs;
  const decidedMs = before(
    incident ? (atMs(incident.decidedAt ?? null) ?? startMs) : atMs(endOf(ledger.steps.open)),
  );
  return {
    detectSeconds: secondsFrom(onsetMs, detectedMs),
    decideSeconds: secondsFrom(detectedMs, decidedMs),
    executeSeconds: secondsFrom(decidedMs, verifyMs),
    verifySeconds: secondsFrom(verifyMs, servedAtMs),
  };
}

/** Null where one of the two was not reached. */
function secondsFrom(fromMs: number | undefined, toMs: number | undefined): number | null {
  return fromMs === undefined || toMs === undefined ? null : round((toMs - fromMs) / 1000);
}

function stepOf(name: StepName, record: StepRecord | undefined): Evidence['steps'][number] {
  if (!record) return { name, status: null, startedAt: null, endedAt: null, attempts: 0, resources: 0 };
  return {
    name,
    status: record.status,
    startedAt: record.firstAt,
    endedAt: endOf(record),
    attempts: record.attempts,
    resources: record.resources.length,
  };
}

function explain(ledger: LedgerTruth): Evidence['explanations'] {
  const steps = stepNames.flatMap((step): Evidence['explanations'] => {
    const record = ledger.steps[step];
    if (!record?.reason) return [];
    return [{ step, code: record.code ?? null, reason: record.reason, unblock: record.unblock ?? null }];
  });
  const { untold = [], surplusUnknown } = ledger.evidence ?? {};
  const unlooked = surplusUnknown === undefined ? [] : [surplusUnknown];
  return [
    ...steps,
    ...unlooked.map((reason) => ({
      step: 'conclude' as const,
      code: 'SurplusUnknown',
      reason,
      unblock: `look for what carries ${tagKeys.recovery}=${ledger.evidence?.recovery} and is not used`,
    })),
    ...untold.map((reason) => ({ step: 'conclude' as const, code: 'Untold', reason, unblock: null })),
  ];
}

function timelineOf(ledger: LedgerTruth): Evidence['timeline'] {
  const events = stepNames.flatMap((name) => {
    const record = ledger.steps[name];
    if (!record || record.status === 'skipped') return [];
    const began = { at: record.firstAt, source: name, message: 'began' };
    const counts = record.counts.total > 0 ? `, ${record.counts.done} of ${record.counts.total}` : '';
    return record.endedAt
      ? [began, { at: record.endedAt, source: name, message: `${record.status}${counts}` }]
      : [began];
  });
  return events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function endOf(record: StepRecord | undefined): string | null {
  return record?.endedAt ?? null;
}

function atMs(at: string | null): number | undefined {
  return at === null ? undefined : Date.parse(at);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** Milliseconds are as fine as the simulation is told; more digits would only look exact. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
