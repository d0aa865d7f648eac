import { defectChecker, type StormSummary } from '../../report/storm.ts';
import { type Ended, isDefect } from './pool.ts';

/** What is printed of a storm. It depends on the disasters alone, not on who was done first. */
export function summaryOfStorm(ended: readonly Ended[], command: string): StormSummary {
  const sorted = ended.toSorted((a, b) => a.disaster.seed - b.disaster.seed);
  const outcomes: Record<string, number> = {};
  for (const one of sorted)
    for (const outcome of outcomesOf(one)) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    seeds: sorted.length,
    outcomes: Object.fromEntries(Object.entries(outcomes).sort(([a], [b]) => (a < b ? -1 : 1))),
    violations: sorted.flatMap(violationsOf),
    unended: sorted.flatMap((one) => (isDefect(one) || one.unended.length === 0 ? [] : [one.disaster.seed])),
    command,
  };
}

function outcomesOf(ended: Ended): readonly string[] {
  if (isDefect(ended)) return [];
  return ended.outcomes.length > 0 ? ended.outcomes : ['quiet'];
}

function violationsOf(ended: Ended): StormSummary['violations'] {
  const { seed } = ended.disaster;
  if (isDefect(ended)) return [{ seed, checker: defectChecker, message: firstLine(ended.defect) }];
  return ended.violations.map(({ checker, message }) => ({ seed, checker, message }));
}

/** The rest of a stack names files of this machine. */
function firstLine(text: string): string {
  return text.split('\n')[0] || 'an error without words';
}
