import assert from 'node:assert/strict';
import test from 'node:test';
import { CreateTagsCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListHostedZonesCommand,
} from '@aws-sdk/client-route-53';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { worldOf } from '../../simulator/world/placed.ts';
import { Struck } from './struck.ts';

const Bucket = 'some-bucket';
const subnet = 'subnet-0a11c0ffee0000001';

function tag({ ec2 }: Struck) {
  return ec2.send(new CreateTagsCommand({ Resources: [subnet], Tags: [{ Key: 'seen', Value: 'yes' }] }));
}

function look({ ec2 }: Struck) {
  return ec2.send(new DescribeInstancesCommand({}));
}

for (const [name, code] of [
  ['throttled', 'RequestLimitExceeded'],
  ['server-errors', 'InternalError'],
  ['calls-hang', 'none'],
  ['descriptions-fail', 'InternalError'],
  ['recovery-impaired', 'InternalError'],
] as const) {
  test(`while ${name}, some calls are answered ${code}, and afterwards none`, async () => {
    const struck = new Struck();
    const { before, during, after } = await struck.course(name, () => struck.answers(() => look(struck)));
    assert.deepEqual(before, ['ok']);
    assert.ok(during.includes('ok') && during.includes(code), during.join());
    assert.deepEqual(after, ['ok']);
  });
}

test('while answers-lost, some changes act without an answer, and looking is answered', async () => {
  const struck = new Struck();
  const { during, after } = await struck.course('answers-lost', async () => ({
    changes: await struck.answers(() => tag(struck)),
    looks: await struck.answers(() => look(struck)),
  }));
  assert.deepEqual(during, { changes: ['none', 'ok'], looks: ['ok'] });
  assert.deepEqual(after, { changes: ['ok'], looks: ['ok'] });
});

test('while first-answers-lost, the first change of a kind acts without an answer and the next is answered', async () => {
  const struck = new Struck();
  const end = struck.begin('first-answers-lost');
  assert.equal(await struck.answer(tag(struck)), 'none');
  assert.equal(struck.stage.recovery.ec2.subnets.get(subnet)?.tags['seen'], 'yes');
  assert.equal(await struck.answer(tag(struck)), 'ok');
  end();
  assert.equal(await struck.answer(tag(struck)), 'ok');
});

test('while calls-late, answers take many seconds at times, and afterwards none does', async () => {
  const struck = new Struck();
  const { clock } = struck.stage.sim;
  const slowest = async () => {
    let most = 0;
    for (let n = 0; n < 30; n += 1) {
      const fromMs = clock.nowMs();
      await struck.answer(look(struck));
      most = Math.max(most, clock.nowMs() - fromMs);
    }
    return most / 1000;
  };
  const { before, during, after } = await struck.course('calls-late', slowest);
  assert.ok(before < 6 && after < 6 && during > 8, `${before}, ${during}, ${after} s`);
});

test('while recovery-api-outage, nobody can call the recovery Region, and its application goes on', async () => {
  const struck = new Struck();
  const { sim, recovery } = struck.stage;
  const course = await struck.course('recovery-api-outage', () => struck.answer(look(struck)));
  assert.deepEqual(course, { before: 'ok', during: 'none', after: 'ok' });
  const { silentRegions, cutOffRegions } = worldOf(sim);
  struck.begin('recovery-api-outage');
  assert.deepEqual([silentRegions.has(recovery.name), cutOffRegions.has(recovery.name)], [false, true]);
});

test('while identity-down, STS answers nobody and EC2 everybody', async () => {
  const struck = new Struck();
  const ask = () => struck.answer(struck.sts.send(new GetCallerIdentityCommand({})));
  const { before, during, after } = await struck.course('identity-down', ask);
  assert.deepEqual([before, during, after], ['ok', 'InternalFailure', 'ok']);
  const end = struck.begin('identity-down');
  assert.equal(await struck.answer(look(struck)), 'ok');
  end();
});

test('while ledger-conflicts, some conditional writes are told of another one, and others are not', async () => {
  const struck = new Struck();
  struck.stage.sim.s3.createBucket({ name: Bucket, region: struck.stage.recovery.name });
  let n = 0;
  const write = (condition: object) => () => {
    n += 1;
    return struck.s3.send(new PutObjectCommand({ Bucket, Key: `test/${n}`, Body: 'x', ...condition }));
  };
  const { before, during, after } = await struck.course('ledger-conflicts', async () => ({
    claims: await struck.answers(write({ IfNoneMatch: '*' })),
    writes: await struck.answers(write({}), 10),
  }));
  assert.deepEqual(before, { claims: ['ok'], writes: ['ok'] });
  assert.deepEqual(during, { claims: ['ConditionalRequestConflict', 'ok'], writes: ['ok'] });
  assert.deepEqual(after, before);
});

test('while ledger-down, nothing is read or written', async () => {
  const struck = new Struck();
  struck.stage.sim.s3.createBucket({ name: Bucket, region: struck.stage.recovery.name });
  await struck.answer(struck.s3.send(new PutObjectCommand({ Bucket, Key: 'test/a', Body: 'x' })));
  const read = () => struck.answer(struck.s3.send(new GetObjectCommand({ Bucket, Key: 'test/a' })));
  const { before, during, after } = await struck.course('ledger-down', read);
  assert.deepEqual([before, during, after], ['ok', 'InternalError', 'ok']);
});

test("while route53-down, Route 53's control plane answers nobody", async () => {
  const struck = new Struck();
  const list = () => struck.answers(() => struck.route53.send(new ListHostedZonesCommand({})), 10);
  const { before, during, after } = await struck.course('route53-down', list);
  assert.deepEqual([before, after], [['ok'], ['ok']]);
  assert.ok(!during.includes('ok'), during.join());
});

test('while changes-forgotten, a change that was accepted is at times not known', async () => {
  const struck = new Struck();
  const changed = await struck.stage.sim.clock.drive(
    struck.route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: 'Z0123456789',
        ChangeBatch: {
          Changes: [
            {
              Action: 'CREATE',
              ResourceRecordSet: {
                Name: 'seen.shop.example.com',
                Type: 'TXT',
                TTL: 60,
                ResourceRecords: [{ Value: '"yes"' }],
              },
            },
          ],
        },
      }),
    ),
  );
  const Id = changed.ChangeInfo?.Id;
  const look = () => struck.answers(() => struck.route53.send(new GetChangeCommand({ Id })), 12);
  const { before, during, after } = await struck.course('changes-forgotten', look);
  assert.deepEqual([before, during, after], [['ok'], ['NoSuchChange', 'ok'], ['ok']]);
});

for (const [name, path] of [
  ['stale-reads', 'ec2.describeConsistencyLag'],
  ['stale-reads', 'rds.describeConsistencyLag'],
  ['slow-promotion', 'rds.promote.total'],
  ['slow-promotion', 'rds.restoreFromSnapshot'],
  ['starts-slow', 'ec2.pendingToRunning'],
  ['starts-slow', 'ssm.agentOnlineAfterRunning'],
  ['volumes-slow', 'ebs.attach'],
  ['volumes-slow', 'ebs.createVolumeFromSnapshotToAvailable'],
  ['changes-slow', 'route53.changeInsync'],
] as const) {
  test(`while ${name}, ${path} takes longer, and afterwards as long as before`, async () => {
    const struck = new Struck();
    const { draws } = struck.stage.sim;
    const mean = () =>
      Array.from({ length: 200 }, () => draws.sample(path, 'test')).reduce((a, b) => a + b) / 200;
    const { before, during, after } = await struck.course(name, mean);
    assert.ok(during > 1.8 * before && after < 1.5 * before, `${before}, ${during}, ${after} s`);
  });
}
