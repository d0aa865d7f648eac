import { DescribeAlarmsCommand, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type DBInstance, DescribeDBInstancesCommand } from '@aws-sdk/client-rds';
import {
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { type Command, GetParametersCommand, ListCommandsCommand } from '@aws-sdk/client-ssm';
import type { World, WorldServer } from '../../../simulator/world/schema.ts';
import { isPromoted } from './deviations.ts';
import type { Outside, Reached } from './functions.ts';
import type { Clients, PeerAccount } from './seed/account.ts';

/**
 * What of the world outside AWS's APIs follows from what is in moto: what resolvers answer, whether the application answers,
 * what a document would have done. The primary Region has an outage: nothing there answers anybody.
 */
export class Truth implements Outside {
  readonly #account: PeerAccount;
  readonly #world: World;

  readonly #isBroken: boolean;

  /** @param isBroken the application answers nobody well, whatever is there */
  constructor(account: PeerAccount, world: World, isBroken = false) {
    this.#account = account;
    this.#world = world;
    this.#isBroken = isBroken;
  }

  async get(url: string): Promise<Reached> {
    const { hostname, pathname } = new URL(url);
    const { application } = this.#world;
    if (this.#isBroken) return { status: 503, body: 'it is broken' };
    let host = hostname;
    for (let hops = 0; hops < 5; hops += 1) {
      const region = await this.#regionOf(host);
      if (region === application.runsIn) return { failed: `${hostname}: connect ETIMEDOUT` };
      if (region !== undefined) {
        if (pathname !== application.health) return { status: 404, body: 'not found' };
        const missing = await this.#missingIn(region);
        return missing.length === 0 ? { status: 200, body: 'ok' } : { status: 503, body: missing.join('; ') };
      }
      const answer = await this.resolve(host, 'CNAME');
      if (!('values' in answer)) return answer;
      host = answer.values[0] ?? '';
    }
    return { failed: `${hostname} leads in a circle` };
  }

  async resolve(name: string, type: string): Promise<Reached> {
    const { route53 } = this.#account.in('us-east-1');
    const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
    const sets: ResourceRecordSet[] = [];
    for (const { Id, Name = '' } of HostedZones) {
      if (!`${name}.`.endsWith(Name)) continue;
      const { ResourceRecordSets = [] } = await route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: Id }),
      );
      sets.push(...ResourceRecordSets.filter((set) => set.Name === `${name}.` && set.Type === type));
    }
    const primary = sets.find(({ Failover }) => Failover === 'PRIMARY');
    const isDown = primary?.HealthCheckId !== undefined && (await this.#isUnhealthy(primary.HealthCheckId));
    const answered = primary && !isDown ? primary : sets.find(({ Failover }) => Failover !== 'PRIMARY');
    const values = answered?.ResourceRecords?.flatMap(({ Value }) => Value ?? []) ?? [];
    return values.length > 0 ? { values } : { failed: `query${type} ENODATA ${name}` };
  }

  /** What an instance lacks to do its own work; nothing where it is healthy. */
  async missingOn(region: string, instanceId: string): Promise<readonly string[]> {
    const clients = this.#account.in(region);
    const { Reservations } = await clients.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [instanceId] }] }),
    );
    const instance = Reservations?.[0]?.Instances?.[0];
    if (instance?.State?.Name !== 'running') return [`${instanceId} is ${instance?.State?.Name ?? 'absent'}`];
    const server = await this.#serverOf(clients, instance);
    if (!server) return [`${instanceId} is no server of the application`];
    const { Commands = [] } = await clients.ssm.send(new ListCommandsCommand({ InstanceId: instanceId }));
    return [
      ...(await this.#missingMounts(clients, instanceId, server, Commands)),
      ...(await this.#missingSettings(clients, server, Commands)),
    ];
  }

  async #serverOf({ ec2 }: Clients, { ImageId = '' }: Instance): Promise<WorldServer | undefined> {
    const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
    const tags = new Map(Images?.[0]?.Tags?.map(({ Key, Value }) => [Key, Value]));
    return Object.values(this.#world.application.servers).find(({ image }) =>
      Object.entries(image.tags).every(([key, value]) => tags.get(key) === value),
    );
  }

  /** A path is mounted once a document was run on the server that names it and a volume that is attached to it. */
  async #missingMounts(
    { ec2 }: Clients,
    instanceId: string,
    { mounts }: WorldServer,
    commands: readonly Command[],
  ): Promise<readonly string[]> {
    if (Object.keys(mounts).length === 0) return [];
    const { Volumes = [] } = await ec2.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [instanceId] }] }),
    );
    const attached = new Set(Volumes.map(({ VolumeId }) => VolumeId));
    return Object.keys(mounts).flatMap((path) => {
      const isMounted = commands.some(
        ({ Parameters = {} }) =>
          Parameters['MountPath']?.[0] === path && attached.has(Parameters['VolumeId']?.[0]),
      );
      return isMounted ? [] : [`${path} is not mounted on ${instanceId}`];
    });
  }

  /** A server knows a setting as it was at its last reload; from before, it knows the primary's. */
  async #missingSettings(
    { ssm, rds }: Clients,
    { settings }: WorldServer,
    commands: readonly Command[],
  ): Promise<readonly string[]> {
    const reloads = commands
      .filter(({ DocumentName = '' }) => this.#isReload(DocumentName))
      .sort((a, b) => Number(a.RequestedDateTime) - Number(b.RequestedDateTime));
    const reload = reloads.at(-1);
    if (!reload) return ['it has not read its settings again'];
    const prefix = reload.Parameters?.['SettingsPrefix']?.[0] ?? '';
    const Names = Object.keys(settings).map((name) => prefix + name);
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names }));
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
    return Names.flatMap((name) => {
      const parameter = Parameters.find(({ Name }) => Name === name);
      if (!parameter) return [`the setting ${name} is absent`];
      if (Number(parameter.LastModifiedDate) > Number(reload.RequestedDateTime) + 999)
        return [`${name} was written after it was read`];
      const database = DBInstances.find(({ Endpoint }) => Endpoint?.Address === parameter.Value);
      return isWritable(database) ? [] : [`${name}: ${parameter.Value} takes no writes`];
    });
  }

  #isReload(document: string): boolean {
    return Object.values(this.#world.regions).some(({ documents }) => documents[document]?.does === 'reload');
  }

  async #regionOf(host: string): Promise<string | undefined> {
    for (const region of Object.keys(this.#world.application.regions)) {
      const { LoadBalancers = [] } = await this.#account
        .in(region)
        .elb.send(new DescribeLoadBalancersCommand({}));
      if (LoadBalancers.some(({ DNSName }) => DNSName === host)) return region;
    }
    return undefined;
  }

  /** Through its load balancer, the application answers when there is a healthy server of every kind. */
  async #missingIn(region: string): Promise<readonly string[]> {
    const { elb } = this.#account.in(region);
    const groups = this.#world.application.regions[region]?.targetGroups ?? {};
    const missing: string[] = [];
    for (const name of Object.values(groups)) {
      const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ Names: [name] }));
      const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn;
      const { TargetHealthDescriptions: targets = [] } = await elb.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      const lacks = await Promise.all(targets.map(({ Target }) => this.missingOn(region, Target?.Id ?? '')));
      if (!lacks.some((each) => each.length === 0))
        missing.push(`${name}: ${lacks.flat().join(', ') || 'no target'}`);
    }
    return missing;
  }

  /** A health check that follows an alarm is unhealthy once its metric has been put; moto evaluates no alarm. */
  async #isUnhealthy(healthCheckId: string): Promise<boolean> {
    const checks = Object.entries(this.#world.healthChecks);
    const check = checks.find(([id]) => this.#account.id(id) === healthCheckId)?.[1];
    if (!check || !('alarm' in check)) return false;
    const { cloudwatch } = this.#account.in(check.alarm.region);
    const { MetricAlarms } = await cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [check.alarm.name] }),
    );
    const { Namespace, MetricName, Dimensions, Threshold = 0 } = MetricAlarms?.[0] ?? {};
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName,
        Dimensions,
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 86_400_000),
        Period: 60,
        Statistics: ['Maximum'],
      }),
    );
    return Datapoints.some(({ Maximum = 0 }) => Maximum >= Threshold);
  }
}

function isWritable(database: DBInstance | undefined): boolean {
  return (
    database?.DBInstanceStatus === 'available' &&
    (!database.ReadReplicaSourceDBInstanceIdentifier || isPromoted(database))
  );
}
