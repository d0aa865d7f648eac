import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { Instant } from '../recovery/terms.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';

/** A CloudWatch alarm as it stands. */
export interface ObservedAlarm {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** Since when it has stood there. */
  readonly since: Instant;
}

/** The alarms of these names that a Region has, metric and composite ones. A Region without one of them has one less. */
export async function readAlarms(
  access: Access,
  region: string,
  names: readonly string[],
  deadlineSeconds: number,
): Promise<Answer<readonly ObservedAlarm[]>> {
  if (names.length === 0) return { ok: true, value: [] };
  const client = openClient(CloudWatchClient, access, region);
  return mapAnswer(
    await call(
      access,
      'cloudwatch:DescribeAlarms',
      (abortSignal) =>
        client.send(
          new DescribeAlarmsCommand({
            AlarmNames: [...names],
            AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
            MaxRecords: 100,
          }),
          { abortSignal },
        ),
      { deadlineSeconds, repeatable: false },
    ),
    ({ MetricAlarms = [], CompositeAlarms = [] }) =>
      [...MetricAlarms, ...CompositeAlarms].map(
        ({ AlarmName, StateValue, StateTransitionedTimestamp, StateUpdatedTimestamp }) => ({
          name: AlarmName ?? '',
          state: StateValue ?? 'INSUFFICIENT_DATA',
          // The update may be a new reason for the same state; the transition is when the state began.
          since: (StateTransitionedTimestamp ?? StateUpdatedTimestamp ?? new Date(0)).toISOString(),
        }),
      ),
  );
}
