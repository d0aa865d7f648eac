/** Names, tags and tokens: what a recovery made under them is found again under them, by later versions too. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import {
  clientToken,
  creationTags,
  databaseCopyId,
  executionName,
  type Identity,
  orderedName,
  recoveryIdPattern,
  recoveryName,
  stampOf,
  tagKeys,
} from '../../recovery/identity.ts';
import { databaseIdPattern, namePattern } from '../../recovery/plan/patterns.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

test('the names of tags and recoveries are those that the roles and other versions know', () => {
  assert.deepEqual(tagKeys, {
    plan: 'lifeboat:plan',
    recovery: 'lifeboat:recovery',
    item: 'lifeboat:item',
    instance: 'lifeboat:instance',
    remount: 'lifeboat:remount',
    expires: 'lifeboat:expires',
  });
  assert.equal(recoveryName('shop', 'failover', '2026-11-02T00:03:00.000Z'), 'shop-failover-20261102t000300');
  assert.equal(stampOf('2026-11-02T23:59:58.123Z'), '20261102t235958');
  assert.equal(executionName('shop-drill-1', 3), 'shop-drill-1-r3');
  assert.equal(orderedName('shop', 'drill', '2026-11-02T00:03:00.045Z'), 'shop-drill-20261102t000300045');
  assert.equal(orderedName('shop', 'drill', '2026-11-02T00:03:00Z'), 'shop-drill-20261102t000300000');
});

test('an id of a recovery begins with a letter and has 3 to 70 small letters, digits and hyphens', () => {
  for (const id of ['abc', 'a-1', `a${'b'.repeat(69)}`]) assert.match(id, recoveryIdPattern);
  for (const id of ['ab', '1ab', '-ab', 'aBc', 'a_b', 'xA-b', 'abc!', `a${'b'.repeat(70)}`])
    assert.doesNotMatch(id, recoveryIdPattern);
});

test('a token is the beginning of the hash of its parts, each on a line of its own', () => {
  assert.equal(clientToken('a', 1), digest('a\n1').slice(0, 48));
  assert.notEqual(clientToken('a1'), clientToken('a', 1));
});

test('the id of a restored copy is readable, legal and of this recovery alone', () => {
  const id = (item: string) => databaseCopyId('shop-drill-7', item);
  const ends = (item: string) => digest(`shop-drill-7\n${item}`).slice(0, 10);
  assert.equal(id('orders'), `lifeboat-orders-${ends('orders')}`);
  assert.equal(id('--Orders__and more--'), `lifeboat-orders-and-more-${ends('--Orders__and more--')}`);
  const long = 'x'.repeat(40);
  assert.equal(id(long), `lifeboat-${'x'.repeat(30)}-${ends(long)}`);
});

test('RDS takes the id of the copy of every database that a plan can name', () => {
  fc.assert(
    fc.property(fc.stringMatching(namePattern), (item) => {
      assert.match(databaseCopyId('shop-drill-7', item), databaseIdPattern);
    }),
    { seed: 20261121, numRuns: 300 },
  );
  assert.match(databaseCopyId('shop-drill-7', `${'x'.repeat(29)}-orders`), databaseIdPattern);
});

test('what one item needs besides is written with the tags that everything carries', () => {
  const identity: Identity = {
    recovery: 'shop-failover-7',
    plan: 'shop',
    kind: 'failover',
    startedAt: '2026-03-02T09:00:00.000Z',
    maxDurationSeconds: 7200,
  };
  assert.deepEqual(creationTags(identity, 'volumes.data', { [tagKeys.instance]: 'i-1' }), {
    'lifeboat:plan': 'shop',
    'lifeboat:recovery': 'shop-failover-7',
    'lifeboat:item': 'volumes.data',
    'lifeboat:instance': 'i-1',
  });
});
