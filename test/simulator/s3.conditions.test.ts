import assert from 'node:assert/strict';
import test from 'node:test';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { openAccount, recovery, settings } from './data-account.ts';

const Bucket = 'lifeboat-ledger';
const Key = 'plans/shop/active.json';

function open(seed: string | number = 1, writers = 1) {
  const sim = openAccount(seed);
  sim.s3.createBucket({ name: Bucket, region: recovery, versioned: true });
  const clients = Array.from({ length: writers }, (_, index) => {
    const accessKeyId = `AKIAWRITER${index}`;
    sim.addCaller({
      accessKeyId,
      arn: `arn:aws:sts::123456789012:assumed-role/w/${index}`,
      userId: `W:${index}`,
    });
    return new S3Client(settings(sim, recovery, accessKeyId));
  });
  const client = clients[0];
  assert.ok(client);
  const put = (Body: string, condition: { IfMatch?: string; IfNoneMatch?: string }, by = client) =>
    by.send(new PutObjectCommand({ Bucket, Key, Body, ...condition }));
  const stored = () => {
    const body = sim.s3.read(Bucket, Key)?.body;
    return body && new TextDecoder().decode(body);
  };
  return { sim, client, clients, put, stored };
}

const losses = ['PreconditionFailed', 'ConditionalRequestConflict'];

test('of any number of writers that race for a new key exactly one wins', () => {
  return fc.assert(
    fc.asyncProperty(fc.nat(100_000), fc.integer({ min: 2, max: 8 }), async (seed, writers) => {
      const { sim, clients, put, stored } = open(seed, writers);
      const race = clients.map((client, index) => put(`writer ${index}`, { IfNoneMatch: '*' }, client));
      const outcomes = await sim.clock.drive(Promise.allSettled(race));
      const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
      assert.equal(winners.length, 1);
      assert.equal(stored(), `writer ${winners[0]}`);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected')
          assert.ok(losses.includes(outcome.reason.name), outcome.reason.name);
      }
      assert.equal(sim.s3.versions(Bucket, Key).length, 1);
    }),
    { seed: 21, numRuns: 40 },
  );
});

test('of any number of writers that replace the same version exactly one wins', () => {
  return fc.assert(
    fc.asyncProperty(fc.nat(100_000), fc.integer({ min: 2, max: 6 }), async (seed, writers) => {
      const { sim, clients, put } = open(seed, writers);
      const { ETag = '' } = await sim.clock.drive(put('before', {}));
      const race = clients.map((client, index) => put(`writer ${index}`, { IfMatch: ETag }, client));
      const outcomes = await sim.clock.drive(Promise.allSettled(race));
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal(sim.s3.versions(Bucket, Key).length, 2);
    }),
    { seed: 22, numRuns: 40 },
  );
});

test('the losers of a race see 412 or 409', async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    const { sim, clients, put } = open(seed, 4);
    const race = clients.map((client, index) => put(`writer ${index}`, { IfNoneMatch: '*' }, client));
    for (const outcome of await sim.clock.drive(Promise.allSettled(race))) {
      if (outcome.status === 'rejected') seen.add(outcome.reason.name);
    }
  }
  assert.deepEqual([...seen].sort(), [...losses].sort());
});

test('who comes later than the winner always sees 412', async () => {
  for (let seed = 0; seed < 10; seed++) {
    const { sim, put, stored } = open(seed);
    await sim.clock.drive(put('first', { IfNoneMatch: '*' }));
    await assert.rejects(sim.clock.drive(put('second', { IfNoneMatch: '*' })), {
      name: 'PreconditionFailed',
    });
    assert.equal(stored(), 'first');
  }
});

test('a replacement needs the tag that is there, with or without quotes', async () => {
  const { sim, put, stored } = open();
  const { ETag = '' } = await sim.clock.drive(put('one', {}));
  await assert.rejects(sim.clock.drive(put('two', { IfMatch: '"0123"' })), { name: 'PreconditionFailed' });
  await sim.clock.drive(put('two', { IfMatch: ETag.replaceAll('"', '') }));
  assert.equal(stored(), 'two');
  await assert.rejects(sim.clock.drive(put('three', { IfMatch: ETag })), { name: 'PreconditionFailed' });
});

test('a replacement of what is not there, or was deleted, is 404', async () => {
  const { sim, client, put } = open();
  await assert.rejects(sim.clock.drive(put('one', { IfMatch: '"0123"' })), { name: 'NoSuchKey' });
  const { ETag = '' } = await sim.clock.drive(put('one', {}));
  await sim.clock.drive(client.send(new DeleteObjectCommand({ Bucket, Key })));
  await assert.rejects(sim.clock.drive(put('two', { IfMatch: ETag })), { name: 'NoSuchKey' });
});

test('after a deletion the key is new again', async () => {
  const { sim, client, put, stored } = open();
  await sim.clock.drive(put('one', { IfNoneMatch: '*' }));
  await sim.clock.drive(client.send(new DeleteObjectCommand({ Bucket, Key })));
  await sim.clock.drive(put('two', { IfNoneMatch: '*' }));
  assert.equal(stored(), 'two');
});

test('a deletion in the middle of a conditional write makes a conflict of it', async () => {
  let conflicts = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { sim, clients, put, stored } = open(seed, 2);
    await sim.clock.drive(put('one', {}));
    const removal = clients[1]?.send(new DeleteObjectCommand({ Bucket, Key })) ?? Promise.reject();
    const [write] = await sim.clock.drive(Promise.allSettled([put('two', { IfNoneMatch: '*' }), removal]));
    if (write.status === 'fulfilled') assert.equal(stored(), 'two');
    else if (write.reason.name === 'ConditionalRequestConflict') conflicts += 1;
    else assert.equal(write.reason.name, 'PreconditionFailed');
  }
  assert.ok(conflicts > 0);
});

test('only the star is understood as If-None-Match', async () => {
  const { sim, put } = open();
  await assert.rejects(sim.clock.drive(put('one', { IfNoneMatch: '"0123"' })), { name: 'NotImplemented' });
});
