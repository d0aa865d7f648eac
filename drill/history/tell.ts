import {
  type HistoryFacts,
  type HistoryOutage,
  type HistoryPlan,
  sayReplayed,
} from '../../report/history.ts';
import { secondsOf } from '../../report/wording.ts';
import type { Outage, Phase, ReplayedPlan } from './outage.ts';
import type { Replayed } from './replay.ts';

/** One plan of an outage, as it is told. */
export function tell(replayed: Replayed): HistoryPlan {
  const facts = factsOf(replayed);
  return { ...facts, sentence: sayReplayed(facts, replayed.outage.isOpen) };
}

function factsOf(given: Replayed): HistoryFacts {
  const { replayed, plan, evidence, users, orders, beganMs, endedMs } = given;
  const { primary, recovery, witness = null } = plan.regions;
  return {
    plan: replayed.plan,
    says: replayed.says,
    regions: { primary, recovery, witness },
    outcome: evidence === undefined || evidence.outcome === 'drilled' ? 'none' : evidence.outcome,
    reason: evidence?.reason ?? null,
    recoverySeconds: evidence?.rtoSeconds ?? null,
    dataLossSeconds: evidence?.rpoSeconds ?? null,
    slowestStep: slowestOf(given),
    heldBy: heldBy(given),
    unnoticedSeconds: unnoticedSeconds(given),
    codes: [...new Set((evidence?.explanations ?? []).flatMap(({ code }) => code ?? []))],
    earlierRuns: [...given.earlierRuns],
    orders: orders.map(({ at, command, isDone, says }) => ({ at, command, isDone, says })),
    unservedSeconds: users.unservedSeconds,
    replayedSeconds: (endedMs - beganMs) / 1000,
    aloneSeconds: given.aloneSeconds,
    bothWritableSeconds: given.bothWritableSeconds,
    violations: (evidence?.violations ?? []).map(({ checker, message }) => ({ checker, message })),
  };
}

function slowestOf({ evidence }: Replayed): HistoryFacts['slowestStep'] {
  const timed = (evidence?.steps ?? []).flatMap((step) => {
    const seconds = secondsOf(step);
    return seconds === null ? [] : [{ name: step.name, seconds }];
  });
  return timed.sort((a, b) => b.seconds - a.seconds)[0] ?? null;
}

/** What was found, from when to when; the last of it stands until the end of the replay. */
function stretches({ verdicts, endedMs }: Replayed) {
  return verdicts.map((verdict, place) => ({
    ...verdict,
    fromMs: Date.parse(verdict.at),
    toMs: Date.parse(verdicts[place + 1]?.at ?? new Date(endedMs).toISOString()),
    isLast: place === verdicts.length - 1,
  }));
}

/** How long each reason stood, before a recovery was begun. */
function heldBy(replayed: Replayed): HistoryFacts['heldBy'] {
  const begunMs = Date.parse(replayed.evidence?.startedAt ?? new Date(replayed.endedMs).toISOString());
  const sums = new Map<string, { readonly seconds: number; readonly isLast: boolean }>();
  for (const { decision, blockedBy, analysis, fromMs, toMs, isLast } of stretches(replayed)) {
    if (decision !== 'hold' || fromMs >= begunMs) continue;
    const code = blockedBy ?? analysis;
    const seconds = (sums.get(code)?.seconds ?? 0) + (Math.min(toMs, begunMs) - fromMs) / 1000;
    sums.set(code, { seconds, isLast });
  }
  return [...sums]
    .map(([code, { seconds, isLast }]) => ({ code, seconds: Math.round(seconds), isLast }))
    .sort((a, b) => b.seconds - a.seconds);
}

/** How long Lifeboat found nothing wrong, once users had begun to go without an answer. */
function unnoticedSeconds(replayed: Replayed): number {
  const { firstAtMs } = replayed.users;
  if (firstAtMs === undefined) return 0;
  const quiet = stretches(replayed).filter(({ decision }) => decision === 'none');
  const sumMs = quiet.reduce(
    (sum, { fromMs, toMs }) => sum + Math.max(0, toMs - Math.max(fromMs, firstAtMs)),
    0,
  );
  return Math.round(sumMs / 1000);
}

/** An outage with what became of its plans, as it is told. */
export function tellOutage(outage: Outage, plans: readonly HistoryPlan[]): HistoryOutage {
  const phases = outage.phases.map((phase) => {
    const { from, to, says, source, does, lacks } = phase;
    const isReached = outage.plans.some((plan) => overlaps(phase, outage, plan));
    return {
      from: new Date(from).toISOString(),
      to: to === undefined ? null : new Date(to).toISOString(),
      says,
      source,
      isReplayed: does.length > 0 && isReached,
      lacks: lacks ?? (isReached ? null : 'no plan is replayed for so long'),
    };
  });
  return {
    outage: outage.outage,
    says: outage.says,
    isOpen: outage.isOpen,
    phases: phases.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0)),
    plans: [...plans],
  };
}

function overlaps(
  { from, to = Number.POSITIVE_INFINITY }: Phase,
  outage: Outage,
  plan: ReplayedPlan,
): boolean {
  const beginsMs = plan.begins ?? outage.begins;
  return from < beginsMs + plan.for * 1000 && to > beginsMs;
}
