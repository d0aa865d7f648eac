import type { CloudWatchRegion, HealthCheckConfig } from '@aws-sdk/client-route-53';
import { parseHealthCheck } from '../route53/health-settings.ts';
import type { Region, Simulator } from '../simulator.ts';
import type { World, WorldRegion } from './schema.ts';

/** Puts databases, their subnet groups and snapshots into a Region. */
export function placeDatabases(sim: Simulator, region: Region, world: WorldRegion): void {
  const { rds, ec2 } = region;
  const nowMs = sim.clock.nowMs();
  for (const [name, { subnets }] of Object.entries(world.databaseSubnetGroups)) {
    const vpcId = ec2.subnets.get(subnets[0] ?? '')?.vpcId ?? '';
    rds.addSubnetGroup({ name, vpcId, subnetIds: subnets });
  }
  for (const [id, database] of Object.entries(world.databases)) {
    const {
      engine,
      version,
      class: instanceClass,
      storageGiB,
      zone,
      replicates,
      ageSeconds,
      ...rest
    } = database;
    rds.addInstance({
      id,
      engine,
      engineVersion: version,
      instanceClass,
      allocatedStorageGiB: storageGiB,
      zone: region.name + zone,
      createdAtMs: nowMs - ageSeconds * 1000,
      subnetGroup: rest.subnetGroup,
      securityGroupIds: rest.securityGroups,
      backupRetentionDays: rest.backupRetentionDays,
      multiAz: rest.multiAz,
      deletionProtection: rest.deletionProtection,
      encrypted: rest.encrypted,
      tags: rest.tags,
      ...(replicates && { replicaSource: sourceOf(sim, region, replicates) }),
    });
    if (replicates) rds.setLag(id, replicates.lagSeconds);
  }
  for (const [id, snapshot] of Object.entries(world.databaseSnapshots)) {
    const { database, engine, version, storageGiB, type, ageSeconds, encrypted, copiedFrom, tags } = snapshot;
    rds.addSnapshot({
      id,
      dbInstanceId: database,
      engine,
      engineVersion: version,
      allocatedStorageGiB: storageGiB,
      type,
      createdAtMs: nowMs - ageSeconds * 1000,
      encrypted,
      tags,
      ...(copiedFrom && {
        copiedFrom: sim.region(copiedFrom.region).rds.arn('snapshot', copiedFrom.snapshot),
      }),
    });
  }
}

/** RDS names a source in the same Region by its id, one in another Region by its ARN. */
function sourceOf(
  sim: Simulator,
  region: Region,
  { region: home, database }: { region: string; database: string },
): string {
  return home === region.name ? database : sim.region(home).rds.arn('db', database);
}

/** Puts parameters, documents and topics into a Region; endpoints of databases in any Region must be there already. */
export function placeSettings(sim: Simulator, region: Region, world: WorldRegion): void {
  const { ssm, sns } = region;
  for (const [name, { value, endpointOf, type, tags }] of Object.entries(world.parameters)) {
    const text = endpointOf ? sim.region(endpointOf.region).rds.endpointOf(endpointOf.database) : value!;
    ssm.addParameter({ name, value: text, type });
    Object.assign(ssm.parameters.get(name).tags, tags);
  }
  for (const [name, { tags }] of Object.entries(world.documents)) {
    ssm.addDocument({ name, content: reloadContent, tags });
    ssm.registerGuestDocument(name, (guest, parameters) => {
      guest.reloadSettings(parameters['SettingsPrefix']?.[0] ?? '');
      return { exitCode: 0, stdout: '', stderr: '' };
    });
  }
  for (const [name, { subscribers, tags }] of Object.entries(world.topics)) {
    sns.addTopic({ name, subscribers, tags });
  }
}

/** The workload's own document: it makes the application read its settings, below the prefix that it is told. */
const reloadContent = {
  schemaVersion: '2.2',
  description: 'Makes the application read its settings again',
  parameters: {
    SettingsPrefix: { type: 'String', description: 'Goes before the name of each parameter', default: '' },
  },
  mainSteps: [
    {
      action: 'aws:runShellScript',
      name: 'reload',
      inputs: { runCommand: ['SETTINGS_PREFIX="{{ SettingsPrefix }}" systemctl reload application'] },
    },
  ],
};

/**
 * Puts health checks and hosted zones with their records, in sync from the start, into Route 53. Alarms that health checks
 * follow must be there already.
 */
export function placeZones(sim: Simulator, world: World): void {
  for (const [id, check] of Object.entries(world.healthChecks)) {
    sim.route53.health.create(id, `world/${id}`, parseHealthCheck(healthCheckConfig(check)));
  }
  for (const [id, { name, records }] of Object.entries(world.zones)) {
    sim.route53.addHostedZone({ id, name });
    for (const { name: recordName, type, ttlSeconds, values, failover, healthCheck } of records) {
      sim.route53.addRecord(id, {
        name: recordName,
        type,
        data: { kind: 'values', ttlSeconds, values },
        ...(failover && {
          routing: { policy: 'failover', setIdentifier: failover.toLowerCase(), role: failover },
        }),
        ...(healthCheck !== undefined && { healthCheckId: healthCheck }),
      });
    }
  }
}

function healthCheckConfig(check: World['healthChecks'][string]): HealthCheckConfig {
  if ('alarm' in check) {
    return {
      Type: 'CLOUDWATCH_METRIC',
      AlarmIdentifier: { Region: check.alarm.region as CloudWatchRegion, Name: check.alarm.name },
      InsufficientDataHealthStatus: check.insufficientData,
    };
  }
  return {
    Type: check.port === 443 ? 'HTTPS' : 'HTTP',
    FullyQualifiedDomainName: check.host,
    Port: check.port,
    ResourcePath: check.path,
    RequestInterval: check.intervalSeconds,
    FailureThreshold: check.failureThreshold,
  };
}
