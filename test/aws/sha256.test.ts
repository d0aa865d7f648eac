import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { Sha256 } from '../../aws/sha256.ts';

const bytes = fc.uint8Array({ maxLength: 200 });

test('a hash in one piece is the hash of Node, with and without a key, however its data came', async () => {
  const law = fc.asyncProperty(fc.array(bytes), fc.option(bytes), fc.string(), async (parts, key, text) => {
    const ours = key ? new Sha256(key) : new Sha256();
    const theirs = key ? createHmac('sha256', key) : createHash('sha256');
    for (const part of [...parts, text]) {
      ours.update(part);
      theirs.update(part);
    }
    const wanted = theirs.digest('hex');
    assert.equal(Buffer.from(await ours.digest()).toString('hex'), wanted);
    assert.equal(Buffer.from(await ours.digest()).toString('hex'), wanted, 'a second look');
    ours.reset();
    ours.update(new Uint8Array([...parts.flatMap((part) => [...part]), ...Buffer.from(text)]).buffer);
    assert.equal(Buffer.from(await ours.digest()).toString('hex'), wanted, 'after a reset');
  });
  await fc.assert(law, { seed: 7 });
});

test('a key longer than a block is hashed first', async () => {
  const ours = new Sha256('k'.repeat(65));
  ours.update('text');
  const wanted = createHmac('sha256', 'k'.repeat(65)).update('text').digest('hex');
  assert.equal(Buffer.from(await ours.digest()).toString('hex'), wanted);
});
