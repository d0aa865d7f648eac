import assert from 'node:assert/strict';
import test from 'node:test';
import {
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { openAccount, recovery, settings } from './data-account.ts';

const Bucket = 'lifeboat-ledger';
const arn = `arn:aws:s3:::${Bucket}`;

/** A bucket with a policy, and clients of a user, of a role's session and of nobody in particular. */
function open(...statements: readonly object[]) {
  const sim = openAccount();
  sim.s3.createBucket({ name: Bucket, region: recovery, versioned: true });
  const people = {
    kim: { arn: 'arn:aws:iam::123456789012:user/people/kim', userId: 'AIDAKIM' },
    alice: { arn: 'arn:aws:sts::123456789012:assumed-role/ops/alice', userId: 'AROAOPS:alice' },
  };
  for (const [name, person] of Object.entries(people)) sim.addCaller({ accessKeyId: name, ...person });
  const as = (name: 'kim' | 'alice') => new S3Client(settings(sim, recovery, name));
  const administrator = new S3Client(settings(sim, recovery));
  const govern = (Policy: string) => administrator.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return { sim, as, administrator, govern, policy };
}

const deny = (Action: string | readonly string[], more: object) => ({
  Effect: 'Deny',
  Principal: '*',
  Action,
  ...more,
});
const put = (Key: string) => new PutObjectCommand({ Bucket, Key, Body: '{}' });

test('what a bucket’s policy denies is answered with 403 and says who asked for what, and nothing is written', async () => {
  const { sim, as, govern, policy } = open(
    deny('s3:PutObject', { NotResource: `${arn}/words/\${aws:userid}.json` }),
  );
  await sim.clock.drive(govern(policy));
  const refused = sim.clock.drive(as('kim').send(put('words/AROAOPS:alice.json')));
  await assert.rejects(refused, {
    name: 'AccessDenied',
    message:
      'User: arn:aws:iam::123456789012:user/people/kim is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::lifeboat-ledger/words/AROAOPS:alice.json" with an explicit deny in a resource-based policy',
  });
  assert.equal(sim.s3.read(Bucket, 'words/AROAOPS:alice.json'), undefined);
  await sim.clock.drive(as('alice').send(put('words/AROAOPS:alice.json')));
  await sim.clock.drive(as('kim').send(put('words/AIDAKIM.json')));
  assert.equal(sim.transcript.filter(({ outcome }) => outcome === 'AccessDenied').length, 1);
});

test('reading, listing, heading and deleting a version ask for permissions of their own', async () => {
  const { sim, as, govern, policy, administrator } = open(
    deny('s3:GetObject', { Resource: `${arn}/secret` }),
    deny('s3:ListBucket', { Resource: arn }),
    deny('s3:DeleteObjectVersion', { Resource: `${arn}/*` }),
  );
  const { VersionId } = await sim.clock.drive(administrator.send(put('secret')));
  await sim.clock.drive(govern(policy));
  const at = { Bucket, Key: 'secret' };
  const answers = [
    as('kim').send(new GetObjectCommand(at)),
    as('kim').send(new HeadObjectCommand(at)),
    as('kim').send(new ListObjectsV2Command({ Bucket })),
    as('kim').send(new DeleteObjectCommand({ ...at, VersionId })),
  ];
  const settled = await sim.clock.drive(Promise.allSettled(answers));
  assert.deepEqual(
    settled.map((each) => each.status === 'rejected' && each.reason.$metadata?.httpStatusCode),
    [403, 403, 403, 403],
  );
  await sim.clock.drive(as('kim').send(new GetObjectCommand({ ...at, VersionId })));
  await sim.clock.drive(as('kim').send(new DeleteObjectCommand(at)));
  assert.equal(sim.s3.versions(Bucket, 'secret').length, 2, 'a delete marker, and the version below it');
});

test('a policy can tell a role’s sessions from users, and times and Regions apart', async () => {
  const role = 'arn:aws:iam::123456789012:role/ops';
  const { sim, as, govern, policy } = open(
    deny('s3:PutObject', { Resource: `${arn}/a`, Condition: { ArnEquals: { 'aws:PrincipalArn': role } } }),
    deny('s3:PutObject', { Resource: `${arn}/b`, Condition: { StringNotEquals: { 'aws:username': 'kim' } } }),
    deny('s3:PutObject', {
      Resource: `${arn}/c`,
      Condition: {
        DateLessThan: { 'aws:CurrentTime': '2026-01-16T00:00:00Z' },
        StringEquals: { 'aws:RequestedRegion': recovery, 'aws:PrincipalAccount': '123456789012' },
      },
    }),
  );
  await sim.clock.drive(govern(policy));
  const write = async (name: 'kim' | 'alice', key: string) =>
    (await sim.clock.drive(Promise.allSettled([as(name).send(put(key))])))[0]!.status;
  assert.deepEqual([await write('kim', 'a'), await write('alice', 'a')], ['fulfilled', 'rejected']);
  assert.deepEqual([await write('kim', 'b'), await write('alice', 'b')], ['fulfilled', 'rejected']);
  assert.deepEqual([await write('kim', 'c'), await write('alice', 'c')], ['rejected', 'rejected']);
  await sim.clock.driveUntil(Date.UTC(2026, 0, 16));
  assert.equal(await write('kim', 'c'), 'fulfilled');
});

test('S3 takes no policy about other buckets, other services, or in no good form, and gives back the one it took', async () => {
  const { sim, govern, policy, administrator } = open(deny('s3:*', { Resource: `${arn}/x` }));
  const of = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });
  for (const bad of [
    'no JSON',
    of({ Effect: 'Deny', Action: 's3:*', Resource: arn }),
    of(deny('s3:*', { Resource: 'arn:aws:s3:::another/*' })),
    of(deny('ec2:*', { Resource: '*' })),
  ])
    await assert.rejects(sim.clock.drive(govern(bad)), { name: 'MalformedPolicy' }, bad);
  await sim.clock.drive(govern(policy));
  const { Policy } = await sim.clock.drive(administrator.send(new GetBucketPolicyCommand({ Bucket })));
  assert.equal(Policy, policy);
});

test('a condition that the simulator cannot judge stops the run', async () => {
  const { sim, as, govern, policy } = open(
    deny('s3:PutObject', {
      Resource: `${arn}/*`,
      Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
    }),
  );
  await sim.clock.drive(govern(policy));
  await assert.rejects(sim.clock.drive(as('kim').send(put('a'))), {
    name: 'NotSimulated',
    message: /the condition key aws:SourceIp/,
  });
});
