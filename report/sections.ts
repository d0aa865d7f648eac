import type { Evidence } from './evidence.ts';
import {
  notReached,
  phasesOf,
  sayAgainst,
  sayBytes,
  sayDuration,
  sayInstant,
  sayMet,
  secondsOf,
} from './wording.ts';

/** One table of a report. Cells are plain text; whoever writes them escapes them. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What stands there when the table has no row. */
  readonly empty: string;
}

/** Everything that a report says about a recovery, in the order in which a reader asks. */
export function sectionsOf(evidence: Evidence): readonly Section[] {
  return [
    objectives(evidence),
    phases(evidence),
    steps(evidence),
    explanations(evidence),
    overrides(evidence),
    judgement(evidence),
    leaks(evidence),
    surplus(evidence),
    dataLoss(evidence),
    criticalChain(evidence),
    decisions(evidence),
    resources(evidence),
    timeline(evidence),
    circumstances(evidence),
  ];
}

function objectives(evidence: Evidence): Section {
  const { objectives, rtoSeconds, rpoSeconds, traffic } = evidence;
  return {
    title: 'Objectives',
    columns: ['', ''],
    rows: [
      ['Recovery time', sayAgainst(rtoSeconds, objectives.rtoSeconds)],
      ['Data loss', sayAgainst(rpoSeconds, objectives.rpoSeconds)],
      ['Objectives', sayMet(evidence)],
      ['Traffic switched', sayInstant(traffic.switchedAt)],
      ['Traffic target', traffic.target ?? notReached],
    ],
    empty: notReached,
  };
}

function phases(evidence: Evidence): Section {
  return {
    title: 'Phases',
    columns: ['Phase', 'Duration'],
    rows: phasesOf(evidence).map(({ name, seconds }) => [name, sayDuration(seconds)]),
    empty: notReached,
  };
}

function steps(evidence: Evidence): Section {
  return {
    title: 'Steps',
    columns: ['Step', 'Status', 'Started', 'Ended', 'Duration', 'Calls', 'Resources'],
    rows: evidence.steps.map((step) => [
      step.name,
      step.status ?? notReached,
      sayInstant(step.startedAt),
      sayInstant(step.endedAt),
      sayDuration(secondsOf(step)),
      String(step.attempts),
      String(step.resources),
    ]),
    empty: 'No step was reached.',
  };
}

function explanations(evidence: Evidence): Section {
  return {
    title: 'What steps said',
    columns: ['Step', 'Code', 'Reason', 'Way out'],
    rows: evidence.explanations.map(({ step, code, reason, unblock }) => [
      step,
      code ?? 'none',
      reason,
      unblock ?? 'none',
    ]),
    empty: 'No step was held, failed or skipped.',
  };
}

function overrides(evidence: Evidence): Section {
  return {
    title: 'What people approved',
    columns: ['Who', 'When', 'What', 'Code', 'Comment'],
    rows: evidence.overrides.map(({ by, at, reason, code, comment }) => [
      by,
      sayInstant(at),
      reason,
      code,
      comment,
    ]),
    empty: 'Nobody was asked, or nobody answered.',
  };
}

function judgement(evidence: Evidence): Section {
  return {
    title: 'Violations',
    columns: ['Checker', 'At', 'What'],
    rows: evidence.violations.map(({ checker, at, message }) => [checker, sayInstant(at), message]),
    empty: 'None: every checker is content.',
  };
}

function leaks(evidence: Evidence): Section {
  return {
    title: 'Leaks',
    columns: ['Region', 'Type', 'Id'],
    rows: evidence.leaks.map(({ region, type, id }) => [region, type, id]),
    empty: 'None: nothing was left behind.',
  };
}

function surplus(evidence: Evidence): Section {
  return {
    title: 'Left unused',
    columns: ['Region', 'Type', 'Id', 'Why'],
    rows: evidence.surplus.map(({ region, type, id, reason }) => [
      region,
      type,
      id,
      reason ?? 'no record says it',
    ]),
    empty: 'None is known: what it made is used, or was taken away.',
  };
}

function dataLoss(evidence: Evidence): Section {
  return {
    title: 'Data loss',
    columns: ['Item', 'At least', 'At most', 'Known from'],
    rows: evidence.dataLoss.map(({ item, leastSeconds, mostSeconds, basis }) => [
      item,
      sayDuration(leastSeconds),
      sayDuration(mostSeconds),
      basis,
    ]),
    empty: 'No item was judged.',
  };
}

function criticalChain(evidence: Evidence): Section {
  return {
    title: `Critical path: ${sayDuration(evidence.criticalPathSeconds)}`,
    columns: ['Link', 'Of', 'Duration'],
    rows: evidence.criticalChain.map(({ name, subject, seconds }) => [
      name,
      subject ?? '',
      sayDuration(seconds),
    ]),
    empty: notReached,
  };
}

function decisions(evidence: Evidence): Section {
  return {
    title: 'Decisions',
    columns: ['At', 'Decision', 'Analysis', 'Blocked by', 'Reason', 'Way out'],
    rows: evidence.decisions.map((decision) => [
      sayInstant(decision.at),
      decision.decision,
      decision.analysis,
      decision.blockedBy ?? 'nothing',
      decision.reason,
      decision.unblock ?? 'none',
    ]),
    empty: 'None: it was started by hand or by a schedule.',
  };
}

function resources(evidence: Evidence): Section {
  return {
    title: 'Resources made or changed',
    columns: ['Step', 'Region', 'Type', 'Id'],
    rows: evidence.resources.map(({ step, region, type, id }) => [step, region, type, id]),
    empty: 'None.',
  };
}

function timeline(evidence: Evidence): Section {
  return {
    title: 'Timeline',
    columns: ['At', 'From', 'What'],
    rows: evidence.timeline.map(({ at, source, message }) => [sayInstant(at), source, message]),
    empty: 'Nothing was recorded.',
  };
}

function circumstances(evidence: Evidence): Section {
  return {
    title: 'Circumstances',
    columns: ['', ''],
    rows: [
      ['Recovery', evidence.recovery],
      ['Plan', evidence.plan],
      ['Plan hash', evidence.planHash],
      ['Kind', evidence.kind],
      ...(evidence.scope === null ? [] : [['Scope', evidence.scope]]),
      ['Regions', `${evidence.regions.primary} to ${evidence.regions.recovery}`],
      ['Onset', sayInstant(evidence.onsetAt)],
      ['Started', sayInstant(evidence.startedAt)],
      ['Verified', sayInstant(evidence.verifiedAt)],
      ['Ended', sayInstant(evidence.endedAt)],
      ['Faults', evidence.faults.join(', ') || 'none'],
      ['Seed', evidence.seed === null ? 'none: real AWS' : String(evidence.seed)],
      ['Again with', evidence.repeat ?? 'cannot be repeated'],
      ['API calls', String(evidence.apiCalls)],
      ['History events', String(evidence.historyEvents)],
      ['Largest payload', sayBytes(evidence.largestPayloadBytes)],
    ],
    empty: notReached,
  };
}
