import assert from 'node:assert/strict';
import test from 'node:test';
import { exitCodeOf } from '../../report/exit-code.ts';
import { Resolver } from '../../simulator/dns/resolver.ts';
import { instanceHealth, regionHealth, serverOf } from '../../simulator/world/health.ts';
import { diffInventories, type InventoryItem, inventory } from '../../simulator/world/inventory.ts';
import { rehearseShop, replica, seoul, standingServers, tokyo } from './shop.ts';

const setting = '/shop/orders/endpoint';
const ownKey = '5f0c2a1e-7b64-4a55-9a0e-3f1d2c4b5a60';
let early: Resolver | undefined;
let before: readonly InventoryItem[] = [];
const { evidence, account } = await rehearseShop({
  kind: 'failover',
  sabotage: (sim) => {
    Object.assign(sim.region(tokyo).ssm.parameters.get(setting), { type: 'SecureString', keyId: ownKey });
    before = inventory(sim);
    early = new Resolver(sim, { name: 'asked before', clientTtlTail: 'never' });
    early.resolve('app.shop.example.com', 'A');
  },
});
const { sim } = account;
const region = sim.region(tokyo);
const { ec2, rds, ssm, guests, elbv2 } = region;
const target = 'shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com';
const fenced = ['i-0a22c0ffee0000001', 'i-0a22c0ffee0000002', 'i-0a22c0ffee0000003'];
const leadsTo = (resolver: Resolver) =>
  resolver.resolve('app.shop.example.com', 'CNAME').records.map(({ value }) => value);
const worker = [...ec2.instances.values()].find(
  (instance) => instance.state === 'running' && instance.tags['lifeboat:item'] === 'servers.worker',
);

test('a failover of the shop recovers, meets its objectives, breaks no rule and ends 0', () => {
  assert.equal(evidence.outcome, 'recovered');
  assert.equal(evidence.reason, null);
  assert.equal(evidence.objectives.met, true);
  assert.ok(evidence.rtoSeconds! <= evidence.objectives.rtoSeconds);
  assert.ok(evidence.rpoSeconds! <= evidence.objectives.rpoSeconds);
  assert.deepEqual(evidence.violations, []);
  assert.deepEqual(evidence.leaks, []);
  assert.equal(exitCodeOf(evidence), 0);
});

test('every step of it is done, and none of those that take a drill away was called', () => {
  for (const { name, status } of evidence.steps)
    assert.equal(status, name === 'cleanup' || name === 'sweep' ? null : 'done', name);
});

test('the live name leads every resolver to the recovery Region, also one that knew the old answer', () => {
  assert.deepEqual(leadsTo(new Resolver(sim, { name: 'asks now', clientTtlTail: 'never' })), [target]);
  assert.deepEqual(leadsTo(early!), [target]);
  assert.equal(evidence.traffic.target, target);
  assert.ok(evidence.traffic.switchedAt !== null);
});

test('the application is healthy there, on every server', () => {
  assert.deepEqual(regionHealth(sim, tokyo), { healthy: true, missing: [] });
  const servers = [...standingServers, worker!.id];
  for (const id of servers) assert.deepEqual(instanceHealth(sim, tokyo, id), { healthy: true, missing: [] });
});

test('the old replica has no source any more, takes writes and is backed up for seven days', () => {
  const database = rds.instances.get(replica)!;
  assert.equal(database.replicaSource, undefined);
  assert.equal(database.backupRetentionDays, 7);
  assert.ok(rds.isWritable(replica));
});

test('the setting that the application reads names the promoted database', () => {
  assert.equal(ssm.parameterValue('/shop/orders/endpoint'), rds.endpointOf(replica));
  for (const id of [...standingServers, worker!.id])
    assert.equal(guests.of(id).settings.get('/shop/orders/endpoint'), rds.endpointOf(replica), id);
});

test('a setting that is a secret stays one, under its own key', () => {
  const { type, keyId } = ssm.parameters.get(setting);
  assert.deepEqual({ type, keyId }, { type: 'SecureString', keyId: ownKey });
});

test('the data are mounted on the worker, from the newest snapshot', () => {
  const mount = guests.of(worker!.id).mounts.get('/srv/data');
  const volume = ec2.volumes.get(mount?.volumeId ?? '');
  assert.equal(volume?.snapshotId, 'snap-0a11c0ffee0000020');
  assert.equal(volume?.attachment?.instanceId, worker!.id);
  assert.equal(volume?.attachment?.device, '/dev/sdf', 'at the device of the plan');
  assert.ok(guests.of(worker!.id).fstab.has('/srv/data'), 'it is mounted again after a reboot');
});

test('the standing web servers run, and the worker is of the newest image with what its template gives it', () => {
  for (const id of standingServers) assert.equal(ec2.instances.get(id)?.state, 'running');
  assert.equal(worker?.imageId, 'ami-0a11c0ffee0000010');
  assert.match(worker?.instanceProfileArn ?? '', /instance-profile\/shop$/);
  assert.deepEqual(worker?.securityGroupIds, ['sg-0a11c0ffee0000001']);
  assert.equal(serverOf(sim, region, worker!), 'worker');
});

test('the load balancer finds all servers healthy', () => {
  const ids = ['shop-web', 'shop-worker'].flatMap((group) =>
    elbv2.targets(group).map(({ id, healthy }) => [id, healthy]),
  );
  assert.deepEqual(ids.sort(), [...standingServers, worker!.id].map((id) => [id, true]).sort());
});

test('it changes what the plan names and nothing else, and in the primary Region what its fence names', () => {
  const ignoring = { withoutBuckets: [account.ledgerBucket] };
  const was = before.filter(({ id }) => !id.startsWith(account.ledgerBucket));
  const { changed, created, deleted } = diffInventories(was, inventory(sim, ignoring));
  const ids = new Set(changed.map(({ resource }) => `${resource.region} ${resource.id}`));
  assert.deepEqual(
    [...ids].filter((id) => id.startsWith(tokyo)).sort(),
    [...standingServers, replica, '/shop/orders/endpoint', 'shop-web', 'shop-worker']
      .map((id) => `${tokyo} ${id}`)
      .sort(),
  );
  assert.deepEqual(
    [...ids].filter((id) => !id.startsWith(tokyo)).sort(),
    [...fenced, 'shop-orders', 'shop-web'].map((id) => `${seoul} ${id}`),
    'the fence, and what the source knows of its replicas; no record is changed to move traffic',
  );
  for (const { type, id } of created) {
    const { tags } = (type === 'instance' ? ec2.instances.get(id) : ec2.volumes.get(id)) ?? {};
    assert.equal(tags?.['lifeboat:recovery'], 'shop-failover-7', `${type} ${id}`);
  }
  assert.deepEqual(deleted, []);
  // The response reads signals, and looks at the fence again, as often as an alarm wakes it; what acts is called once.
  const signals = ['route53', 'monitoring', 'elasticloadbalancing'];
  const asked = sim.transcript.filter(
    ({ region: where, service }) => where === seoul && !signals.includes(service),
  );
  const operations = asked.map(({ operation }) => operation).sort();
  const acting = operations.filter((operation) => !operation.startsWith('Describe'));
  assert.deepEqual(acting, ['ModifyDBInstance', 'StopInstances', 'SuspendProcesses']);
  const looking = [
    'DescribeAutoScalingGroups',
    'DescribeDBInstances',
    'DescribeInstances',
    'DescribeSecurityGroups',
  ];
  assert.deepEqual([...new Set(operations.filter((operation) => !acting.includes(operation)))], looking);
});

test('people are told that it recovered', () => {
  const told = sim.region(tokyo).sns.published.map(({ message }) => message);
  const ends = told.filter((message) => message.includes('ended'));
  assert.equal(ends.length, 1);
  assert.match(ends[0]!, /shop-failover-7 .*recovered/);
});
