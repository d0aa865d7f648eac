import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Distribution } from '../draws.ts';
import type { Region, Simulator } from '../simulator.ts';
import { answerOf } from './answering.ts';
import { resolveFor } from './clients.ts';
import { regionHealth } from './health.ts';
import { worldOf } from './placed.ts';
import type { WorldRegion } from './schema.ts';

type WorldAlarm = WorldRegion['alarms'][string];

const minuteMs = 60_000;
/** What the application's own answers take while it is well, in milliseconds. */
const latencyMs: Distribution = { dist: 'lognormal', p50: 120, p95: 180 };

/** Puts the workload's own alarms into a Region, and lets the application publish what they watch. */
export function placeAlarms(sim: Simulator, region: Region, world: WorldRegion): void {
  for (const [name, alarm] of Object.entries(world.alarms)) {
    if (alarm.measures !== undefined) publish(sim, region, alarm, alarm.measures);
    region.cloudwatch.alarms.put(alarmInput(name, alarm), alarm.state);
  }
}

/**
 * A value for each minute: drawn for those before the start, measured half-way through for those after it. A minute that
 * was measured once keeps its value.
 */
function publish(
  sim: Simulator,
  region: Region,
  { namespace, metric }: WorldAlarm,
  measures: NonNullable<WorldAlarm['measures']>,
): void {
  const startMs = sim.clock.nowMs();
  const values = new Map<number, number | undefined>();
  const value = (minuteStartMs: number): number | undefined => {
    if (minuteStartMs < startMs && !values.has(minuteStartMs)) {
      values.set(minuteStartMs, measures === 'success' ? 1 : drawnLatency(sim, region, minuteStartMs));
    }
    return values.get(minuteStartMs);
  };
  const measure = (): void => {
    const nowMs = sim.clock.nowMs();
    const minuteStartMs = nowMs - (nowMs % minuteMs);
    values.set(
      minuteStartMs,
      measures === 'success' ? success(sim, region) : latency(sim, region, minuteStartMs),
    );
    sim.clock.after(minuteMs, measure);
  };
  sim.clock.at(startMs - (startMs % minuteMs) + minuteMs / 2, measure);
  region.cloudwatch.addProvider(
    namespace,
    metric,
    (dimensions, periodStartMs) => (Object.keys(dimensions).length === 0 ? value(periodStartMs) : undefined),
    () => [{}],
  );
}

/** A canary of the Region asks for the live name; in a Region that is down nothing runs that could ask. */
function success(sim: Simulator, region: Region): number | undefined {
  const { world, silentRegions } = worldOf(sim);
  const { liveName, health } = world.application;
  if (silentRegions.has(region.name)) return undefined;
  const destination = resolveFor(sim, `canary/${region.name}`, liveName);
  if (!destination) return 0;
  const outcome = answerOf(sim, destination, 443, health);
  return outcome.kind === 'response' && outcome.status === 200 ? 1 : 0;
}

function latency(sim: Simulator, region: Region, minuteStartMs: number): number | undefined {
  return regionHealth(sim, region.name).healthy ? drawnLatency(sim, region, minuteStartMs) : undefined;
}

function drawnLatency(sim: Simulator, region: Region, minuteStartMs: number): number {
  return sim.draws.sampleFrom(latencyMs, 'world.latency', `${region.name}/${minuteStartMs}`);
}

function alarmInput(name: string, alarm: WorldAlarm): PutMetricAlarmCommandInput {
  const {
    namespace,
    metric,
    dimensions,
    periodSeconds,
    evaluationPeriods,
    comparison,
    threshold,
    statistic,
    missingData,
  } = alarm;
  const common = {
    AlarmName: name,
    ComparisonOperator: comparison,
    EvaluationPeriods: evaluationPeriods,
    TreatMissingData: missingData,
  };
  const watched = {
    Namespace: namespace,
    MetricName: metric,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
  if (comparison !== 'GreaterThanUpperThreshold') {
    return { ...common, ...watched, Period: periodSeconds, Statistic: statistic, Threshold: threshold };
  }
  const stat = {
    Metric: watched,
    Period: periodSeconds,
    Stat: statistic,
  };
  return {
    ...common,
    ThresholdMetricId: 'band',
    Metrics: [
      { Id: 'metric', MetricStat: stat, ReturnData: true },
      { Id: 'band', Expression: `ANOMALY_DETECTION_BAND(metric, ${threshold})`, ReturnData: true },
    ],
  };
}
