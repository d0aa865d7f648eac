/** Durations that contradict each other or the objectives. */
import { longestRecovery } from '../defaults.ts';
import { type Draft, known, placed } from '../draft.ts';
import { formatDuration, parseDuration } from '../durations.ts';
import { secondsOf } from '../fields.ts';
import { maxDurationSeconds, objectiveSeconds } from '../objectives.ts';
import type { Finding, Path } from '../plan-error.ts';
import type { Check } from '../references.ts';

function* longEnoughForTheObjective(draft: Draft): Iterable<Finding> {
  const rtoSeconds = objectiveSeconds(draft, 'rto');
  const seconds = maxDurationSeconds(draft);
  if (rtoSeconds === undefined || seconds === undefined) return;
  // Where the objective is days away, a day is enough.
  const leastSeconds = Math.min(rtoSeconds, secondsOf(longestRecovery));
  if (seconds >= leastSeconds) return;
  const rto = formatDuration(leastSeconds);
  yield {
    path: ['maxDuration'],
    message: `the recovery would be ended before its RTO of ${formatDuration(rtoSeconds)}`,
    fix: `write ${rto} or more, or a shorter rto`,
  };
}

function boundsOf(draft: Draft): [Path, string | undefined][] {
  const sections = ['databases', 'servers', 'volumes'] as const;
  const items = sections.flatMap((section) =>
    known(draft[section]).map(([name, item]): [Path, string | undefined] => [
      [section, name, 'bound'],
      item.bound,
    ]),
  );
  const verify = placed(draft.verify).map(([place, { bound }]): [Path, string | undefined] => [
    ['verify', place, 'bound'],
    bound,
  ]);
  return [
    ...items,
    [['reload', 'bound'], draft.reload?.bound],
    ...verify,
    [['trigger', 'approval', 'within'], draft.trigger?.approval?.within],
  ];
}

function* boundsWithinTheRecovery(draft: Draft): Iterable<Finding> {
  const mostSeconds = maxDurationSeconds(draft);
  if (mostSeconds === undefined) return;
  for (const [path, bound] of boundsOf(draft)) {
    const seconds = parseDuration(bound ?? '');
    if (seconds === undefined || seconds <= mostSeconds) continue;
    const most = formatDuration(mostSeconds);
    yield {
      path,
      message: `the recovery is ended after ${most}, before this bound of ${bound}`,
      fix: `write ${most} or less, or a longer maxDuration for the plan`,
    };
  }
}

function* lagWithinTheObjective(draft: Draft): Iterable<Finding> {
  const rpoSeconds = objectiveSeconds(draft, 'rpo');
  if (rpoSeconds === undefined) return;
  for (const [name, { maxLag }] of known(draft.databases)) {
    const seconds = parseDuration(maxLag ?? '');
    if (seconds === undefined || seconds <= rpoSeconds) continue;
    const rpo = formatDuration(rpoSeconds);
    yield {
      path: ['databases', name, 'maxLag'],
      message: `a lag of ${maxLag} would be promoted although the RPO is ${rpo}`,
      fix: `write ${rpo} or less, or a longer rpo`,
    };
  }
}

function* ttlWithinTheObjective(draft: Draft): Iterable<Finding> {
  const rtoSeconds = objectiveSeconds(draft, 'rto');
  if (rtoSeconds === undefined) return;
  for (const [place, { record }] of placed(draft.traffic)) {
    const ttl = record?.ttl;
    if (ttl === undefined || ttl <= rtoSeconds) continue;
    yield {
      path: ['traffic', place, 'record', 'ttl'],
      message: `resolvers would keep the old answer for ${formatDuration(ttl)}, longer than the RTO of ${formatDuration(rtoSeconds)}`,
      fix: 'write 60, and lower the TTL of the record that stands now too',
    };
  }
}

/** Objectives that the plan's own bounds make impossible. */
export const limitChecks: readonly Check[] = [
  longEnoughForTheObjective,
  boundsWithinTheRecovery,
  lagWithinTheObjective,
  ttlWithinTheObjective,
];
