import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  EC2Client,
  RunInstancesCommand,
  StartInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { PromoteReadReplicaCommand, RDSClient } from '@aws-sdk/client-rds';
import { ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { PutParameterCommand, SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { EventEnvelope } from '../../simulator/events/events.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build.ts';
import { faults } from '../../simulator/world/faults.ts';
import { parseWorld } from '../../simulator/world/parse.ts';
import type { World } from '../../simulator/world/schema.ts';

export const seoul = 'ap-northeast-2';
export const tokyo = 'ap-northeast-1';
export const parameter = '/shop/orders/endpoint';
export const webIds = ['i-0a11c0ffee0000001', 'i-0a11c0ffee0000002'];
const accessKeyId = 'AKIAIOSFODNN7EXAMPLE';

/** A world of the repository by its name. */
export function readWorld(name: 'shop' | 'minimal'): World {
  const text = readFileSync(new URL(`../../worlds/${name}.yaml`, import.meta.url), 'utf8');
  const parsed = parseWorld(text, `worlds/${name}.yaml`);
  assert.equal(parsed.kind, 'world');
  return parsed.world;
}

export interface Shop {
  readonly sim: Simulator;
  readonly world: World;
  readonly ec2: EC2Client;
  readonly rds: RDSClient;
  readonly ssm: SSMClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly route53: Route53Client;
  readonly cloudwatch: CloudWatchClient;
  drive<T>(answer: Promise<T>): Promise<T>;
  /** Lets so many simulated seconds pass. */
  wait(seconds: number): Promise<void>;
  /** Lets time pass until something is so; fails after an hour. */
  until(isSo: () => boolean): Promise<void>;
  /** The error code of a call that must be refused. */
  refusal(answer: Promise<unknown>): Promise<string>;
}

/** The shop's account one second after its start, with SDK clients for Tokyo. */
export async function openShop(seed: string | number = 1): Promise<Shop> {
  const world = readWorld('shop');
  const sim = buildWorld(world, { seed });
  sim.addCaller({ accessKeyId, arn: `arn:aws:iam::${world.account}:user/operator`, userId: 'AIDAEXAMPLE' });
  const config = {
    region: tokyo,
    requestHandler: sim.connect(),
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'secret' },
  };
  const drive = <T>(answer: Promise<T>): Promise<T> => sim.clock.drive(answer);
  const wait = (seconds: number) => sim.clock.driveUntil(sim.clock.nowMs() + seconds * 1000);
  await wait(1);
  return {
    sim,
    world,
    ec2: new EC2Client(config),
    rds: new RDSClient(config),
    ssm: new SSMClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
    route53: new Route53Client(config),
    cloudwatch: new CloudWatchClient({ ...config, disableRequestCompression: true }),
    drive,
    wait,
    until: async (isSo) => {
      for (let seconds = 0; !isSo(); seconds++) {
        assert.ok(seconds < 3600, 'it did not become so within an hour');
        await wait(1);
      }
    },
    refusal: (answer) =>
      drive(
        answer.then(
          () => assert.fail('the call was not refused'),
          (error: Error) => error.name,
        ),
      ),
  };
}

/** Gives clients of another Region. */
export function ec2In(shop: Shop, region: string): EC2Client {
  const credentials = { accessKeyId, secretAccessKey: 'secret' };
  return new EC2Client({ region, requestHandler: shop.sim.connect(), maxAttempts: 1, credentials });
}

/** Recovers the shop in Tokyo by hand, up to the record. Returns the worker and its volume. */
export async function recoverInTokyo(
  shop: Shop,
): Promise<{ readonly workerId: string; readonly volumeId: string }> {
  const { sim, drive, until } = shop;
  const { ec2, rds } = sim.region(tokyo);
  await drive(shop.rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: 'shop-orders-replica' })));
  await drive(shop.ec2.send(new StartInstancesCommand({ InstanceIds: webIds })));
  const workerId = await launchWorker(shop);
  const volumeId = await createData(shop);
  const servers = [...webIds, workerId];
  await until(() => servers.every((id) => sim.region(tokyo).ssm.agents.isListening(id)));
  await drive(
    shop.ec2.send(new AttachVolumeCommand({ InstanceId: workerId, VolumeId: volumeId, Device: '/dev/sdf' })),
  );
  await until(() => ec2.volumes.get(volumeId)?.attachment?.state === 'attached');
  await send(shop, 'test-mount', [workerId], { VolumeId: [volumeId], Path: ['/srv/data'] });
  await register(shop, 'shop-web', webIds);
  await register(shop, 'shop-worker', [workerId]);
  await until(() => rds.isWritable('shop-orders-replica'));
  const value = rds.endpointOf('shop-orders-replica');
  await drive(shop.ssm.send(new PutParameterCommand({ Name: parameter, Value: value, Overwrite: true })));
  await send(shop, 'shop-reload', servers, {});
  await until(() => ['shop-web', 'shop-worker'].every((name) => isHealthy(shop, name)));
  return { workerId, volumeId };
}

/** Points the live name at Tokyo as a person would in a hurry: by changing what its primary record says. */
export async function switchTraffic(shop: Shop): Promise<void> {
  const target = shop.sim.region(tokyo).elbv2.loadBalancer('shop-dr').dnsName;
  const set = {
    Name: 'app.shop.example.com',
    Type: 'CNAME' as const,
    TTL: 60,
    ResourceRecords: [{ Value: target }],
    SetIdentifier: 'primary',
    Failover: 'PRIMARY' as const,
    HealthCheckId: Object.keys(shop.world.healthChecks)[0],
  };
  const batch = { Changes: [{ Action: 'UPSERT' as const, ResourceRecordSet: set }] };
  await shop.drive(
    shop.route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: 'Z0123456789', ChangeBatch: batch }),
    ),
  );
}

/** Puts the metric of a name for the minute that has just ended, as a recovery does. */
export async function putSwitch({ sim, cloudwatch, drive }: Shop, name: string): Promise<void> {
  const dimensions = { Plan: 'shop', Name: name };
  await drive(
    cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: 'Lifeboat/Traffic',
        MetricData: [
          {
            MetricName: 'Recovered',
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
            Timestamp: new Date(sim.clock.nowMs() - 60_000),
            Value: 1,
          },
        ],
      }),
    ),
  );
}

async function launchWorker({ ec2, drive }: Shop): Promise<string> {
  const { Instances = [] } = await drive(
    ec2.send(
      new RunInstancesCommand({
        ClientToken: 'worker',
        ImageId: 'ami-0a11c0ffee0000010',
        LaunchTemplate: { LaunchTemplateName: 'shop-worker-dr' },
        SubnetId: 'subnet-0a11c0ffee0000001',
        MinCount: 1,
        MaxCount: 1,
      }),
    ),
  );
  return Instances[0]!.InstanceId!;
}

/** A volume of the newest snapshot, available. */
export async function createData({ sim, ec2, drive, until }: Shop): Promise<string> {
  const answer = await drive(
    ec2.send(
      new CreateVolumeCommand({
        ClientToken: 'data',
        AvailabilityZone: `${tokyo}a`,
        SnapshotId: 'snap-0a11c0ffee0000020',
        VolumeType: 'gp3',
      }),
    ),
  );
  const { volumes } = sim.region(tokyo).ec2;
  await until(() => volumes.get(answer.VolumeId!)?.state !== 'creating');
  return answer.VolumeId!;
}

async function send(
  { sim, ssm, drive, until }: Shop,
  document: string,
  ids: string[],
  parameters: Record<string, string[]>,
): Promise<void> {
  const region = sim.region(tokyo);
  if (document === 'test-mount' && !region.ssm.documents.all.some(({ name }) => name === document)) {
    region.ssm.addDocument({ name: document, content: mountContent });
    region.ssm.registerGuestDocument(document, (guest, { VolumeId, Path }) => {
      guest.mounts.set(Path![0]!, { path: Path![0]!, volumeId: VolumeId![0]!, options: [] });
      return { exitCode: 0, stdout: '', stderr: '' };
    });
  }
  const { Command } = await drive(
    ssm.send(new SendCommandCommand({ DocumentName: document, InstanceIds: ids, Parameters: parameters })),
  );
  const invocations = () => [...region.ssm.commands.find(Command!.CommandId!)!.invocations.values()];
  await until(() => invocations().every(({ status }) => status === 'Success'));
}

const mountContent = {
  schemaVersion: '2.2',
  parameters: { VolumeId: { type: 'String' }, Path: { type: 'String' } },
  mainSteps: [{ action: 'aws:runShellScript', name: 'mount', inputs: { runCommand: ['mount'] } }],
};

async function register({ sim, elb, drive }: Shop, name: string, ids: readonly string[]): Promise<void> {
  const { arn } = sim.region(tokyo).elbv2.targetGroup(name);
  const targets = ids.map((Id) => ({ Id }));
  await drive(elb.send(new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: targets })));
}

function isHealthy({ sim }: Shop, group: string): boolean {
  const targets = sim.region(tokyo).elbv2.targets(group);
  return targets.length > 0 && targets.every(({ healthy }) => healthy);
}

/** The shop with one fault, applied a second after its start. */
export async function openWith(name: string, seed: string | number = 1): Promise<Shop> {
  const shop = await openShop(seed);
  const fault = faults[name];
  assert.ok(fault, `there is no fault ${name}`);
  fault.apply(shop.sim, shop.world);
  return shop;
}

/** Whether an answer has come after so many simulated seconds. */
export async function isAnswered(shop: Shop, answer: Promise<unknown>, seconds: number): Promise<boolean> {
  let answered = false;
  const note = () => {
    answered = true;
  };
  answer.then(note, note);
  await shop.wait(seconds);
  return answered;
}

/** Events that rules in a Region could have seen. */
export function listen(shop: Shop, region: string): EventEnvelope[] {
  const events: EventEnvelope[] = [];
  shop.sim.region(region).events.onEvent((_, event) => events.push(event));
  return events;
}
