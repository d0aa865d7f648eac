import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { MetricName } from '../recovery/steps/traffic.ts';
import { type Instant, instantAfter } from '../recovery/terms.ts';
import { type Access, clientConfig } from './access.ts';
import { call } from './call.ts';

export type CloudWatch = ReturnType<typeof openCloudWatch>;

export interface Sample {
  readonly at: Instant;
  readonly value: number;
}

/** Metrics of one Region. */
export function openCloudWatch(access: Access, region = access.region) {
  // Compression is asynchronous in a way that a simulated clock does not see, and a few samples need none.
  const client = new CloudWatchClient({ ...clientConfig(access, region), disableRequestCompression: true });
  return {
    /** Puts samples of one metric of our own. A repetition adds samples of the same value: harmless to a maximum. */
    putMetric: async (metric: MetricName, samples: readonly Sample[]): Promise<Answer<void>> =>
      mapAnswer(
        await call(
          access,
          'cloudwatch:PutMetricData',
          (abortSignal) =>
            client.send(
              new PutMetricDataCommand({
                Namespace: metric.namespace,
                MetricData: samples.map(({ at, value }) => ({
                  MetricName: metric.name,
                  Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
                  Timestamp: new Date(at),
                  Value: value,
                })),
              }),
              { abortSignal },
            ),
          { repeatUnknown: true },
        ),
        () => undefined,
      ),
    /** Minute samples of ReplicaLag (seconds; −1 means that replication is not active), newest first. */
    replicaLag: async (replica: string, until: Instant, minutes = 10): Promise<Answer<readonly Sample[]>> =>
      mapAnswer(
        await call(access, 'cloudwatch:GetMetricData', (abortSignal) =>
          client.send(
            new GetMetricDataCommand({
              StartTime: new Date(instantAfter(until, -60 * minutes)),
              EndTime: new Date(until),
              ScanBy: 'TimestampDescending',
              MetricDataQueries: [
                {
                  Id: 'lag',
                  MetricStat: {
                    Metric: {
                      Namespace: 'AWS/RDS',
                      MetricName: 'ReplicaLag',
                      Dimensions: [{ Name: 'DBInstanceIdentifier', Value: replica }],
                    },
                    Period: 60,
                    Stat: 'Maximum',
                  },
                },
              ],
            }),
            { abortSignal },
          ),
        ),
        (output) => {
          const result = output.MetricDataResults?.[0];
          return (result?.Timestamps ?? []).map((at, i) => ({
            at: at.toISOString(),
            value: result?.Values?.[i] ?? Number.NaN,
          }));
        },
      ),
  };
}
