import type { Plan } from '../recovery/plan/plan.ts';
import {
  cronOf,
  occasionOf,
  type PracticeSchedule,
  practiceNamespace,
} from '../recovery/practice/schedules.ts';
import { conditionOf, idOf } from './alarms.ts';
import { role } from './roles.ts';
import { allow, type CfnValue } from './statements.ts';

const practiceFunction: CfnValue = { 'Fn::GetAtt': ['PracticeLambdaFunction', 'Arn'] };
const deadLetters: CfnValue = { 'Fn::GetAtt': ['DeadLetters', 'Arn'] };
const scheduleRole: CfnValue = { 'Fn::GetAtt': ['PracticeSchedulesRole', 'Arn'] };

/**
 * The schedules that practise each plan, where the stack is in the Region that recovers it: drills by the function, since the
 * time that Scheduler hands over has colons, which no execution's name may have; the yearly reminder by the topic itself.
 */
export function practiceSchedules(plans: readonly Plan[]): Readonly<Record<string, object>> {
  const own = plans.flatMap((plan) =>
    plan.drill.schedules.map((schedule): [string, object] => [
      `${idOf(plan.plan, schedule)}Practice`,
      scheduleOf(plan, schedule),
    ]),
  );
  return Object.fromEntries(own);
}

/** The look, each hour, whether what they promise took place; and the role of all these schedules. */
export function practiceLook(): Readonly<Record<string, object>> {
  return {
    PracticeLookSchedule: lookSchedule,
    PracticeSchedulesRole: role('scheduler.amazonaws.com', 'practice', [
      allow(['lambda:InvokeFunction'], [practiceFunction]),
      allow(['sns:Publish'], [{ Ref: 'Topic' }]),
      allow(['sqs:SendMessage'], [deadLetters]),
    ]),
  };
}

function scheduleOf(plan: Plan, schedule: PracticeSchedule): object {
  return {
    Type: 'AWS::Scheduler::Schedule',
    Condition: conditionOf(plan),
    Properties: {
      Name: `\${self:service}-\${sls:stage}-${plan.plan}-${schedule}`,
      Description: `${descriptions[schedule]} of the plan ${plan.plan}`,
      ScheduleExpression: cronOf(occasionOf(plan, schedule)),
      ScheduleExpressionTimezone: plan.drill.timeZone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        ...(schedule === 'yearly' ? reminder(plan) : drill(plan, schedule)),
        RoleArn: scheduleRole,
        // A drill that begins an hour late is still worth having; after that, the look says that it is missing.
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: deadLetters },
      },
    },
  };
}

const descriptions: Readonly<Record<PracticeSchedule, string>> = {
  monthly: 'The restore drill',
  quarterly: 'The full drill',
  yearly: 'The reminder to read again',
};

function drill({ plan }: Plan, schedule: PracticeSchedule): object {
  return {
    Arn: practiceFunction,
    Input: JSON.stringify({ plan, schedule, at: '<aws.scheduler.scheduled-time>' }),
  };
}

function reminder({ plan, objectives }: Plan): object {
  const minutes = (seconds: number) => Math.round(seconds / 60);
  const message = [
    `It is time to read the plan ${plan} again.`,
    `Is everything in it that the application needs today? Are the objectives still right: running again after ${minutes(objectives.rtoSeconds)} minutes, with the last ${minutes(objectives.rpoSeconds)} minutes lost?`,
    'Does the fence name everything that may write, and do the people who are told still work on it?',
    `lifeboat check ${plan} looks at the account; the last drills are in the ledger under recoveries/${plan}/.`,
  ].join(' ');
  const input = { TopicArn: '${Topic}', Subject: `Lifeboat: ${plan}: read the plan again`, Message: message };
  return {
    Arn: { 'Fn::Sub': 'arn:${AWS::Partition}:scheduler:::aws-sdk:sns:publish' },
    Input: { 'Fn::Sub': JSON.stringify(input) },
  };
}

const lookSchedule: object = {
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    Name: '${self:service}-${sls:stage}-practice-look',
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: practiceFunction,
      RoleArn: scheduleRole,
      Input: '{}',
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 },
      DeadLetterConfig: { Arn: deadLetters },
    },
  },
};

/**
 * Two alarms for each plan that promises drills: one did not take place, or the last one was not good. Where nothing is
 * measured any more, nobody looks: the topic is told of that too, by the alarm's way to INSUFFICIENT_DATA. A new alarm begins
 * there, and begins silently.
 */
export function practiceAlarms(plans: readonly Plan[]): Readonly<Record<string, object>> {
  const promising = plans.filter(({ drill: { schedules } }) =>
    schedules.some((schedule) => schedule !== 'yearly'),
  );
  const alarms = promising.flatMap((plan): [string, object][] => [
    [
      `${idOf(plan.plan)}DrillOverdueAlarm`,
      alarm(plan, 'Overdue', {
        AlarmDescription: `A drill that the plan ${plan.plan} promises did not take place: the topic says which one, when it was due and how to start it`,
        InsufficientDataActions: [{ Ref: 'Topic' }],
      }),
    ],
    [
      `${idOf(plan.plan)}DrillFailedAlarm`,
      alarm(plan, 'Failed', {
        AlarmDescription: `The last drill of the plan ${plan.plan} was not good: the topic says why and how to start another`,
      }),
    ],
  ]);
  return Object.fromEntries(alarms);
}

function alarm(plan: Plan, metric: 'Overdue' | 'Failed', more: object): object {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Condition: conditionOf(plan),
    Properties: {
      AlarmName: `lifeboat-${plan.plan}-drill-${metric.toLowerCase()}`,
      Namespace: practiceNamespace,
      MetricName: metric,
      Dimensions: [{ Name: 'Plan', Value: plan.plan }],
      Statistic: 'Maximum',
      Period: 3600,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      TreatMissingData: 'missing',
      AlarmActions: [{ Ref: 'Topic' }],
      ...more,
    },
  };
}
