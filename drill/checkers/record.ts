import type { Evidence } from '../../report/evidence.ts';
import { lookEveryMs } from '../truth/health.ts';
import { type Finding, runsOf, type Scene, timeOf, wasTaken } from './scene.ts';

/**
 * Whether the record that is shown to people agrees with the simulator's truth and with itself: when users were answered,
 * how long that took from the onset, and what it cost.
 */
export function recordIsTrue(scene: Scene, evidence: Evidence): readonly Finding[] {
  const { recovery } = evidence;
  return [...aboutUsers(scene, evidence), ...aboutTimes(evidence), ...aboutCosts(scene, evidence)].map(
    (message) => ({
      recovery,
      plan: evidence.plan,
      message: `the record of ${recovery} ${message}`,
    }),
  );
}

function aboutUsers(scene: Scene, { traffic, regions, recovery }: Evidence): readonly string[] {
  if (traffic.switchedAt === null) return [];
  const atMs = Date.parse(traffic.switchedAt);
  const moved = scene.truth.acts.find(
    (act) =>
      scene.runOf(act)?.recovery === recovery &&
      (act.operation === 'PutMetricData' || act.operation === 'ChangeResourceRecordSets') &&
      wasTaken(scene, act),
  );
  const looks = scene.truth.health.filter(({ region }) => region === regions.recovery);
  const served = looks.some(
    ({ healthy, fromMs, toMs }) => healthy && fromMs <= atMs + lookEveryMs && toMs >= atMs - lookEveryMs,
  );
  const wasLookedAt = looks.some(
    ({ fromMs, toMs }) => fromMs <= atMs + lookEveryMs && toMs >= atMs - lookEveryMs,
  );
  return [
    ...(moved && moved.atMs > atMs
      ? [
          `says that users were answered at ${timeOf(atMs)}, before anybody moved them at ${timeOf(moved.atMs)}`,
        ]
      : []),
    ...(wasLookedAt && !served
      ? [`says that users were answered at ${timeOf(atMs)}, when ${regions.recovery} did not serve`]
      : []),
  ];
}

/** Fractions of a second are lost in rounding. */
const roundingSeconds = 0.01;

function aboutTimes({
  traffic,
  onsetAt,
  rtoSeconds,
  kind,
  phases,
  startedAt,
  endedAt,
}: Evidence): readonly string[] {
  const { switchedAt } = traffic;
  const fromOnset =
    switchedAt === null || onsetAt === null ? null : (Date.parse(switchedAt) - Date.parse(onsetAt)) / 1000;
  const isWrong =
    kind === 'failover' &&
    (fromOnset === null
      ? rtoSeconds !== null
      : rtoSeconds === null || Math.abs(rtoSeconds - fromOnset) > roundingSeconds);
  const all = Object.values(phases);
  const sum = all.reduce((total: number, seconds) => total + (seconds ?? 0), 0);
  const isApart =
    rtoSeconds !== null &&
    all.every((seconds) => seconds !== null) &&
    Math.abs(sum - rtoSeconds) > roundingSeconds;
  return [
    ...(isWrong
      ? [`says an RTO of ${rtoSeconds} s, and users were answered ${fromOnset} s after the onset`]
      : []),
    ...(isApart ? [`says an RTO of ${rtoSeconds} s, and its phases add up to ${sum} s`] : []),
    ...(endedAt !== null && endedAt < startedAt ? ['ended before it began'] : []),
  ];
}

function aboutCosts(scene: Scene, { recovery, apiCalls, historyEvents }: Evidence): readonly string[] {
  const runs = runsOf(scene, recovery);
  const last = runs.at(-1);
  if (!last) return [];
  const calls = scene.callsOf(recovery);
  const events = last.execution.history.length;
  return [
    ...(apiCalls === calls ? [] : [`says that it made ${apiCalls} calls, and it made ${calls}`]),
    ...(historyEvents === events ? [] : [`counts ${historyEvents} events of its history, of ${events}`]),
  ];
}
