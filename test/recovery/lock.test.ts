import assert from 'node:assert/strict';
import test from 'node:test';
import type { ActiveRecord } from '../../recovery/ledger.ts';
import { mayNotAct } from '../../recovery/lock.ts';

const at = '2026-03-02T09:00:00.000Z';
const abort = { by: 'kim', at, reason: 'false alarm' };
const active = (parts: Partial<ActiveRecord> = {}): ActiveRecord => ({
  nonce: 'n',
  recovery: 'shop-1',
  kind: 'failover',
  at,
  run: 1,
  ...parts,
});
const asks = { plan: 'shop', recovery: 'shop-1', run: 1 };

interface Row {
  readonly name: string;
  readonly active: ActiveRecord | undefined;
  readonly run?: number;
  readonly execution?: string;
  readonly code: string | undefined;
  readonly says?: RegExp;
}

const rows: readonly Row[] = [
  { name: 'who holds the lock may act', active: active(), code: undefined },
  {
    name: 'a lock that was taken before runs were written down is held all the same',
    active: { nonce: 'n', recovery: 'shop-1', kind: 'failover', at },
    code: undefined,
  },
  {
    name: 'an aborted failover stops and says who stopped it and how to go on',
    active: active({ abort }),
    code: 'Aborted',
    says: /kim aborted shop-1 at .*: false alarm.*lifeboat continue shop-1/,
  },
  {
    name: 'an aborted drill is not continued',
    active: active({ kind: 'drill', abort }),
    code: 'Aborted',
    says: /start a new drill/,
  },
  {
    name: 'an earlier run stops when a later one has begun',
    active: active({ run: 2 }),
    code: 'LockLost',
    says: /the run 2 has begun/,
  },
  {
    name: 'a later run may act before it has written itself down',
    active: active(),
    run: 2,
    code: undefined,
  },
  {
    name: 'a drill whose plan a failover has taken is aborted by it',
    active: active({ recovery: 'shop-2' }),
    code: 'Preempted',
    says: /a failover took the plan shop from shop-1: shop-2/,
  },
  {
    name: 'it is, too, when that failover is over already',
    active: active({ recovery: 'shop-2', releasedAt: at }),
    code: 'Preempted',
    says: /shop-2/,
  },
  { name: 'without a lock nobody acts', active: undefined, code: 'LockLost', says: /nobody holds it/ },
  {
    name: 'a lock that was given back is no lock',
    active: active({ releasedAt: at }),
    code: 'LockLost',
    says: /nobody holds it/,
  },
  {
    name: 'another drill in the way is a lock that was lost',
    active: active({ recovery: 'shop-2', kind: 'drill' }),
    code: 'LockLost',
    says: /shop-2 holds it/,
  },
  {
    name: 'the execution that has written itself into the lock acts',
    active: active({ execution: 'shop-1-r1' }),
    execution: 'shop-1-r1',
    code: undefined,
  },
  {
    name: 'another execution of the same run does nothing beside it',
    active: active({ execution: 'shop-1-r1' }),
    execution: 'shop-1-r1-again',
    code: 'BesideAnother',
    says: /shop-1-r1 is the run 1 of shop-1: shop-1-r1-again does nothing beside it.*lifeboat status shop/,
  },
  {
    name: 'nor does it once the first has let go of the plan, or was aborted',
    active: active({ execution: 'shop-1-r1', releasedAt: at, abort }),
    execution: 'shop-1-r1-again',
    code: 'BesideAnother',
  },
  {
    name: 'an execution that does not tell its name is judged by its run alone',
    active: active({ execution: 'shop-1-r1' }),
    code: undefined,
  },
  {
    name: 'the execution of an earlier run is overtaken by a later one, not beside it',
    active: active({ run: 2, execution: 'shop-1-r2' }),
    execution: 'shop-1-r1',
    code: 'LockLost',
    says: /the run 2 has begun/,
  },
  {
    name: 'a drill whose plan was taken stays without it when nobody holds the plan any more',
    active: active({
      recovery: 'shop-3',
      kind: 'drill',
      releasedAt: at,
      preempted: [{ recovery: 'shop-1', run: 1, takenBy: 'shop-2', takenAt: at }],
    }),
    code: 'Preempted',
    says: /a failover took the plan shop from shop-1: shop-2, at 2026-03-02/,
  },
  {
    name: 'another execution of a drill whose plan was taken does nothing beside the one that tidies up',
    active: active({
      recovery: 'shop-2',
      preempted: [{ recovery: 'shop-1', run: 1, execution: 'shop-1-r1', takenBy: 'shop-2', takenAt: at }],
    }),
    execution: 'shop-1-r1-again',
    code: 'BesideAnother',
    says: /the execution shop-1-r1 is the run 1 of shop-1/,
  },
];

for (const { name, active: held, run = 1, execution, code, says } of rows) {
  test(name, () => {
    const standing = mayNotAct(held, { ...asks, run, ...(execution !== undefined && { execution }) });
    assert.equal(standing?.status === 'failed' ? standing.code : standing?.status, code);
    if (says && standing?.status === 'failed') assert.match(`${standing.reason}. ${standing.unblock}`, says);
  });
}
