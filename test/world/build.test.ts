import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { RestoreDBInstanceFromDBSnapshotCommand } from '@aws-sdk/client-rds';
import { SendCommandCommand } from '@aws-sdk/client-ssm';
import { parsePlan } from '../../recovery/plan/parse.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { trafficName } from '../../recovery/steps/traffic.ts';
import { Simulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build.ts';
import { instanceHealth } from '../../simulator/world/health.ts';
import { inventory } from '../../simulator/world/inventory.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { openShop, parameter, readWorld, tokyo } from './shop.ts';

type Tags = Readonly<Record<string, string>>;
interface Tagged {
  readonly id: string;
  readonly tags: Tags;
}

const names = ['shop', 'minimal'] as const;

function readPlan(name: string): Plan {
  const text = readFileSync(new URL(`../../plans/${name}.yaml`, import.meta.url), 'utf8');
  const parsed = parsePlan(text, `plans/${name}.yaml`);
  assert.ok('plan' in parsed, JSON.stringify(parsed));
  return parsed.plan;
}

function chosen<T extends Tagged>(all: ReadonlyMap<string, T>, tags: Tags): readonly T[] {
  return [...all.values()].filter((one) =>
    Object.entries(tags).every(([key, value]) => one.tags[key] === value),
  );
}

/** What the selectors and names of a plan choose in its recovery Region. */
function choicesOf(plan: Plan, sim: Simulator): readonly Tagged[] {
  const { ec2, rds } = sim.region(plan.regions.recovery);
  return [
    ...plan.servers.flatMap(({ source }): readonly Tagged[] =>
      source.kind === 'start' ? chosen(ec2.instances, source.tags) : chosen(ec2.images, source.image.tags),
    ),
    ...plan.volumes.flatMap(({ snapshot }) => chosen(ec2.snapshots, snapshot.tags)),
    ...plan.databases.flatMap(({ replica }) => rds.instances.get(replica) ?? []),
  ];
}

for (const name of names) {
  test(`plans/${name}.yaml finds every name that it uses in worlds/${name}.yaml`, () => {
    const [plan, sim] = [readPlan(name), buildWorld(readWorld(name), { seed: 1 })];
    const { ec2, rds, elbv2, ssm, sns } = sim.region(plan.regions.recovery);
    const groupNames = plan.servers.flatMap(({ targetGroup }) => targetGroup ?? []);
    const subnets = plan.servers.flatMap(({ source }) => source.subnets);
    const templates = plan.servers.flatMap(({ source }) =>
      source.kind === 'launch' ? (source.template ?? []) : [],
    );
    const { network, instanceProfile } = plan.drill;
    const has: [what: string, isThere: boolean][] = [
      ...groupNames.map((group): [string, boolean] => [group, elbv2.targetGroups.has(group)]),
      ...[...subnets, ...(network?.subnets ?? [])].map((id): [string, boolean] => [id, ec2.subnets.has(id)]),
      ...(network?.securityGroups ?? []).map((id): [string, boolean] => [id, ec2.securityGroups.has(id)]),
      ...templates.map((template): [string, boolean] => [
        template,
        [...ec2.launchTemplates.values()].some((each) => each.name === template),
      ]),
      ...(network?.dbSubnetGroup
        ? [[network.dbSubnetGroup, rds.subnetGroups.has(network.dbSubnetGroup)] as [string, boolean]]
        : []),
      ...(instanceProfile
        ? [
            [instanceProfile, ec2.instanceProfiles.has(ec2.instanceProfileArn(instanceProfile))] as [
              string,
              boolean,
            ],
          ]
        : []),
      ...plan.settings.map((setting): [string, boolean] => [
        setting.parameter,
        ssm.parameterValue(setting.parameter) !== undefined,
      ]),
      ...(plan.reload
        ? [
            [plan.reload.document, ssm.documents.all.some((each) => each.name === plan.reload?.document)] as [
              string,
              boolean,
            ],
          ]
        : []),
      ...(plan.notify
        ? [
            [
              plan.notify.topic,
              [...sns.topics.keys()].some((arn) => arn.endsWith(`:${plan.notify?.topic}`)),
            ] as [string, boolean],
          ]
        : []),
      ...plan.trigger.signals.alarms.map((alarm): [string, boolean] => [
        alarm,
        sim.regions.some(({ cloudwatch }) => cloudwatch.alarms.alarms.has(alarm)),
      ]),
      ...plan.traffic.map((item): [string, boolean] => [
        trafficName(item),
        sim.route53.answer(trafficName(item), 'A').records.length > 0,
      ]),
    ];
    assert.deepEqual(
      has.filter(([, isThere]) => !isThere),
      [],
    );
  });

  test(`whatever plans/${name}.yaml chooses in its world may be touched, by its tag`, () => {
    const [plan, sim] = [readPlan(name), buildWorld(readWorld(name), { seed: 1 })];
    const choices = choicesOf(plan, sim);
    assert.ok(choices.length > 0);
    assert.deepEqual(
      choices.filter(({ tags }) => tags['lifeboat:plan'] !== name),
      [],
    );
  });
}

test('the fence of the shop finds its servers and its database in Seoul', () => {
  const [plan, sim] = [readPlan('shop'), buildWorld(readWorld('shop'), { seed: 1 })];
  const { ec2, rds } = sim.region(plan.regions.primary);
  const servers = chosen(ec2.instances, plan.fence!.instances!.tags);
  assert.equal(servers.length, 3);
  assert.ok(servers.every(({ tags }) => tags['lifeboat:plan'] === 'shop'));
  assert.ok(plan.fence!.databases.every((id) => rds.instances.get(id)?.tags['lifeboat:plan'] === 'shop'));
});

test('the newest of several is not the only one, and others have newer ones', () => {
  const { ec2, rds } = buildWorld(readWorld('shop'), { seed: 1 }).region(tokyo);
  const newest = <T>(all: readonly T[], atMs: (one: T) => number) =>
    all.toSorted((a, b) => atMs(b) - atMs(a))[0];
  const ours = chosen(ec2.images, { ImageBackupTarget: 'True', App: 'shop', Role: 'worker' });
  assert.ok(ours.length > 1);
  assert.equal(newest(ours, (image) => image.createdAtMs)?.id, 'ami-0a11c0ffee0000010');
  const images = chosen(ec2.images, { ImageBackupTarget: 'True' });
  assert.equal(newest(images, (image) => image.createdAtMs)?.tags['App'], 'catalog');
  assert.equal(newest([...ec2.snapshots.values()], (one) => one.startedAtMs)?.tags['App'], 'catalog');
  assert.equal(newest([...rds.snapshots.values()], (one) => one.createdAtMs)?.dbInstanceId, 'catalog');
});

test('others live in the same Region, with tags much like ours and without the one that permits', () => {
  const { ec2 } = buildWorld(readWorld('shop'), { seed: 1 }).region(tokyo);
  const foreign = (all: ReadonlyMap<string, Tagged>, tags: Tags) =>
    chosen(all, tags).filter((one) => one.tags['lifeboat:plan'] === undefined).length;
  assert.ok(foreign(ec2.instances, { App: 'shop' }) >= 2);
  assert.ok(foreign(ec2.volumes, { App: 'shop', Volume: 'data' }) >= 1);
  assert.ok(foreign(ec2.instances, { App: 'catalog' }) >= 1);
});

test('the network of a drill leads nowhere', () => {
  const plan = readPlan('shop');
  const { ec2 } = buildWorld(readWorld('shop'), { seed: 1 }).region(tokyo);
  for (const id of plan.drill.network!.subnets) {
    const vpcId = ec2.subnets.get(id)!.vpcId;
    const tables = [...ec2.routeTables.values()].filter((table) => table.vpcId === vpcId);
    assert.ok(tables.length > 0);
    assert.deepEqual(
      tables.flatMap(({ routes }) => routes.filter(({ target }) => target !== 'local')),
      [],
    );
    assert.ok(
      [...ec2.vpcPeerings.values()].every(
        (one) => one.requesterVpcId !== vpcId && one.accepterVpcId !== vpcId,
      ),
    );
  }
});

test('a copy in the network of a drill works with a restored database, and never reaches the real one', async () => {
  const shop = await openShop();
  const { rds, ssm } = shop.sim.region(tokyo);
  const restore = {
    DBInstanceIdentifier: 'copy',
    DBSnapshotIdentifier: 'shop-orders-0600-copy',
    DBSubnetGroupName: 'shop-drill',
    VpcSecurityGroupIds: ['sg-0d1111a0000000001'],
  };
  await shop.drive(shop.rds.send(new RestoreDBInstanceFromDBSnapshotCommand(restore)));
  const launch = {
    ImageId: 'ami-0a11c0ffee0000001',
    InstanceType: 'm7g.large' as const,
    SubnetId: 'subnet-0d1111a0000000001',
    SecurityGroupIds: ['sg-0d1111a0000000001'],
    IamInstanceProfile: { Name: 'shop-drill' },
    MinCount: 1,
    MaxCount: 1,
  };
  const { Instances = [] } = await shop.drive(shop.ec2.send(new RunInstancesCommand(launch)));
  const copyId = Instances[0]!.InstanceId!;
  await shop.until(() => rds.isWritable('copy') && ssm.agents.isListening(copyId));
  const missing = () => instanceHealth(shop.sim, tokyo, copyId).missing;
  assert.match(missing().join(), /the network of shop-orders cannot be reached/);
  ssm.addParameter({ name: `/lifeboat/drill/1${parameter}`, value: rds.endpointOf('copy') });
  await shop.drive(
    shop.ssm.send(
      new SendCommandCommand({
        DocumentName: 'shop-reload',
        InstanceIds: [copyId],
        Parameters: { SettingsPrefix: ['/lifeboat/drill/1'] },
      }),
    ),
  );
  await shop.until(() => missing().length === 0);
});

test('a capacity that the world withholds for a while comes back, and quotas hold', async () => {
  const world = readWorld('shop');
  const region = world.regions[tokyo]!;
  const held = {
    ...region,
    capacity: [{ zone: 'a', type: 'm7g.large', forSeconds: 600 }],
    quotas: { vcpus: 4 },
  };
  const sim = buildWorld({ ...world, regions: { ...world.regions, [tokyo]: held } }, { seed: 1 });
  const { capacity } = sim.region(tokyo).ec2;
  assert.equal(capacity.vcpuQuota, 4);
  capacity.vcpuQuota = 64;
  const take = () => capacity.take(`${tokyo}a`, { name: 'm7g.large', vcpus: 2 } as never, 1, 1, 'test');
  assert.throws(take, /InsufficientInstanceCapacity|sufficient m7g.large capacity/);
  await sim.clock.driveUntil(sim.clock.nowMs() + 601_000);
  assert.equal(take(), 1);
});

test('a health check of the world follows the application', async () => {
  const world = readWorld('shop');
  const check = {
    host: 'app.shop.example.com',
    port: 443,
    path: '/healthz',
    intervalSeconds: 30,
    failureThreshold: 3,
  };
  const sim = buildWorld(
    { ...world, healthChecks: { ...world.healthChecks, 'hc-live': check } },
    { seed: 1 },
  );
  await sim.clock.driveUntil(sim.clock.nowMs() + 300_000);
  assert.equal(sim.route53.health.isHealthy('hc-live'), true);
  worldOf(sim).silentRegions.add(world.application.runsIn);
  await sim.clock.driveUntil(sim.clock.nowMs() + 300_000);
  assert.equal(sim.route53.health.isHealthy('hc-live'), false);
});

test('names of load balancers and databases are answered', () => {
  const sim = buildWorld(readWorld('shop'), { seed: 1 });
  const { elbv2, rds } = sim.region(tokyo);
  for (const name of [elbv2.loadBalancer('shop-dr').dnsName, rds.endpointOf('shop-orders-replica')]) {
    const first = sim.route53.answer(name, 'A').records;
    assert.ok(first.length > 0, name);
    assert.deepEqual(sim.route53.answer(name, 'A').records, first, 'the same whenever it is asked');
  }
});

test('two seeds begin with the same resources', () => {
  const ids = (seed: number) => inventory(buildWorld(readWorld('shop'), { seed })).map(({ type }) => type);
  assert.deepEqual(ids(1), ids(2));
});

test('a simulator that was built without a world has none', () => {
  const sim = new Simulator({ seed: 1, startMs: 0, accountId: '123456789012', regions: {} });
  assert.throws(() => worldOf(sim), /was not built from a world/);
});
