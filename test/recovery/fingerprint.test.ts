/** What a drill compares of the live workload before and after, and what it says where that differs. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import type { ObservedDatabase, ObservedInstance } from '../../recovery/observed.ts';
import { differences, fingerprint, type LiveState } from '../../recovery/steps/fingerprint.ts';

const instance = {
  id: 'i-1',
  state: 'stopped',
  type: 'm7g.large',
  tags: { Role: 'web', App: 'shop' },
} as unknown as ObservedInstance;
const database = {
  id: 'shop-orders-replica',
  source: 'arn:orders',
  backupRetentionDays: 7,
  securityGroups: ['sg-b', 'sg-a'],
  tags: { App: 'shop' },
} as unknown as ObservedDatabase;
const live: LiveState = {
  instances: [instance],
  databases: [database],
  records: [
    { name: 'shop.example.com.', type: 'A', values: [], alias: 'x.elb.amazonaws.com' },
    { name: 'app.example.com.', type: 'CNAME', ttlSeconds: 60, values: ['a', 'b'], setIdentifier: 'blue' },
  ],
  settings: { '/shop/db': 'secret' },
  targets: { web: ['i-2', 'i-1'] },
};
const secret = createHash('sha256').update('secret').digest('hex').slice(0, 16);

test('each attribute of the live workload is a line of its own, in the order of their names', () => {
  const lines = [
    ['database shop-orders-replica backups', '7 days'],
    ['database shop-orders-replica security groups', 'sg-a,sg-b'],
    ['database shop-orders-replica source', 'arn:orders'],
    ['database shop-orders-replica tags', 'App=shop'],
    ['instance i-1 state', 'stopped'],
    ['instance i-1 tags', 'App=shop,Role=web'],
    ['instance i-1 type', 'm7g.large'],
    ['record app.example.com. CNAME blue', 'a,b ttl 60'],
    ['record shop.example.com. A', 'x.elb.amazonaws.com ttl none'],
    ['setting /shop/db', secret],
    ['target group web', 'i-1,i-2'],
  ];
  assert.deepEqual(Object.entries(fingerprint(live)), lines);
});

test('the order in which AWS lists things changes nothing', () => {
  const other: LiveState = {
    ...live,
    instances: [{ ...instance, tags: { App: 'shop', Role: 'web' } }],
    databases: [{ ...database, securityGroups: ['sg-a', 'sg-b'] }],
    records: live.records.toReversed(),
    targets: { web: ['i-1', 'i-2'] },
  };
  assert.deepEqual(Object.entries(fingerprint(other)), Object.entries(fingerprint(live)));
});

test('a database that replicates from nothing says so', () => {
  const { source: _, ...promoted } = database;
  assert.equal(
    fingerprint({ ...live, databases: [promoted] })['database shop-orders-replica source'],
    'none',
  );
});

test('each difference is a sentence, also of what came and of what went', () => {
  assert.deepEqual(differences({ b: '1', a: '1', same: 'x' }, { b: '2', c: '3', same: 'x' }), [
    'a was 1 and is absent',
    'b was 1 and is 2',
    'c was absent and is 3',
  ]);
  assert.deepEqual(differences(fingerprint(live), fingerprint(live)), []);
});
