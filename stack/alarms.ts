import { recoveryNamespace } from '../recovery/janitor.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import { probeNamespace, probePeriodSeconds, vantagesOf } from '../recovery/signals/probes.ts';
import { type Place, responseFunctions } from './response.ts';

/**
 * The alarms on what the probes measure: for each plan and each Region that looks, one on failures and one on unusual
 * latency. They stand in the Region that recovers, where they outlive the one that fails. A missing sample says nothing
 * about the application, so it leaves an alarm without data and never in alarm.
 */
export function probeAlarms(plans: readonly Plan[]): Readonly<Record<string, object>> {
  const alarms = plans.flatMap((plan) =>
    vantagesOf(plan).flatMap((from): [string, object][] => [
      [`${idOf(plan.plan, from)}ProbeAlarm`, failing(plan, from)],
      [`${idOf(plan.plan, from)}LatencyAlarm`, unusual(plan, from)],
    ]),
  );
  return Object.fromEntries(alarms);
}

/**
 * The alarms on Lifeboat itself, told by its topic: a function that fails twice in a row while it is woken at least every
 * five minutes, and an event that no target took. Silence is no failure here: most of them are silent all year.
 */
export function ownAlarms(place: Place): Readonly<Record<string, object>> {
  const functions = responseFunctions(place).map(({ name, logicalId }): [string, object] => [
    `${idOf(name)}ErrorsAlarm`,
    ownAlarm(`${name}-errors`, `The function ${name} fails: see its log group`, {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: logicalId } }],
      Statistic: 'Sum',
      // Practice is woken once an hour: Lambda's own tries end before a second period may begin.
      EvaluationPeriods: name === 'practice' ? 1 : 2,
      DatapointsToAlarm: name === 'practice' ? 1 : 2,
    }),
  ]);
  const undelivered = ownAlarm('dead-letters', 'Events lie in the dead-letter queue: no target took them', {
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['DeadLetters', 'QueueName'] } }],
    Statistic: 'Maximum',
    EvaluationPeriods: 1,
  });
  return { ...Object.fromEntries(functions), DeadLettersAlarm: undelivered };
}

const machines = {
  drill: 'LifeboatDrill',
  failover: 'LifeboatFailover',
  response: 'LifeboatResponse',
  remount: 'LifeboatRemount',
};
/** What Step Functions counts at the end of an execution (Developer Guide, CloudWatch metrics), and how people say it. */
const badEnds = {
  ExecutionsFailed: ['failed', 'failed or was held'],
  ExecutionsTimedOut: ['timed-out', 'took longer than its machine allows'],
} as const;

/**
 * The alarms on what the machines run. A recovery that is held ends its execution as failed: either waits for a person. The
 * silence of the response machine is one too: from then on nobody decides.
 */
export function machineAlarms(): Readonly<Record<string, object>> {
  const ends = Object.entries(machines).flatMap(([name, machine]) =>
    Object.entries(badEnds).map(([metric, [end, says]]): [string, object] => [
      `${idOf(name, end)}Alarm`,
      ownAlarm(`${name}-${end}`, `An execution of the machine ${name} ${says}`, {
        ...executions(metric, machine),
        EvaluationPeriods: 1,
      }),
    ]),
  );
  const silent = ownAlarm('response-silent', 'No look at the plans was finished for a quarter of an hour', {
    ...executions('ExecutionsSucceeded', 'LifeboatResponse'),
    EvaluationPeriods: 3,
    // Without any sample the machine is not even woken. A new alarm begins without data, and begins silently.
    InsufficientDataActions: [{ Ref: 'Topic' }],
    TreatMissingData: 'missing',
    ComparisonOperator: 'LessThanThreshold',
  });
  return { ...Object.fromEntries(ends), ResponseSilentAlarm: silent };
}

function executions(metric: string, machine: string): object {
  return {
    Namespace: 'AWS/States',
    MetricName: metric,
    Dimensions: [{ Name: 'StateMachineArn', Value: { Ref: machine } }],
    Statistic: 'Sum',
  };
}

/** A recovery that goes on for longer than its plan promises, held or running; the janitor measures it while it lasts. */
export function overdueAlarms(plans: readonly Plan[]): Readonly<Record<string, object>> {
  const alarms = plans.map((plan): [string, object] => [
    `${idOf(plan.plan)}OverdueAlarm`,
    {
      Type: 'AWS::CloudWatch::Alarm',
      Condition: conditionOf(plan),
      Properties: {
        AlarmName: `lifeboat-${plan.plan}-overdue`,
        AlarmDescription: `A recovery of ${plan.plan} is not over after ${Math.round(plan.objectives.rtoSeconds / 60)} minutes, or a drill after its longest time: lifeboat status ${plan.plan} --aws says what it waits for`,
        Namespace: recoveryNamespace,
        MetricName: 'Overdue',
        Dimensions: [{ Name: 'Plan', Value: plan.plan }],
        Statistic: 'Maximum',
        Period: 300,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
        TreatMissingData: 'notBreaching',
        AlarmActions: [{ Ref: 'Topic' }],
      },
    },
  ]);
  return Object.fromEntries(alarms);
}

function ownAlarm(name: string, description: string, rule: object): object {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `\${self:service}-\${sls:stage}-${name}`,
      AlarmDescription: description,
      Period: 300,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'Topic' }],
      ...rule,
    },
  };
}

/** `RecoversPlan`: whether a plan recovers to the Region of the stack. An installation serves one Region at a time. */
export function recoveryConditions(plans: readonly Plan[]): Readonly<Record<string, object>> {
  return Object.fromEntries(plans.map((plan) => [conditionOf(plan), stackIsIn(plan.regions.recovery)]));
}

/** Whether the Region of the stack is a witness of some plan: only there a probe is woken. */
export function witnessConditions(plans: readonly Plan[]): Readonly<Record<string, object>> {
  const witnesses = [...new Set(plans.flatMap(({ regions }) => regions.witness ?? []))];
  // A condition joins at most ten others; with each of them in the next one there is no such bound.
  const isWitness = witnesses
    .map(stackIsIn)
    .reduce((others, each) => ({ 'Fn::Or': [others, each] }), stackIsIn('none'));
  return { IsWitness: isWitness };
}

/** The condition that a stack stands in a Region. */
export function stackIsIn(region: string): object {
  return { 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] };
}

function failing(plan: Plan, from: string): object {
  return alarm(plan, from, 'probe', {
    AlarmDescription: `The probe of ${plan.plan} in ${from} fails`,
    Namespace: probeNamespace,
    MetricName: 'Success',
    Dimensions: dimensions(plan, from),
    Statistic: 'Minimum',
    Period: probePeriodSeconds,
    EvaluationPeriods: 2,
    DatapointsToAlarm: 2,
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
  });
}

/** Three periods beyond three standard deviations: one slow answer is nobody's outage. */
function unusual(plan: Plan, from: string): object {
  const metric = { Namespace: probeNamespace, MetricName: 'Latency', Dimensions: dimensions(plan, from) };
  return alarm(plan, from, 'latency', {
    AlarmDescription: `The answers of ${plan.plan} to the probe in ${from} are slower than usual`,
    Metrics: [
      { Id: 'm1', MetricStat: { Metric: metric, Period: probePeriodSeconds, Stat: 'Average' } },
      { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 3)', Label: 'Latency (expected)' },
    ],
    ThresholdMetricId: 'ad1',
    EvaluationPeriods: 3,
    DatapointsToAlarm: 3,
    ComparisonOperator: 'GreaterThanUpperThreshold',
  });
}

function alarm(plan: Plan, from: string, what: 'probe' | 'latency', rule: object): object {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Condition: conditionOf(plan),
    Properties: { AlarmName: `lifeboat-${plan.plan}-${what}-${from}`, ...rule, TreatMissingData: 'missing' },
  };
}

function dimensions({ plan }: Plan, from: string): readonly object[] {
  return [
    { Name: 'Plan', Value: plan },
    { Name: 'From', Value: from },
  ];
}

/** The logical id of the condition under which a plan's resources are made. */
export function conditionOf({ plan }: Plan): string {
  return `Recovers${idOf(plan)}`;
}

/** Names as a logical id: `shop-orders` is `ShopOrders`. */
export function idOf(...names: readonly string[]): string {
  return names
    .flatMap((name) => name.split('-'))
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
