import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { Instant } from '../recovery/terms.ts';
import type { Access } from './access.ts';
import { type CallOptions, call } from './call.ts';

/** A metric's value in one minute. */
export interface Sample {
  readonly at: Instant;
  readonly value: number;
}

/** One metric, and which statistic of a minute is wanted. */
export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum';
}

/** Dimensions as CloudWatch has them. */
export function dimensionsOf(dimensions: Readonly<Record<string, string>>) {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

/**
 * Minute samples of metrics, newest first, by whatever the caller calls them. A metric that nobody put has none
 * (CloudWatch API Reference, GetMetricData).
 */
export async function readMetrics(
  access: Access,
  client: CloudWatchClient,
  queries: ReadonlyMap<string, MetricQuery>,
  time: { readonly from: Instant; readonly to: Instant },
  options: CallOptions = {},
): Promise<Answer<ReadonlyMap<string, readonly Sample[]>>> {
  if (queries.size === 0) return { ok: true, value: new Map() };
  const input = {
    StartTime: new Date(time.from),
    EndTime: new Date(time.to),
    ScanBy: 'TimestampDescending' as const,
    MetricDataQueries: [...queries.values()].map(({ namespace, name, dimensions, statistic }, i) => ({
      Id: `m${i}`,
      MetricStat: {
        Metric: { Namespace: namespace, MetricName: name, Dimensions: dimensionsOf(dimensions) },
        Period: 60,
        Stat: statistic,
      },
    })),
  };
  return mapAnswer(
    await call(
      access,
      'cloudwatch:GetMetricData',
      (abortSignal) => client.send(new GetMetricDataCommand(input), { abortSignal }),
      options,
    ),
    ({ MetricDataResults = [] }) =>
      new Map(
        [...queries.keys()].map((key, i) => {
          const found = MetricDataResults.find(({ Id }) => Id === `m${i}`);
          const samples = (found?.Timestamps ?? []).map((at, n) => ({
            at: at.toISOString(),
            value: found?.Values?.[n] ?? Number.NaN,
          }));
          return [key, samples];
        }),
      ),
  );
}
