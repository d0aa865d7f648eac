import assert from 'node:assert/strict';
import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { StopDBInstanceCommand } from '@aws-sdk/client-rds';
import type { Peer, Run } from '../peer.ts';
import {
  commandsIn,
  databasesIn,
  instancesIn,
  parametersIn,
  recordsOf,
  suspendedIn,
  tagsOf,
  targetsIn,
  volumesIn,
} from './looks.ts';
import { changed, impatient, type Scenario, scenario, type Witness } from './scenario.ts';

export const primary = 'ap-northeast-2';
export const recovery = 'ap-northeast-1';

/** One run of the machine, from its start to its end. */
export interface Ran {
  readonly run: Run;
  readonly ended: string;
}

export async function runToItsEnd(peer: Peer): Promise<Ran> {
  const run = await peer.start('failover');
  return { run, ended: await run.ended() };
}

const standing = ['i-0a11c0ffee0000001', 'i-0a11c0ffee0000002'];

/** The worker that this recovery has launched. */
async function workerOf(peer: Peer, { run }: Ran) {
  const launched = (await instancesIn(peer, recovery)).filter(
    (instance) =>
      tagsOf(instance)['lifeboat:recovery'] === run.recovery && instance.State?.Name === 'running',
  );
  assert.equal(launched.length, 1, 'one instance was launched and runs');
  return launched[0]!;
}

async function dataVolumeOf(peer: Peer, { run }: Ran) {
  const made = (await volumesIn(peer, recovery)).filter(
    (volume) => tagsOf(volume)['lifeboat:item'] === 'volumes.data',
  );
  assert.equal(made.length, 1, 'one data volume was made');
  const [volume] = made;
  assert.equal(tagsOf(volume!)['lifeboat:recovery'], run.recovery);
  assert.equal(tagsOf(volume!)['lifeboat:plan'], 'shop');
  return volume!;
}

export const recovered: Witness<Ran> = {
  says: 'it ends recovered, and the evidence says so',
  see: async (_peer, { run, ended }) => {
    assert.equal(ended, 'SUCCEEDED');
    const evidence = await run.evidence();
    assert.equal(evidence?.outcome, 'recovered');
    assert.deepEqual(
      evidence?.steps.filter(({ status }) => status !== 'done'),
      [],
    );
  },
};

const servers: readonly Witness<Ran>[] = [
  {
    says: 'the standing web servers run, and nothing else was started or stopped',
    see: async (peer, played) => {
      const worker = await workerOf(peer, played);
      const running = (await instancesIn(peer, recovery)).filter(({ State }) => State?.Name === 'running');
      const wanted = [...standing, 'i-0b11b0000000000b1', 'i-0b11b0000000000b2'];
      assert.deepEqual(
        running.map(({ InstanceId }) => InstanceId).sort(),
        [...peer.account.ids(wanted), worker.InstanceId].sort(),
      );
    },
  },
  {
    says: 'the worker is launched from the newest image, with its tags and in a subnet of the plan',
    see: async (peer, played) => {
      const worker = await workerOf(peer, played);
      assert.equal(worker.ImageId, peer.account.id('ami-0a11c0ffee0000010'));
      assert.equal(worker.InstanceType, 'm7g.large');
      const subnets = peer.account.ids(['subnet-0a11c0ffee0000001', 'subnet-0a11c0ffee0000003']);
      assert.ok(subnets.includes(worker.SubnetId ?? ''), worker.SubnetId);
      const { App, Role, ...tags } = tagsOf(worker);
      assert.deepEqual({ App, Role }, { App: 'shop', Role: 'worker' });
      assert.equal(tags['lifeboat:plan'], 'shop');
      assert.equal(tags['lifeboat:item'], 'servers.worker');
      assert.ok(!('lifeboat:expires' in tags), 'what a failover makes stays');
    },
  },
  {
    says: 'the servers of each kind are registered with their target group',
    see: async (peer, played) => {
      const { InstanceId = '' } = await workerOf(peer, played);
      assert.deepEqual(await targetsIn(peer, recovery), {
        'shop-web': peer.account.ids(standing).sort(),
        'shop-worker': [InstanceId],
      });
    },
  },
];

const volumes: readonly Witness<Ran>[] = [
  {
    says: 'the data volume is made from the newest snapshot, in the zone of its server',
    see: async (peer, played) => {
      const volume = await dataVolumeOf(peer, played);
      const worker = await workerOf(peer, played);
      assert.equal(volume.SnapshotId, peer.account.id('snap-0a11c0ffee0000020'));
      assert.equal(volume.AvailabilityZone, worker.Placement?.AvailabilityZone);
    },
  },
  {
    says: 'the data volume is attached to its server at the device of the plan',
    see: async (peer, played) => {
      const { Attachments = [] } = await dataVolumeOf(peer, played);
      const { InstanceId } = await workerOf(peer, played);
      assert.deepEqual(
        Attachments.map((each) => ({ InstanceId: each.InstanceId, Device: each.Device })),
        [{ InstanceId, Device: '/dev/sdf' }],
      );
    },
  },
  {
    says: 'the mount document was run on the server, for its volume and path',
    see: async (peer, played) => {
      const { VolumeId = '' } = await dataVolumeOf(peer, played);
      const { InstanceId = '' } = await workerOf(peer, played);
      const mounts = (await commandsIn(peer, recovery)).filter(
        ({ Parameters = {} }) => Parameters['MountPath'],
      );
      assert.deepEqual(
        mounts.map(({ InstanceIds, Parameters }) => ({
          InstanceIds,
          volume: Parameters?.['VolumeId'],
          path: Parameters?.['MountPath'],
        })),
        [{ InstanceIds: [InstanceId], volume: [VolumeId], path: ['/srv/data'] }],
      );
    },
  },
];

const settings: readonly Witness<Ran>[] = [
  {
    says: 'the setting names the promoted database',
    see: async (peer) => {
      const values = await parametersIn(peer, recovery, '/shop');
      const endpoint = peer.account.id(`endpoint of ${recovery}/shop-orders-replica`);
      assert.deepEqual(values, { '/shop/orders/endpoint': endpoint });
    },
  },
  {
    says: 'every server was told to read its settings again',
    see: async (peer, played) => {
      const { InstanceId = '' } = await workerOf(peer, played);
      const reloads = (await commandsIn(peer, recovery)).filter(
        ({ DocumentName }) => DocumentName === 'shop-reload',
      );
      assert.deepEqual(
        reloads.flatMap(({ InstanceIds = [] }) => InstanceIds).sort(),
        [...peer.account.ids(standing), InstanceId].sort(),
      );
    },
  },
];

/** Whether the alarm's metric was put in the recovery Region: the one thing that moves traffic. */
export async function trafficIsMoved(peer: Peer): Promise<boolean> {
  const { Datapoints = [] } = await peer.account.in(recovery).cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'Lifeboat/Traffic',
      MetricName: 'Recovered',
      Dimensions: [
        { Name: 'Plan', Value: 'shop' },
        { Name: 'Name', Value: 'app.shop.example.com' },
      ],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 86_400_000),
      Period: 60,
      Statistics: ['Maximum'],
    }),
  );
  return Datapoints.some(({ Maximum }) => Maximum === 1);
}

const front: readonly Witness<Ran>[] = [
  {
    says: 'the metric that moves the live name was put in the recovery Region, and its records stay',
    see: async (peer) => {
      assert.ok(await trafficIsMoved(peer));
      const records = (await recordsOf(peer)).filter(({ Name }) => Name === 'app.shop.example.com.');
      assert.deepEqual(
        records.map(({ Failover, ResourceRecords }) => [Failover, ResourceRecords?.[0]?.Value]).sort(),
        [
          ['PRIMARY', peer.account.id(oldTarget)],
          ['SECONDARY', peer.account.id(newTarget)],
        ],
      );
    },
  },
  {
    says: 'the live record leads to the recovery Region, with the TTL of the plan',
    see: async (peer) => {
      const records = (await recordsOf(peer)).filter(({ Name }) => Name === 'www.shop.example.com.');
      assert.deepEqual(
        records.map(({ Type, TTL, ResourceRecords }) => ({ Type, TTL, value: ResourceRecords?.[0]?.Value })),
        [{ Type: 'CNAME', TTL: 30, value: peer.account.id(newTarget) }],
      );
    },
  },
  {
    says: 'the primary is fenced: servers stopped, group suspended, database behind the fence',
    see: async (peer) => {
      const states = (await instancesIn(peer, primary)).map(({ State }) => State?.Name);
      assert.deepEqual(states, ['stopped', 'stopped', 'stopped']);
      const { 'shop-web': suspended = [] } = await suspendedIn(peer, primary);
      assert.ok(suspended.includes('Launch') && suspended.includes('Terminate'), suspended.join(', '));
      const old = (await databasesIn(peer, primary)).find(
        ({ DBInstanceIdentifier }) => DBInstanceIdentifier === 'shop-orders',
      );
      assert.deepEqual(
        old?.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
        [peer.account.id('sg-0a22c0ffee0000009')],
      );
    },
  },
  {
    says: 'the replica is promoted, with the backups of the plan',
    see: async (peer) => {
      const replica = (await databasesIn(peer, recovery)).find(
        ({ DBInstanceIdentifier }) => DBInstanceIdentifier === 'shop-orders-replica',
      );
      assert.equal(replica?.BackupRetentionPeriod, 7);
      // RDS stops no replica: this call is allowed by a promotion alone.
      await peer.account
        .in(recovery)
        .rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: 'shop-orders-replica' }));
    },
  },
];

const oldTarget = 'shop-prod-0987654321.ap-northeast-2.elb.amazonaws.com';
const newTarget = 'shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com';

/** Users know the shop by a second name too, which is one plain record. */
const whole: Scenario<Ran> = {
  name: 'failover',
  options: {
    world: (text) =>
      changed(text, [
        [
          '      - { name: shop.example.com, type: TXT,',
          `      - { name: www.shop.example.com, type: CNAME, ttl: 60, values: [${oldTarget}] }\n      - { name: shop.example.com, type: TXT,`,
        ],
      ]),
    plan: (text) =>
      changed(impatient(text), [
        [
          '  - via: healthCheck',
          `  - record: { zone: Z0123456789, name: www.shop.example.com, type: CNAME, ttl: 30, value: ${newTarget} }\n  - via: healthCheck`,
        ],
      ]),
  },
  play: runToItsEnd,
  witnesses: [recovered, ...servers, ...volumes, ...settings, ...front],
};

export const failover = scenario(whole);
