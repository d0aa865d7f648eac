import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import { probeNamespace, vantagesOf } from '../recovery/signals/probes.ts';
import { type Instant, instantAfter } from '../recovery/terms.ts';
import { type Access, clientConfig } from './access.ts';
import { call } from './call.ts';
import type { Sample } from './cloudwatch.ts';

/** What one probe found when it asked for one plan's address. */
export interface ProbeResult {
  readonly plan: string;
  readonly from: string;
  readonly at: Instant;
  readonly isUp: boolean;
  /** Only when it was answered. */
  readonly latencyMs?: number;
}

const dimensions = (plan: string, from: string) => [
  { Name: 'Plan', Value: plan },
  { Name: 'From', Value: from },
];

/** The samples of a plan's probes in CloudWatch of the recovery Region, wherever they were taken. */
export function openProbes(access: Access, region = access.region) {
  // Compression is asynchronous in a way that a simulated clock does not see, and a few samples need none.
  const client = new CloudWatchClient({ ...clientConfig(access, region), disableRequestCompression: true });
  return {
    /** Success (1 or 0) of each vantage by minute over the last quarter of an hour, newest first. */
    samples: async (plan: Plan, until: Instant): Promise<Answer<ReadonlyMap<string, readonly Sample[]>>> => {
      const vantages = vantagesOf(plan);
      if (vantages.length === 0) return { ok: true, value: new Map() };
      return mapAnswer(
        await call(
          access,
          'cloudwatch:GetMetricData',
          (abortSignal) =>
            client.send(
              new GetMetricDataCommand({
                StartTime: new Date(instantAfter(until, -900)),
                EndTime: new Date(instantAfter(until, 60)),
                ScanBy: 'TimestampDescending',
                MetricDataQueries: vantages.map((from, i) => ({
                  Id: `probe${i}`,
                  MetricStat: {
                    Metric: {
                      Namespace: probeNamespace,
                      MetricName: 'Success',
                      Dimensions: dimensions(plan.plan, from),
                    },
                    Period: 60,
                    Stat: 'Minimum',
                  },
                })),
              }),
              { abortSignal },
            ),
          { repeatUnknown: true },
        ),
        ({ MetricDataResults = [] }) =>
          new Map(
            vantages.map((from, i) => {
              const found = MetricDataResults.find(({ Id }) => Id === `probe${i}`);
              return [
                from,
                (found?.Timestamps ?? []).map((at, n) => ({
                  at: at.toISOString(),
                  value: found?.Values?.[n] ?? Number.NaN,
                })),
              ];
            }),
          ),
      );
    },
    /** Writes what was found: `Success`, and `Latency` of what was answered. At most 500 plans at once (PutMetricData). */
    put: (results: readonly ProbeResult[]): Promise<Answer<unknown>> =>
      call(
        access,
        'cloudwatch:PutMetricData',
        (abortSignal) =>
          client.send(
            new PutMetricDataCommand({ Namespace: probeNamespace, MetricData: results.flatMap(dataOf) }),
            { abortSignal },
          ),
        { repeatUnknown: true },
      ),
  };
}

function dataOf({ plan, from, at, isUp, latencyMs }: ProbeResult): MetricDatum[] {
  const common = { Dimensions: dimensions(plan, from), Timestamp: new Date(at) };
  return [
    { ...common, MetricName: 'Success', Value: isUp ? 1 : 0, Unit: 'Count' },
    ...(latencyMs === undefined
      ? []
      : [{ ...common, MetricName: 'Latency', Value: latencyMs, Unit: 'Milliseconds' as const }]),
  ];
}
