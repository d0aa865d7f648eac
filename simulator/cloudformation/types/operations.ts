import { checkSchedule } from '../../events/schedule-expression.ts';
import { refuseReadOnly } from '../../events/schedule-target.ts';
import { isObject } from '../../json.ts';
import type { ResolvedResource, ResourceModels } from '../model.ts';
import { object, objects, optionalText, pathOf, text } from '../properties.ts';

/** What operators look at and are told by: topics, documents, log groups, alarms, rules, schedules. */
export const operationsModels: ResourceModels = {
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    identify: ({ name, arn }) => ({
      ref: arn('sns', name),
      attributes: { TopicArn: arn('sns', name), TopicName: name },
    }),
    modelled: ['Tags', 'TopicName'],
    inert: ['DisplayName', 'KmsMasterKeyId'],
    create(topic, deployment) {
      deployment.ask(deployment.region.sns, 'CreateTopic', {
        Name: topic.name,
        Tags: objects(topic, 'Tags'),
      });
    },
  },
  // Whoever is subscribed is asked to confirm, and hears nothing before.
  'AWS::SNS::Subscription': {
    identify: ({ name, property }) => ({ ref: `${String(property('TopicArn'))}:${name}`, attributes: {} }),
    modelled: ['Endpoint', 'Protocol', 'TopicArn'],
    inert: [],
    create(subscription, deployment) {
      deployment.ask(deployment.region.sns, 'Subscribe', {
        TopicArn: text(subscription, 'TopicArn'),
        Protocol: text(subscription, 'Protocol'),
        Endpoint: text(subscription, 'Endpoint'),
      });
    },
  },
  // A queue has an identity and nothing more: what would go into one as a dead letter is kept by its sender.
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    identify: ({ name, accountId, arn }) => {
      const queueArn = arn('sqs', name);
      const url = `https://sqs.${queueArn.split(':')[3]}.amazonaws.com/${accountId}/${name}`;
      return { ref: url, attributes: { Arn: queueArn, QueueName: name, QueueUrl: url } };
    },
    modelled: ['QueueName'],
    inert: ['MessageRetentionPeriod', 'SqsManagedSseEnabled', 'Tags'],
    create() {},
  },
  'AWS::SQS::QueuePolicy': {
    identify: ({ name }) => ({ ref: name, attributes: { Id: name } }),
    modelled: [],
    inert: ['PolicyDocument', 'Queues'],
    create() {},
  },
  'AWS::SSM::Document': {
    nameProperty: 'Name',
    identify: ({ name }) => ({ ref: name, attributes: {} }),
    modelled: ['Content', 'DocumentFormat', 'DocumentType', 'Name', 'Tags', 'TargetType'],
    // A document that is replaced instead of versioned is a matter of updates.
    inert: ['UpdateMethod'],
    create(document, deployment) {
      deployment.ask(deployment.region.ssm, 'CreateDocument', {
        Name: document.name,
        Content: contentOf(document),
        DocumentFormat: optionalText(document, 'DocumentFormat') ?? 'JSON',
        DocumentType: optionalText(document, 'DocumentType') ?? 'Command',
        TargetType: optionalText(document, 'TargetType'),
        Tags: objects(document, 'Tags'),
      });
    },
  },
  'AWS::SSM::Parameter': {
    nameProperty: 'Name',
    identify: ({ name, property }) => ({
      ref: name,
      attributes: { Type: String(property('Type')), Value: String(property('Value')) },
    }),
    modelled: ['Description', 'Name', 'Tier', 'Type', 'Value'],
    inert: [],
    create(parameter, deployment) {
      deployment.ask(deployment.region.ssm, 'PutParameter', {
        Name: parameter.name,
        Type: text(parameter, 'Type'),
        Value: text(parameter, 'Value'),
        Description: optionalText(parameter, 'Description'),
        Tier: optionalText(parameter, 'Tier'),
      });
    },
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    identify: ({ name, arn }) => ({ ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } }),
    modelled: ['LogGroupName'],
    inert: ['RetentionInDays', 'Tags'],
    create(group, { logGroups }) {
      logGroups.add(group.name);
    },
  },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    identify: ({ name, arn }) => ({ ref: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`) } }),
    // PutMetricAlarm has the same members, and refuses those that are not modelled.
    modelled: [
      'ActionsEnabled',
      'AlarmActions',
      'AlarmDescription',
      'AlarmName',
      'ComparisonOperator',
      'DatapointsToAlarm',
      'Dimensions',
      'EvaluationPeriods',
      'InsufficientDataActions',
      'MetricName',
      'Metrics',
      'Namespace',
      'OKActions',
      'Period',
      'Statistic',
      'Threshold',
      'ThresholdMetricId',
      'TreatMissingData',
      'Unit',
    ],
    inert: ['Tags'],
    create(alarm, deployment) {
      const { Tags: _, ...input } = alarm.properties;
      deployment.ask(deployment.region.cloudwatch, 'PutMetricAlarm', { ...input, AlarmName: alarm.name });
    },
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    identify: ({ name, arn }) => ({
      ref: name,
      attributes: { Arn: arn('events', `event-bus/${name}`), Name: name },
    }),
    modelled: ['Description', 'Name', 'Tags'],
    inert: [],
    create(bus, deployment) {
      deployment.ask(deployment.region.events, 'CreateEventBus', {
        Name: bus.name,
        Description: optionalText(bus, 'Description'),
        Tags: objects(bus, 'Tags'),
      });
    },
  },
  'AWS::Events::EventBusPolicy': {
    identify: ({ name }) => ({ ref: name, attributes: {} }),
    modelled: ['EventBusName', 'Statement', 'StatementId'],
    inert: [],
    create(policy, deployment) {
      const statement = { Sid: text(policy, 'StatementId'), ...object(policy, 'Statement') };
      deployment.ask(deployment.region.events, 'PutPermission', {
        EventBusName: optionalText(policy, 'EventBusName'),
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
      });
    },
  },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    identify: ({ name, arn, property }) => {
      const bus = property('EventBusName') ?? 'default';
      const path = bus === 'default' ? name : `${bus}/${name}`;
      return {
        ref: bus === 'default' ? name : `${bus}|${name}`,
        attributes: { Arn: arn('events', `rule/${path}`) },
      };
    },
    modelled: [
      'Description',
      'EventBusName',
      'EventPattern',
      'Name',
      'RoleArn',
      'ScheduleExpression',
      'State',
      'Targets',
    ],
    inert: ['Tags'],
    create(rule, deployment) {
      const { EventPattern: pattern, Targets: _targets, Tags: _tags, ...rest } = rule.properties;
      const { events } = deployment.region;
      deployment.ask(events, 'PutRule', {
        ...rest,
        Name: rule.name,
        ...(pattern !== undefined && { EventPattern: JSON.stringify(pattern) }),
      });
      const Targets = objects(rule, 'Targets');
      for (const { RoleArn: role } of Targets) {
        if (role !== undefined)
          deployment.requireTrust(String(role), 'events.amazonaws.com', pathOf(rule, 'Targets'));
      }
      const bus = optionalText(rule, 'EventBusName');
      const place = bus === undefined ? {} : { EventBusName: bus };
      if (Targets.length > 0) deployment.ask(events, 'PutTargets', { Rule: rule.name, ...place, Targets });
    },
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    identify: ({ name, arn }) => ({
      ref: name,
      attributes: { Arn: arn('scheduler', `schedule/default/${name}`) },
    }),
    modelled: [
      'EndDate',
      'FlexibleTimeWindow',
      'Name',
      'ScheduleExpression',
      'ScheduleExpressionTimezone',
      'StartDate',
      'State',
      'Target',
    ],
    inert: ['Description'],
    create(schedule, deployment) {
      const { name } = schedule;
      const target = object(schedule, 'Target');
      object(schedule, 'FlexibleTimeWindow');
      deployment.requireTrust(
        String(target['RoleArn']),
        'scheduler.amazonaws.com',
        pathOf(schedule, 'Target'),
      );
      const arn = String(schedule.attributes['Arn']);
      const expression = text(schedule, 'ScheduleExpression');
      checkSchedule(name, expression, optionalText(schedule, 'ScheduleExpressionTimezone'));
      refuseReadOnly(String(target['Arn']));
      deployment.schedules.set(name, { name, arn, expression, target, properties: schedule.properties });
    },
  },
};

/** A document's content is an object, or text in the document's format. */
function contentOf(document: ResolvedResource): string {
  const { Content: content = null } = document.properties;
  return isObject(content) ? JSON.stringify(content) : text(document, 'Content');
}
