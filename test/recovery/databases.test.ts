import assert from 'node:assert/strict';
import test from 'node:test';
import type { ObservedDatabase, ObservedDatabaseSnapshot } from '../../recovery/observed.ts';
import type { DatabaseItem } from '../../recovery/plan/plan.ts';
import {
  type DatabaseMemory,
  isPromotionTaken,
  isPromotionUnseen,
  promotionNeed,
  restoreNeed,
} from '../../recovery/steps/databases.ts';
import { runCases } from '../cases.ts';

const item: DatabaseItem = {
  name: 'orders',
  replica: 'shop-orders-replica',
  maxLagSeconds: 300,
  backupRetentionDays: 7,
  boundSeconds: 2700,
  drill: { snapshot: 'newest' },
};
const now = '2026-03-02T09:00:00.000Z';

function database(parts: Partial<ObservedDatabase>): ObservedDatabase {
  return {
    id: item.replica,
    arn: 'arn',
    status: 'available',
    class: 'db.m7g.large',
    securityGroups: [],
    backupRetentionDays: 0,
    multiAz: false,
    tags: {},
    ...parts,
  };
}

runCases<{ replica?: Partial<ObservedDatabase>; memory: DatabaseMemory; now?: string }>(
  new URL('cases/databases.json', import.meta.url),
  (given) => promotionNeed(item, given.replica && database(given.replica), given.memory, given.now ?? now),
);

const snapshot = (id: string, createdAt: string, of = 'shop-orders'): ObservedDatabaseSnapshot => ({
  id,
  arn: id,
  database: of,
  status: 'available',
  createdAt,
});
const replica = database({ source: 'arn:aws:rds:ap-northeast-2:123456789012:db:shop-orders' });

interface Restoring {
  /** Null: it is not there; a text: the source that it replicates from. */
  readonly replica?: string | null;
  /** The status of the copy that was restored. */
  readonly copy?: string;
  /** `id database status hour`: snapshots of 2 March. */
  readonly snapshots?: readonly string[];
  readonly memory?: DatabaseMemory;
}

runCases<Restoring>(new URL('cases/restores.json', import.meta.url), (given) => {
  const snapshots = (given.snapshots ?? []).map((line): ObservedDatabaseSnapshot => {
    const [id = '', of, status = '', hour] = line.split(' ');
    return { ...snapshot(id, `2026-03-02T0${hour}:00:00Z`, of), status };
  });
  const { source: _, ...promoted } = replica;
  const standing =
    given.replica === undefined ? replica : { ...promoted, ...(given.replica && { source: given.replica }) };
  return restoreNeed(
    item,
    'shop-drill-7',
    {
      snapshots,
      ...(given.replica !== null && { replica: standing }),
      ...(given.copy && { copy: database({ id: 'copy', status: given.copy }) }),
    },
    given.memory ?? {},
    now,
  );
});

test('a drill restores the newest available snapshot of the database that the replica follows', () => {
  const snapshots = [
    snapshot('old', '2026-03-02T01:00:00Z'),
    snapshot('new', '2026-03-02T06:00:00Z'),
    { ...snapshot('pending', '2026-03-02T08:00:00Z'), status: 'creating' },
    snapshot('foreign', '2026-03-02T08:30:00Z', 'billing'),
  ];
  const need = restoreNeed(item, 'shop-drill-7', { replica, snapshots }, {}, now);
  assert.equal(need.kind, 'restore');
  assert.ok(need.kind === 'restore' && need.snapshot.id === 'new');
});

test('a drill without the replica fails as a failover would, though a snapshot is there', () => {
  const need = restoreNeed(
    item,
    'shop-drill-7',
    { snapshots: [snapshot('new', '2026-03-02T06:00:00Z')] },
    {},
    now,
  );
  assert.ok(need.kind === 'problem' && need.problem.code === 'ReplicaAbsent');
});

test('a drill without a snapshot fails and names the databases it looked for', () => {
  const need = restoreNeed(item, 'shop-drill-7', { replica, snapshots: [] }, {}, now);
  assert.ok(need.kind === 'problem' && need.problem.code === 'NoSnapshot');
  assert.match(need.problem.reason, /shop-orders-replica or shop-orders/);
});

test('a restored copy gets a password of its own before it counts as done', () => {
  const copy = database({ id: 'copy' });
  assert.equal(restoreNeed(item, 'r', { replica, copy, snapshots: [] }, {}, now).kind, 'replacePassword');
  const replaced = { passwordReplacedAt: '2026-03-02T08:59:55Z' };
  assert.equal(restoreNeed(item, 'r', { replica, copy, snapshots: [] }, replaced, now).kind, 'wait');
  assert.equal(
    restoreNeed(
      item,
      'r',
      { replica, copy, snapshots: [] },
      { passwordReplacedAt: '2026-03-02T08:59:00Z' },
      now,
    ).kind,
    'done',
  );
  const modifying = database({ id: 'copy', status: 'modifying' });
  assert.equal(
    restoreNeed(
      item,
      'r',
      { replica, copy: modifying, snapshots: [] },
      { passwordReplacedAt: '2026-03-02T08:59:00Z' },
      now,
    ).kind,
    'wait',
  );
});

test('a copy that RDS gave up fails the drill', () => {
  const need = restoreNeed(
    item,
    'r',
    { replica, copy: database({ id: 'copy', status: 'incompatible-restore' }), snapshots: [] },
    {},
    now,
  );
  assert.ok(need.kind === 'problem' && need.problem.code === 'RestoreFailed');
});

test('what RDS was asked for in the last minute and a half may have been taken, though nobody sees it', () => {
  const now = '2026-11-02T00:10:00.000Z';
  assert.equal(isPromotionUnseen(['2026-11-02T00:08:31.000Z'], now), true);
  assert.equal(isPromotionUnseen(['2026-11-02T00:08:30.000Z'], now), false);
  assert.equal(isPromotionUnseen([undefined, '2026-11-02T00:09:59.000Z'], now), true);
  assert.equal(isPromotionUnseen([undefined], now), false);
});

test('a replica that is changed, restarts or has no source has taken the promotion that nobody answered', () => {
  const source = 'arn:aws:rds:ap-northeast-2:111122223333:db:shop-orders';
  const askedAt = '2026-11-02T00:00:00.000Z';
  const taken = (status: string, parts: { source?: string } = { source }, now = '2026-11-02T00:29:59.000Z') =>
    isPromotionTaken({ status, ...parts }, askedAt, now);
  assert.equal(taken('available'), false);
  assert.equal(taken('backing-up'), false);
  assert.equal(taken('modifying'), true);
  assert.equal(taken('rebooting'), true);
  assert.equal(taken('available', {}), true);
  const later = '2026-11-02T00:30:00.000Z';
  assert.equal(taken('modifying', { source }, later), false, 'half an hour later it is maintenance');
  assert.equal(taken('available', {}, later), true, 'a database of its own is one for ever');
});
