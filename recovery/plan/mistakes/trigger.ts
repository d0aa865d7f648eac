/** Regions and the trigger: whether the right signals could ever start a recovery, and no wrong one alone. */
import { defaults } from '../defaults.ts';
import { type Draft, known, written } from '../draft.ts';
import { formatDuration, parseDuration } from '../durations.ts';
import type { Finding } from '../plan-error.ts';
import type { Check } from '../references.ts';

/** Partitions by how their Regions begin; nothing is copied from one to another (AWS General Reference, ARNs). */
const partitions: readonly (readonly [beginning: RegExp, partition: string])[] = [
  [/^cn-/, 'aws-cn'],
  [/^us-gov-/, 'aws-us-gov'],
  [/^eusc-/, 'aws-eusc'],
  [/^(?:us|eu)-iso/, 'an isolated partition'],
];

function partitionOf(region: string): string {
  return partitions.find(([beginning]) => beginning.test(region))?.[1] ?? 'aws';
}

function* differentRegions({ regions }: Draft): Iterable<Finding> {
  const { primary, recovery, witness } = regions ?? {};
  if (recovery !== undefined && recovery === primary) {
    const message = `${recovery} is also the primary Region`;
    yield { path: ['regions', 'recovery'], message, fix: 'choose another Region to recover in' };
  }
  if (witness === undefined) return;
  const same = witness === primary ? 'primary' : witness === recovery ? 'recovery' : undefined;
  if (same === undefined) return;
  const message = `${witness} is also the ${same} Region`;
  yield { path: ['regions', 'witness'], message, fix: 'choose a third Region, or remove witness' };
}

function* onePartition({ regions }: Draft): Iterable<Finding> {
  const { primary } = regions ?? {};
  if (primary === undefined) return;
  for (const name of ['recovery', 'witness'] as const) {
    const region = regions?.[name];
    if (region === undefined || partitionOf(region) === partitionOf(primary)) continue;
    yield {
      path: ['regions', name],
      message: `${region} and ${primary} are in different AWS partitions`,
      fix: `choose a Region in the partition of ${primary}; nothing crosses partitions`,
    };
  }
}

function* somethingWatched({ trigger }: Draft): Iterable<Finding> {
  const signals = trigger?.signals;
  if (signals === undefined || written(signals, 'probes') || written(signals, 'alarms')) return;
  const inside = [
    ...(written(signals, 'metrics') ? ['metrics'] : []),
    ...(written(signals, 'targetGroups') ? ['target groups'] : []),
  ];
  const message =
    inside.length > 0
      ? `only ${inside.join(' and ')} of the primary Region are watched, and they are silent when it is`
      : written(signals, 'health')
        ? 'only AWS Health is watched, and it never decides alone'
        : 'nothing is watched';
  yield { path: ['trigger', 'signals'], message, fix: 'add probes, alarms or both' };
}

/** Votes that could stand at `down` at the same time: probes look from the recovery and the witness Region. */
function votesOf({ trigger, regions }: Draft): number | undefined {
  const signals = trigger?.signals;
  if (signals === undefined || regions === undefined) return undefined;
  if (written(signals, 'alarms') && signals.alarms === undefined) return undefined;
  if (!written(signals, 'probes') && !written(signals, 'alarms')) return undefined;
  const probes = written(signals, 'probes') ? (written(regions, 'witness') ? 2 : 1) : 0;
  // Target groups and metrics all look from the primary Region: however many there are, they are one place.
  const inside = written(signals, 'targetGroups') || written(signals, 'metrics') ? 1 : 0;
  const health = written(signals, 'health') ? 1 : 0;
  return probes + (signals.alarms?.length ?? 0) + inside + health;
}

function* quorumWithinReach(draft: Draft): Iterable<Finding> {
  const { trigger } = draft;
  const votes = votesOf(draft);
  if (trigger === undefined || votes === undefined) return;
  const stated = written(trigger, 'quorum');
  const quorum = stated ? trigger.quorum : defaults.quorum.value;
  if (quorum === undefined || quorum <= votes) return;
  const lower = votes >= 2 ? `lower it to ${votes}, or ` : '';
  yield {
    path: stated ? ['trigger', 'quorum'] : ['trigger', 'signals'],
    message: `a quorum of ${quorum} is never reached: ${votes === 1 ? 'one signal is' : `${votes} signals are`} watched`,
    fix: `${lower}add an alarm, probes or a witness Region`,
  };
}

function* noLoneDecision({ trigger }: Draft): Iterable<Finding> {
  if (trigger?.mode !== 'automatic' || trigger.quorum !== 1) return;
  const message = 'one wrong signal would start a recovery in automatic mode';
  yield { path: ['trigger', 'quorum'], message, fix: 'write 2 or more, or mode: approve' };
}

const judgements = ['above', 'below', 'anomaly'] as const;

/** A metric says down in exactly one way. */
function* oneJudgement({ trigger }: Draft): Iterable<Finding> {
  for (const [name, metric] of known(trigger?.signals?.metrics)) {
    const path = ['trigger', 'signals', 'metrics', name];
    const [first, ...more] = judgements.filter((key) => written(metric, key));
    if (first === undefined)
      yield { path, message: 'nothing says when it is down', fix: 'add above, below or anomaly' };
    for (const key of more) {
      const message = `"${key}" says when it is down, and "${first}" says it too`;
      yield { path: [...path, key], message, fix: `remove ${key}, or make another metric of it` };
    }
  }
}

/** CloudWatch API Reference, PutMetricAlarm: Dimensions. */
const dimensionsMost = 30;

function* fewDimensions({ trigger }: Draft): Iterable<Finding> {
  for (const [name, { dimensions }] of known(trigger?.signals?.metrics)) {
    const count = Object.keys(dimensions ?? {}).length;
    if (count > dimensionsMost) {
      const message = `${count} dimensions are more than the ${dimensionsMost} that a metric of CloudWatch can have`;
      const fix = 'write those that the metric has';
      yield { path: ['trigger', 'signals', 'metrics', name, 'dimensions'], message, fix };
    }
  }
}

/** The periods of alarms on what AWS measures are whole minutes (CloudWatch API Reference, PutMetricAlarm). */
function* wholeMinutes({ trigger }: Draft): Iterable<Finding> {
  for (const [name, { period }] of known(trigger?.signals?.metrics)) {
    const seconds = period === undefined ? undefined : parseDuration(period);
    if (seconds === undefined || seconds % 60 === 0) continue;
    const path = ['trigger', 'signals', 'metrics', name, 'period'];
    const near = formatDuration(Math.ceil(seconds / 60) * 60);
    yield { path, message: `${period} is not a whole number of minutes`, fix: `write ${near}` };
  }
}

/** Signals in both modes where nobody is asked, and Regions that differ. */
export const triggerChecks: readonly Check[] = [
  differentRegions,
  onePartition,
  somethingWatched,
  quorumWithinReach,
  noLoneDecision,
  oneJudgement,
  fewDimensions,
  wholeMinutes,
];
