import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Answer } from '../recovery/answer.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import { probeNamespace, vantagesOf } from '../recovery/signals/probes.ts';
import { type Instant, instantAfter } from '../recovery/terms.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';
import { dimensionsOf, readMetrics, type Sample } from './metric-data.ts';

/** What one probe found when it asked for one plan's address. */
export interface ProbeResult {
  readonly plan: string;
  readonly from: string;
  readonly at: Instant;
  readonly isUp: boolean;
  /** Only when it was answered. */
  readonly latencyMs?: number;
}

/** How much more than its confirmation is read: the newest sample may be minutes old, and a run goes on over missing ones. */
const beyondSeconds = 300;

/** A failure can have stood no longer than it is looked back. */
function lookBackSeconds({ trigger }: Plan): number {
  return Math.max(900, trigger.confirmSeconds + beyondSeconds);
}

const dimensions = (plan: string, from: string) => ({ Plan: plan, From: from });

/** The samples of a plan's probes in CloudWatch of the recovery Region, wherever they were taken. */
export function openProbes(access: Access, region = access.region) {
  // Compression is asynchronous in a way that a simulated clock does not see, and a few samples need none.
  const client = openClient(CloudWatchClient, access, region, { disableRequestCompression: true });
  return {
    /** Success (1 or 0) of each vantage by minute, newest first: a quarter of an hour, or what confirmation takes. */
    samples: (plan: Plan, until: Instant): Promise<Answer<ReadonlyMap<string, readonly Sample[]>>> =>
      readMetrics(
        access,
        client,
        new Map(
          vantagesOf(plan).map((from) => [
            from,
            {
              namespace: probeNamespace,
              name: 'Success',
              dimensions: dimensions(plan.plan, from),
              statistic: 'Minimum',
            },
          ]),
        ),
        { from: instantAfter(until, -lookBackSeconds(plan)), to: instantAfter(until, 60) },
        { repeatUnknown: true },
      ),
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
  const common = { Dimensions: dimensionsOf(dimensions(plan, from)), Timestamp: new Date(at) };
  return [
    { ...common, MetricName: 'Success', Value: isUp ? 1 : 0, Unit: 'Count' },
    ...(latencyMs === undefined
      ? []
      : [{ ...common, MetricName: 'Latency', Value: latencyMs, Unit: 'Milliseconds' as const }]),
  ];
}
