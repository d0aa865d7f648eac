import type { DescribeAlarmsCommandInput, PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { type ActionTable, withoutResource } from '../check.ts';

/** Actions and condition keys of CloudWatch (Service Authorization Reference, Amazon CloudWatch). */
export const cloudwatchActions: ActionTable = {
  ...withoutResource('cloudwatch', ['GetMetricData']),
  PutMetricData: ({ Namespace = '' }: PutMetricDataCommandInput) => [
    { action: 'cloudwatch:PutMetricData', resource: '*', keys: { 'cloudwatch:namespace': [Namespace] } },
  ],
  // Composite alarms are told only to who may describe everything (CloudWatch API Reference, DescribeAlarms).
  DescribeAlarms: ({ AlarmTypes = [] }: DescribeAlarmsCommandInput, place) => [
    {
      action: 'cloudwatch:DescribeAlarms',
      resource: AlarmTypes.includes('CompositeAlarm') ? '*' : place.arn('cloudwatch', 'alarm:*'),
    },
  ],
};
