import {
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  type CloudWatchRegion,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
} from '@aws-sdk/client-route-53';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { AddTagsToResourceCommand, CreateDocumentCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { World, WorldRegion } from '../../../../simulator/world/schema.ts';
import { named, type PeerAccount, tagList } from './account.ts';

/** Parameters, documents and topics of a Region; the databases whose endpoints they hold must be there. */
export async function seedSettings(account: PeerAccount, region: string, world: WorldRegion): Promise<void> {
  const { ssm, sns } = account.in(region);
  for (const [Name, { value, endpointOf, type, tags }] of Object.entries(world.parameters)) {
    const Value = endpointOf
      ? account.id(`endpoint of ${endpointOf.region}/${endpointOf.database}`)
      : (value ?? '');
    await ssm.send(new PutParameterCommand({ Name, Value, Type: type }));
    if (Object.keys(tags).length > 0)
      await ssm.send(
        new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: Name, Tags: tagList(tags) }),
      );
  }
  for (const [Name, { tags }] of Object.entries(world.documents)) {
    await ssm.send(
      new CreateDocumentCommand({
        Name,
        DocumentType: 'Command',
        Content: JSON.stringify(reloadContent),
        Tags: tagList(tags),
      }),
    );
  }
  for (const [Name, { subscribers, tags }] of Object.entries(world.topics)) {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name, Tags: tagList(tags) }));
    for (const Endpoint of subscribers)
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint }));
  }
}

/** moto runs no document: what it would do is judged by `truth.ts`. */
const reloadContent = {
  schemaVersion: '2.2',
  description: 'Makes the application read its settings again',
  parameters: { SettingsPrefix: { type: 'String', default: '' } },
  mainSteps: [{ action: 'aws:runShellScript', name: 'reload', inputs: { runCommand: ['true'] } }],
};

/** Alarms in the state that the world says, and a metric sample a minute of each replica's lag. */
export async function seedMetrics(
  account: PeerAccount,
  region: string,
  world: WorldRegion,
  nowMs: number,
): Promise<void> {
  const { cloudwatch } = account.in(region);
  for (const [AlarmName, alarm] of Object.entries(world.alarms)) {
    const { namespace, metric, dimensions, comparison, threshold, statistic, missingData } = alarm;
    // moto knows no bands: an anomaly alarm stands there as one of a threshold, and is never evaluated anyway.
    const isBand = comparison === 'GreaterThanUpperThreshold';
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        Period: alarm.periodSeconds,
        EvaluationPeriods: alarm.evaluationPeriods,
        ComparisonOperator: isBand ? 'GreaterThanThreshold' : comparison,
        Threshold: threshold,
        Statistic: statistic,
        TreatMissingData: missingData,
      }),
    );
    const StateReason = 'as the world begins';
    await cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: alarm.state, StateReason }));
  }
  for (const [id, { replicates }] of Object.entries(world.databases)) {
    if (!replicates) continue;
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/RDS',
        MetricData: Array.from({ length: lagMinutes }, (_each, minutes) => ({
          MetricName: 'ReplicaLag',
          Dimensions: [{ Name: 'DBInstanceIdentifier', Value: id }],
          Timestamp: new Date(nowMs - minutes * 60_000),
          Value: replicates.lagSeconds,
        })),
      }),
    );
  }
}

const lagMinutes = 15;

/** Health checks and hosted zones with their records. */
export async function seedZones(account: PeerAccount, world: World): Promise<void> {
  const { route53 } = account.in('us-east-1');
  for (const [id, check] of Object.entries(world.healthChecks)) {
    if (!('alarm' in check))
      throw new TypeError(`${id}: the worlds of the peer tests have alarm checks only`);
    const { HealthCheck } = await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: `world/${id}`,
        HealthCheckConfig: {
          Type: 'CLOUDWATCH_METRIC',
          AlarmIdentifier: { Region: check.alarm.region as CloudWatchRegion, Name: check.alarm.name },
          InsufficientDataHealthStatus: check.insufficientData,
        },
      }),
    );
    account.name(id, HealthCheck?.Id);
  }
  for (const [id, { name, records }] of Object.entries(world.zones)) {
    const { HostedZone } = await route53.send(
      named(id, new CreateHostedZoneCommand({ Name: name, CallerReference: `world/${id}` })),
    );
    const HostedZoneId = account.name(id, HostedZone?.Id?.split('/').at(-1));
    const Changes = records.map(
      ({ name: Name, type, ttlSeconds, values, failover, healthCheck }): Change => ({
        Action: 'CREATE',
        ResourceRecordSet: {
          Name,
          Type: type,
          TTL: ttlSeconds,
          ResourceRecords: values.map((Value) => ({ Value: account.translate(Value) })),
          ...(failover && { Failover: failover, SetIdentifier: failover.toLowerCase() }),
          ...(healthCheck !== undefined && { HealthCheckId: account.id(healthCheck) }),
        },
      }),
    );
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  }
}
