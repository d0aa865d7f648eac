import assert from 'node:assert/strict';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { openAccount, recordEvents, recovery, settings, startMs } from './data-account.ts';

const minuteMs = 60_000;

/** `detail` of an alarm's change of state. */
interface Change {
  readonly alarmName: string;
  readonly configuration: { readonly metrics: readonly Readonly<Record<string, unknown>>[] };
  readonly previousState: { readonly value: string };
  readonly state: {
    readonly value: string;
    readonly reason: string;
    readonly reasonData: string;
    readonly timestamp: string;
  };
}

/** Two bad minutes of three. */
export const alarmInput: PutMetricAlarmCommandInput = {
  AlarmName: 'shop-latency',
  AlarmDescription: 'the shop is slow',
  Namespace: 'Shop',
  MetricName: 'Latency',
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 3,
  DatapointsToAlarm: 2,
  Threshold: 100,
  ComparisonOperator: 'GreaterThanThreshold',
};

/** An account whose shop measures its latency: `latency` gives the metric's value in each minute from the start on. */
export function openAlarms(latency: (minute: number) => number | undefined) {
  const sim = openAccount();
  const { cloudwatch, sns } = sim.region(recovery);
  cloudwatch.addProvider('Shop', 'Latency', (_dimensions, atMs) => latency((atMs - startMs) / minuteMs));
  const topic = sns.addTopic({ name: 'operators' });
  const client = new CloudWatchClient(settings(sim, recovery));
  const events = recordEvents(sim, recovery);
  const put = (input: Partial<PutMetricAlarmCommandInput> = {}) =>
    sim.clock.drive(
      client.send(new PutMetricAlarmCommand({ ...alarmInput, ...input } as PutMetricAlarmCommandInput)),
    );
  const describe = async (input: DescribeAlarmsCommandInput = {}) => {
    const { MetricAlarms = [], NextToken } = await sim.clock.drive(
      client.send(new DescribeAlarmsCommand(input)),
    );
    return { alarms: MetricAlarms, NextToken };
  };
  const stateNow = async () => (await describe()).alarms[0]?.StateValue;
  const changes = () =>
    events
      .filter((event) => event['detail-type'] === 'CloudWatch Alarm State Change')
      .map((event) => ({ ...event, detail: event.detail as unknown as Change }));
  const lastChange = () => changes().at(-1) ?? assert.fail('the alarm changed nothing');
  const waitMinutes = (minutes: number) => sim.clock.driveUntil(sim.clock.nowMs() + minutes * minuteMs);
  return { sim, client, sns, topic, events, put, describe, stateNow, changes, lastChange, waitMinutes };
}
