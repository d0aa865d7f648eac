import assert from 'node:assert/strict';
import test from 'node:test';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ledgerKeys } from '../../recovery/ledger.ts';
import { deployTemplate, type Template } from '../../simulator/cloudformation/deploy.ts';
import type { Policy } from '../../simulator/iam/policy.ts';
import { Simulator } from '../../simulator/simulator.ts';
import { roleIds } from '../../stack/roles.ts';
import { packagedTemplate } from '../../stack/template.ts';

const region = 'ap-northeast-1';
const account = '123456789012';
const sim = new Simulator({
  seed: 3,
  startMs: 0,
  accountId: account,
  regions: { [region]: ['a', 'c', 'd'] },
});
const stack = deployTemplate(sim, region, (await packagedTemplate()) as Template, {
  stackName: 'lifeboat-live',
  code: () => async () => null,
});
const Bucket = stack.ref('Ledger');
const recovery = 'shop-failover-7';

/** People and functions by the name that STS gives them. Nothing but the bucket's policy limits the people here. */
const kim = 'AIDAKIM';
const alice = 'AROAOPS:alice';
const bob = 'AROAOPS:bob';
sim.addCaller({ accessKeyId: kim, arn: `arn:aws:iam::${account}:user/kim`, userId: kim });
for (const each of [alice, bob]) {
  const arn = `arn:aws:sts::${account}:assumed-role/ops/${each.split(':')[1]}`;
  sim.addCaller({ accessKeyId: each, arn, userId: each });
}

function functionOf(roleId: string): string {
  const roleArn = stack.arn(roleId);
  const arn = `arn:aws:sts::${account}:assumed-role/${roleArn.split('/').at(-1)}/fn`;
  sim.addCaller({ accessKeyId: roleId, arn, userId: `AROA${roleId.toUpperCase()}:fn`, roleArn });
  return roleId;
}

type Sent = PutObjectCommand | DeleteObjectCommand | GetObjectCommand;

async function ask(by: string, command: Sent): Promise<string> {
  const client = new S3Client({
    region,
    requestHandler: sim.connect(),
    maxAttempts: 1,
    credentials: { accessKeyId: by, secretAccessKey: 'x' },
  });
  try {
    await sim.clock.drive(client.send(command as PutObjectCommand));
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown';
  }
}

const put = (Key: string) => new PutObjectCommand({ Bucket, Key, Body: '{"overrides":[]}' });
const remove = (Key: string, VersionId?: string) =>
  new DeleteObjectCommand({ Bucket, Key, ...(VersionId !== undefined && { VersionId }) });
const approvalOf = (who: string) => ledgerKeys.approval('shop', recovery, who);
const requestOf = (who: string) => ledgerKeys.request('shop', recovery, who);

test('a person approves and asks under their own name, and takes the word back, which stays in the history', async () => {
  for (const who of [kim, alice]) {
    for (const key of [approvalOf(who), requestOf(who)]) {
      assert.equal(await ask(who, put(key)), 'done', key);
      assert.equal(await ask(who, remove(key)), 'done', key);
      assert.equal(sim.s3.versions(Bucket, key).length, 2);
    }
  }
});

test('nobody approves, asks, or takes a word back under the name of somebody else', async () => {
  for (const [by, of] of [
    [kim, alice],
    [alice, bob],
    [bob, kim],
  ] as const) {
    for (const key of [approvalOf(of), requestOf(of)]) {
      assert.equal(await ask(by, put(key)), 'AccessDenied', `${by} as ${of}`);
      assert.equal(await ask(by, remove(key)), 'AccessDenied', `${by} as ${of}`);
    }
  }
});

test('a name that is part of a longer key, or holds another key, is nobody’s name', async () => {
  const others = approvalOf(alice);
  for (const key of [`${others}x`, others.replace('.json', ''), `${others}/${kim}.json`, `x/${others}`]) {
    assert.equal(await ask(kim, put(key)), 'AccessDenied', key);
  }
  // A deeper key that ends in one's own name may be written, and the gate looks at no deeper keys.
  assert.equal(
    await ask(kim, put(`recoveries/shop/${recovery}/approvals/deep/approvals/${kim}.json`)),
    'done',
  );
});

test('no role of the stack approves or asks, under its own name or by the wildcards of its permissions', async () => {
  for (const id of roleIds()) {
    const by = functionOf(id);
    assert.equal(await ask(by, put(approvalOf(`AROA${id.toUpperCase()}:fn`))), 'AccessDenied', id);
  }
  const conclude = functionOf('FailoverConcludeRole');
  assert.equal(await ask(conclude, put(approvalOf('evidence'))), 'AccessDenied');
  assert.equal(await ask(conclude, put(requestOf(`steps/${kim}`))), 'AccessDenied');
  assert.equal(await ask(conclude, put(ledgerKeys.evidence('shop', recovery))), 'done');
});

test('a person gives orders, and writes nothing that Lifeboat has seen, decided or done', async () => {
  for (const key of [
    ledgerKeys.brake,
    ledgerKeys.pause('shop'),
    ledgerKeys.active('shop'),
    ledgerKeys.period('shop'),
  ])
    assert.equal(await ask(kim, put(key)), 'done', key);
  for (const [key, writer] of [
    [ledgerKeys.incident('shop'), 'AssessRole'],
    [ledgerKeys.health('shop'), 'ReceiveRole'],
    [ledgerKeys.lastDecision('shop'), 'AssessRole'],
    [ledgerKeys.opened('shop', recovery), 'FailoverOpenRole'],
    [ledgerKeys.step('shop', recovery, 'gate'), 'FailoverGateRole'],
    [ledgerKeys.evidence('shop', recovery), 'FailoverConcludeRole'],
  ] as const) {
    assert.equal(await ask(kim, put(key)), 'AccessDenied', key);
    assert.equal(await ask(functionOf(writer), put(key)), 'done', key);
    assert.equal(await ask(kim, new GetObjectCommand({ Bucket, Key: key })), 'done', 'reading is free');
  }
});

test('nobody deletes a version of anything, one’s own word included', async () => {
  const key = approvalOf(bob);
  assert.equal(await ask(bob, put(key)), 'done');
  const [version] = sim.s3.versions(Bucket, key);
  for (const by of [bob, kim, functionOf('AssessRole')])
    assert.equal(await ask(by, remove(key, version!.versionId)), 'AccessDenied', by);
});

test('what a bucket is given by replication is denied as what is put, and the policy is short enough for S3', () => {
  const { text, rules } = sim.s3.buckets.get(Bucket)!.policy as { text: string; rules: Policy };
  for (const { name, actions } of rules.statements.filter((each) => /Sign|OnlyPeople/.test(each.name)))
    assert.deepEqual(actions.these, ['s3:PutObject*', 's3:DeleteObject*', 's3:Replicate*'], name);
  // Amazon S3 User Guide, bucket policies: 20 KB.
  assert.ok(Buffer.byteLength(text) < 16_384, `${Buffer.byteLength(text)} bytes`);
});
