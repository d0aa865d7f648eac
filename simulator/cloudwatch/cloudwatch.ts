import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { TokenBucket } from '../throttle.ts';
import { AlarmBoard } from './alarms.ts';
import type { AlarmStateValue } from './evaluation.ts';
import type { MetricLister, MetricProvider } from './metric.ts';
import { putMetricData } from './put.ts';
import { getMetricData, getMetricStatistics, listMetrics } from './queries.ts';
import { MetricStore } from './store.ts';

type Buckets = Readonly<Record<string, { readonly bucket: number; readonly refill: number } | string>>;

/** CloudWatch of one Region: metrics and the alarms on them. */
export class CloudWatch implements Service {
  readonly name = 'monitoring';
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly metrics: MetricStore;
  readonly alarms: AlarmBoard;
  readonly operations: Operations;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(sim: Simulator, region: RegionName) {
    this.sim = sim;
    this.region = region;
    this.metrics = new MetricStore(sim.clock);
    this.alarms = new AlarmBoard(this);
    this.operations = {
      PutMetricData: (input, call) => putMetricData(this, input, call),
      GetMetricData: (input) => getMetricData(this, input),
      GetMetricStatistics: (input) => getMetricStatistics(this, input),
      ListMetrics: (input) => listMetrics(this, input),
      ...this.alarms.operations,
    };
  }

  /**
   * Lets another service publish a metric of its own: `read` gives the value of a minute, for any minute and any number of
   * times; `list`, where given, says for which dimensions there is one.
   */
  addProvider(namespace: string, metricName: string, read: MetricProvider, list?: MetricLister): void {
    this.metrics.addProvider(namespace, metricName, read, list);
  }

  /** Puts an alarm into the world, in the state it has had; from then on it is evaluated like any other. */
  addAlarm(input: PutMetricAlarmCommandInput, state: AlarmStateValue = 'OK'): void {
    this.alarms.put(input, state);
  }

  throttle(call: Call): void {
    const shape = (defaults.cloudwatch.requestBuckets as Buckets)[call.operation];
    if (typeof shape !== 'object') return;
    const bucket = this.#buckets.get(call.operation) ?? new TokenBucket(shape, this.sim.clock);
    this.#buckets.set(call.operation, bucket);
    if (!bucket.take()) throw new AwsError('Throttling', 'Rate exceeded');
  }
}
