import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { MetricName } from '../recovery/steps/traffic.ts';
import { type Instant, instantAfter } from '../recovery/terms.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';
import { dimensionsOf, readMetrics, type Sample } from './metric-data.ts';

export type { Sample } from './metric-data.ts';

export type CloudWatch = ReturnType<typeof openCloudWatch>;

/** Metrics of one Region. */
export function openCloudWatch(access: Access, region = access.region) {
  // Compression is asynchronous in a way that a simulated clock does not see, and a few samples need none.
  const client = openClient(CloudWatchClient, access, region, { disableRequestCompression: true });
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
                  Dimensions: dimensionsOf(metric.dimensions),
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
        await readMetrics(
          access,
          client,
          new Map([
            [
              'lag',
              {
                namespace: 'AWS/RDS',
                name: 'ReplicaLag',
                dimensions: { DBInstanceIdentifier: replica },
                statistic: 'Maximum',
              },
            ],
          ]),
          { from: instantAfter(until, -60 * minutes), to: until },
        ),
        (samples) => samples.get('lag') ?? [],
      ),
  };
}
