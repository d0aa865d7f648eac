import type { Verdict } from './deciding/observation.ts';
import type { ExecutionStatus } from './janitor.ts';
import type { ActiveRecord, ApprovalRecord, PauseRecord, PeriodRecord, RequestRecord } from './ledger.ts';
import type { StepRecord } from './step.ts';
import type { RunEvidence } from './steps/evidence.ts';
import { type Instant, type RecoveryKind, type RecoveryOutcome, secondsBetween } from './terms.ts';

/** What the ledger and Step Functions say of one plan. */
export interface StatusFacts {
  readonly plan: string;
  readonly now: Instant;
  readonly active: ActiveRecord | undefined;
  /** How the execution of its newest run stands. */
  readonly execution: ExecutionStatus | 'absent' | undefined;
  readonly evidence: RunEvidence | undefined;
  readonly steps: readonly StepRecord[];
  readonly approvals: readonly ApprovalRecord[];
  readonly requests: readonly RequestRecord[];
  readonly brake: PauseRecord | undefined;
  readonly pause: PauseRecord | undefined;
  readonly period: PeriodRecord | undefined;
  readonly decision: Verdict | undefined;
}

/** How a plan stands, for a person and for a program: what is unknown or not there is null. */
export interface PlanStatus {
  readonly plan: string;
  readonly at: Instant;
  /** The recovery that holds the plan, or held it last. */
  readonly recovery: RecoveryStatus | null;
  readonly brake: Stop | null;
  readonly pause: Stop | null;
  readonly period: {
    readonly recovery: string;
    readonly until: Instant;
    readonly isOpen: boolean;
    readonly acknowledgedBy: string | null;
  } | null;
  readonly decision: Pick<
    Verdict,
    'decision' | 'analysis' | 'blockedBy' | 'reason' | 'unblock' | 'at'
  > | null;
  /** What a person can do now, or null when nothing is to be done. */
  readonly wayOut: string | null;
}

export interface Stop {
  readonly by: string;
  readonly at: Instant;
  readonly comment: string;
}

export interface RecoveryStatus {
  readonly recovery: string;
  readonly kind: RecoveryKind;
  readonly run: number;
  readonly since: Instant;
  /** Whether it still holds the plan. */
  readonly isActive: boolean;
  /** Step Functions' word for the newest run; null when no such execution is known. */
  readonly execution: ExecutionStatus | null;
  /** Of the newest run; null while it is not concluded. */
  readonly outcome: RecoveryOutcome | null;
  readonly reason: string | null;
  readonly abort: { readonly by: string; readonly at: Instant; readonly reason: string } | null;
  /** Who last continued it. */
  readonly continued: {
    readonly run: number;
    readonly by: string;
    readonly at: Instant;
    readonly comment: string;
  } | null;
  readonly waitsFor: readonly string[];
  readonly steps: readonly StepStatusLine[];
  readonly requestedBy: readonly string[];
  readonly approvals: readonly {
    readonly by: string;
    readonly at: Instant;
    readonly comment: string;
    readonly overrides: readonly string[];
  }[];
}

export interface StepStatusLine {
  readonly name: StepRecord['step'];
  readonly status: StepRecord['status'];
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly waitingFor: string | null;
  readonly code: string | null;
  readonly reason: string | null;
}

/** Makes one picture of what was read about a plan. */
export function planStatus(facts: StatusFacts): PlanStatus {
  const { plan, now, period, decision } = facts;
  const recovery = recoveryStatus(facts);
  const status = {
    plan,
    at: now,
    recovery,
    brake: stopOf(facts.brake),
    pause: stopOf(facts.pause),
    period: period
      ? {
          recovery: period.recovery,
          until: period.until,
          isOpen: !period.acknowledged && secondsBetween(now, period.until) > 0,
          acknowledgedBy: period.acknowledged?.by ?? null,
        }
      : null,
    decision: decision
      ? {
          decision: decision.decision,
          analysis: decision.analysis,
          blockedBy: decision.blockedBy,
          reason: decision.reason,
          unblock: decision.unblock,
          at: decision.at,
        }
      : null,
  };
  return { ...status, wayOut: wayOutOf(status, facts) };
}

function recoveryStatus(facts: StatusFacts): RecoveryStatus | null {
  const { active, execution, evidence } = facts;
  if (!active) return null;
  const run = active.run ?? 1;
  const concluded = evidence?.run === run ? evidence : undefined;
  const steps = facts.steps.filter((record) => record.run === run);
  return {
    recovery: active.recovery,
    kind: active.kind,
    run,
    since: active.at,
    isActive: active.releasedAt === undefined,
    execution: execution === undefined || execution === 'absent' ? null : execution,
    outcome: concluded?.outcome ?? null,
    reason: concluded?.reason ?? null,
    abort: active.abort ?? null,
    continued: active.continued ?? null,
    waitsFor: concluded
      ? []
      : steps.flatMap(({ status, waitingFor }) => (status === 'working' && waitingFor ? [waitingFor] : [])),
    steps: steps.map((record) => ({
      name: record.step,
      status: record.status,
      startedAt: record.firstAt,
      endedAt: record.endedAt ?? null,
      waitingFor: record.status === 'working' ? (record.waitingFor ?? null) : null,
      code: record.code ?? null,
      reason: record.reason ?? null,
    })),
    requestedBy: facts.requests.map(({ principal }) => principal),
    approvals: facts.approvals.map(({ principal, at, comment, overrides }) => ({
      by: principal,
      at,
      comment,
      overrides,
    })),
  };
}

function stopOf(record: PauseRecord | undefined): Stop | null {
  if (!record || record.liftedAt) return null;
  const { by, at, comment } = record;
  return { by, at, comment };
}

/** The most pressing first: a recovery that waits, then what keeps the next one from beginning. */
function wayOutOf(status: Omit<PlanStatus, 'wayOut'>, facts: StatusFacts): string | null {
  const { recovery, brake, pause, period, decision, plan } = status;
  if (recovery?.isActive) return wayOutOfRecovery(recovery, facts);
  if (brake) return 'lifeboat unpause --all lifts the brake';
  if (pause) return `lifeboat unpause ${plan} lifts the pause`;
  if (decision?.decision === 'hold' && decision.unblock) return decision.unblock;
  if (period?.isOpen) return `lifeboat acknowledge ${plan} lets another automatic recovery follow`;
  return null;
}

function wayOutOfRecovery(
  { recovery, execution, outcome, abort, kind, run }: RecoveryStatus,
  { evidence, execution: seen, steps: records }: StatusFacts,
): string | null {
  const waiting = records.find(
    (record) => record.run === run && record.status === 'working' && record.unblock,
  );
  if (execution === 'RUNNING') {
    if (abort) return 'it stops at its next call';
    return waiting?.unblock ?? null;
  }
  if (outcome === 'recovered') return 'its lock is released within minutes';
  if (outcome) return evidence?.unblock ?? `lifeboat continue ${recovery}, or lifeboat abort ${recovery}`;
  if (seen === 'absent') return `lifeboat continue ${recovery} starts the run that was asked for`;
  return kind === 'drill'
    ? 'it was interrupted; the janitor takes away within minutes what it made'
    : `it was interrupted; lifeboat continue ${recovery} goes on with it`;
}
