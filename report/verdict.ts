import { createColors } from 'picocolors';
import type { Evidence, StepEvidence } from './evidence.ts';
import {
  isReached,
  notReached,
  phasesOf,
  sayAgainst,
  sayDuration,
  sayMet,
  sayOutcome,
  secondsOf,
} from './wording.ts';

export interface VerdictOptions {
  /** Whether to write ANSI colours; a pipe or a CI log wants none. */
  readonly colours: boolean;
  /** Where `evidence.json` and `report.html` were written, if they were. */
  readonly evidenceDirectory?: string;
}

type Paint = ReturnType<typeof createColors>;

/** How many of the slowest steps, and how many violations or leaks, a verdict names before it counts the rest. */
const shown = 3;

/** The outcome of a recovery in a few lines for a terminal, ending in a line break. */
export function verdict(evidence: Evidence, options: VerdictOptions): string {
  const paint = createColors(options.colours);
  const lines = [
    headline(evidence, paint),
    sayOutcome(evidence),
    '',
    row('RTO', sayAgainst(evidence.rtoSeconds, evidence.objectives.rtoSeconds)),
    row('RPO', sayAgainst(evidence.rpoSeconds, evidence.objectives.rpoSeconds)),
    row('objectives', sayMet(evidence)),
    row(
      'phases',
      phasesOf(evidence)
        .map(({ name, seconds }) => `${name} ${sayDuration(seconds)}`)
        .join(', '),
    ),
    row('critical path', sayCriticalPath(evidence.criticalPathSeconds)),
    row('slowest steps', slowest(evidence.steps)),
    row('traffic', evidence.traffic.target === null ? 'not switched' : `to ${evidence.traffic.target}`),
    row('calls', `${evidence.apiCalls} of AWS's APIs, ${evidence.historyEvents} history events`),
    ...unhappy(
      'violation',
      evidence.violations.map(({ checker, message }) => `${checker}: ${message}`),
      paint,
    ),
    ...unhappy(
      'leak',
      evidence.leaks.map(({ type, id, region }) => `${type} ${id} in ${region}`),
      paint,
    ),
    ...obstacles(evidence),
    ...(evidence.repeat === null ? [] : [row('again with', evidence.repeat)]),
    ...(options.evidenceDirectory === undefined ? [] : [row('evidence', options.evidenceDirectory)]),
  ];
  return `${lines.join('\n')}\n`;
}

function headline(evidence: Evidence, paint: Paint): string {
  const word = evidence.outcome.toUpperCase();
  return `${paint.bold(isGood(evidence) ? paint.green(word) : paint.red(word))}  ${evidence.plan}  ${evidence.recovery}`;
}

/** Reached what it was for, broke no rule and left nothing behind. */
function isGood(evidence: Evidence): boolean {
  const clean = evidence.violations.length === 0 && evidence.leaks.length === 0;
  return isReached(evidence.outcome) && clean && evidence.objectives.met !== false;
}

function sayCriticalPath(seconds: number | null): string {
  return seconds === null ? notReached : `${sayDuration(seconds)} of AWS's own time`;
}

/** What stopped the recovery, and the way out; a skipped step stopped nothing. */
function obstacles({ steps, explanations }: Evidence): readonly string[] {
  const stopped = new Set(
    steps.filter(({ status }) => status === 'held' || status === 'failed').map(({ name }) => name),
  );
  return explanations
    .filter(({ step }) => stopped.has(step))
    .map(({ step, reason, unblock }) => row(step, unblock === null ? reason : `${reason}; ${unblock}`));
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(14)} ${value}`;
}

function slowest(steps: readonly StepEvidence[]): string {
  const timed = steps
    .map((step) => ({ name: step.name, seconds: secondsOf(step) }))
    .filter((step): step is { name: typeof step.name; seconds: number } => step.seconds !== null)
    .sort((a, b) => b.seconds - a.seconds);
  return timed.length === 0
    ? 'none ended'
    : timed
        .slice(0, shown)
        .map(({ name, seconds }) => `${name} ${sayDuration(seconds)}`)
        .join(', ');
}

function unhappy(kind: 'violation' | 'leak', messages: readonly string[], paint: Paint): readonly string[] {
  if (messages.length === 0) return [row(`${kind}s`, 'none')];
  const rest = messages.length - shown;
  const lines = messages.slice(0, shown).map((message) => row(kind, paint.red(message)));
  return rest > 0 ? [...lines, row('', `and ${rest} more`)] : lines;
}
