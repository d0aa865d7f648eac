import assert from 'node:assert/strict';
import test from 'node:test';
import { checkSimulated, checkWorld } from '../../drill/check.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { ReadinessFinding } from '../../recovery/readiness/finding.ts';
import type { ReadinessRecord } from '../../recovery/readiness/record.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build.ts';
import { faults } from '../../simulator/world/faults.ts';
import { happenInShop } from './respond.ts';
import { replica, seoul, shopPlan, shopWorld, tokyo } from './shop.ts';

const plan = shopPlan();
const notOk = (findings: readonly ReadinessFinding[]) =>
  findings.filter(({ status }) => status !== 'ok').map(({ status, name }) => `${status} ${name}`);

test('the shop as it stands is ready, but for what its plan risks', async () => {
  const findings = await checkWorld(plan, shopWorld());
  assert.deepEqual(notOk(findings), ['warning volumes.data rpo']);
  assert.ok(findings.length > 30, 'each part of the plan is looked at');
});

function bucketOf(sim: Simulator): string {
  return [...sim.s3.buckets.keys()].find((name) => name.includes('ledger')) ?? '';
}

/** What is wrong with the account, each thing by itself, and what says so. */
function ruin(sim: Simulator): void {
  const { ec2, rds, ssm, elbv2, sns, cloudwatch } = sim.region(tokyo);
  for (const id of ['ami-0a11c0ffee0000010', 'ami-0a11c0ffee0000011']) ec2.images.delete(id);
  ec2.launchTemplates.clear();
  for (const subnet of ec2.subnets.values()) subnet.availableIps = 1;
  ec2.capacity.vcpuQuota = 7;
  for (const zone of ['a', 'c']) ec2.capacity.offer(tokyo + zone, 'm6g.large', false);
  ec2.instanceProfiles.clear();
  ec2.keyProblems.set('5f0c2a1e-7b64-4a55-9a0e-3f1d2c4b5a60', 'is pending deletion.');
  for (const id of ['snap-0a11c0ffee0000020', 'snap-0a11c0ffee0000021']) ec2.snapshots.delete(id);
  const web = ec2.instances.get('i-0a11c0ffee0000001');
  assert.ok(web);
  web.tags = { Environment: 'DR', App: 'shop', Role: 'web' };
  delete web.instanceProfileArn;
  const alarms = ['shop-canary', 'shop-traffic'];
  void cloudwatch.alarms.operations['DeleteAlarms']?.({ AlarmNames: alarms } as never, {} as never);
  elbv2.targetGroups.delete('shop-worker');
  const standby = rds.instances.get(replica);
  assert.ok(standby);
  Object.assign(standby, { engineVersion: '15.8', instanceClass: 'db.t4g.medium' });
  rds.setLag(replica, 900);
  rds.snapshots.clear();
  ssm.parameters.get('/shop/orders/endpoint').tags = {};
  ssm.documents.delete('shop-reload');
  sns.topics.clear();
  const { ec2: primary } = sim.region(seoul);
  primary.securityGroups.delete('sg-0a22c0ffee0000009');
  const untagged = primary.instances.get('i-0a22c0ffee0000001');
  assert.ok(untagged);
  untagged.tags = { App: 'shop', Region: 'primary' };
}

test('everything that is wrong at once is found, each by its own name', async () => {
  const sim = buildWorld(shopWorld(), { seed: 1 });
  ruin(sim);
  const findings = await checkSimulated(sim, plan);
  assert.deepEqual(notOk(findings), [
    'warning volumes.data rpo',
    'bad alarm shop-canary',
    'bad servers.worker image',
    'bad launch template shop-worker-dr',
    'warning servers.web types',
    'warning servers.worker types',
    'warning servers.web subnets',
    'bad servers.worker subnets',
    'bad drill subnets',
    'bad vCPU quota',
    'bad target group shop-worker',
    'bad servers.web agent',
    'bad volumes.data snapshot',
    'bad KMS key 5f0c2a1e-7b64-4a55-9a0e-3f1d2c4b5a60',
    'bad databases.orders size',
    'bad databases.orders lag',
    'bad document shop-reload',
    'bad health check of app.shop.example.com',
    'bad fence',
    'bad tags of instances',
    'bad tags of settings',
    'bad tags of fenced instances',
    'bad databases.orders drill snapshot',
    'bad drill instance profile',
    'bad topic shop-dr',
  ]);
  const fatal = findings.filter(({ prevents }) => prevents).map(({ name }) => name);
  assert.deepEqual(fatal, [
    'servers.worker image',
    'launch template shop-worker-dr',
    'target group shop-worker',
    'KMS key 5f0c2a1e-7b64-4a55-9a0e-3f1d2c4b5a60',
  ]);
});

test('what a launch or a restore uses without the tag that permits it is named, whatever kind it is', async () => {
  const sim = buildWorld(shopWorld(), { seed: 1 });
  const { ec2 } = sim.region(tokyo);
  const needed = [
    ec2.images.get('ami-0a11c0ffee0000010'),
    ec2.images.get('ami-0a11c0ffee0000001'),
    ec2.launchTemplates.get('lt-0a11c0ffee0000001'),
    ec2.subnets.get('subnet-0d1111a0000000003'),
    ec2.securityGroups.get('sg-0d1111a0000000001'),
    ec2.snapshots.get('snap-0a11c0ffee0000020'),
  ];
  for (const each of needed) {
    const { tags } = each!;
    const { 'lifeboat:plan': _permits, ...others } = tags;
    each!.tags = others;
    const found = (await checkSimulated(sim, plan)).find(({ name }) => name === 'tags of ingredients');
    assert.equal(found?.status, 'bad');
    assert.match(found.detail, new RegExp(`^no role may touch ${each!.id}: it carries no lifeboat:plan`));
    each!.tags = tags;
  }
});

test('a primary Region that is gone leaves what only it knows unknown, and nothing of it bad', async () => {
  const sim = buildWorld(shopWorld(), { seed: 1 });
  faults['primary-outage']?.apply(sim, shopWorld());
  assert.deepEqual(notOk(await checkSimulated(sim, plan)), [
    'warning volumes.data rpo',
    'unknown alarm shop-latency-anomaly',
    'unknown voting target group shop-web',
    'unknown databases.orders size',
    'unknown fence',
  ]);
});

test('people are told of what is missing, an automatic recovery holds for it, and goes on once it is there', async () => {
  let kept: unknown;
  const { account, decisions, recoveries, unrecorded } = await happenInShop({
    forSeconds: 1800,
    sabotage: (sim) => {
      const { elbv2 } = sim.region(tokyo);
      const group = elbv2.targetGroups.get('shop-worker');
      assert.ok(group);
      elbv2.targetGroups.delete('shop-worker');
      // The first check finds it missing, then the Region goes, and a later one finds it made again: while the
      // recovery holds for it, it is looked for every five minutes.
      sim.clock.after(60_000, () => faults['primary-outage']?.apply(sim, shopWorld()));
      sim.clock.after(10 * 60_000, () => {
        kept = JSON.parse(
          new TextDecoder().decode(
            sim.s3.read(bucketOf(sim), ledgerKeys.readiness(plan.plan))?.body ?? new Uint8Array(),
          ),
        );
        elbv2.targetGroups.set('shop-worker', group);
      });
    },
  });
  assert.deepEqual(unrecorded, []);
  const record = kept as ReadinessRecord;
  assert.equal(record.planHash, plan.hash);
  assert.deepEqual(record.told, ['target group shop-worker']);
  const told = account.sim
    .region(tokyo)
    .sns.published.filter(({ subject }) => /Readiness/.test(subject ?? ''));
  assert.deepEqual(
    told.map(({ message }) => message),
    [
      'shop is not ready: target group shop-worker: ap-northeast-1 has none of this name; create it, or correct the plan. lifeboat check shop --aws',
      'well again: target group shop-worker. lifeboat check shop --aws',
    ],
  );
  const [held, ...later] = decisions.filter(({ analysis }) => /Down/.test(analysis));
  assert.deepEqual([held?.decision, held?.blockedBy], ['hold', 'Readiness']);
  assert.match(held?.reason ?? '', /it would fail \(target group shop-worker: .* has none of this name/);
  assert.equal(later.at(-1)?.decision, 'recover');
  assert.deepEqual(
    recoveries.map(({ outcome }) => outcome),
    ['recovered'],
  );
});
