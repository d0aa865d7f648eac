/** What each guard is there for: with it gone, and with nothing else changed, a recovery begins that must not. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decide } from '../../recovery/deciding/decide.ts';
import { guards } from '../../recovery/deciding/guards.ts';
import type { LedgerState } from '../../recovery/deciding/observation.ts';
import { instant, planOf, situationOf, type Told } from './deciding-situations.ts';

const word = { by: 'jane', at: instant('00:01:00'), comment: 'moving the database' };

/** The one circumstance that each guard looks for. */
const circumstances: Readonly<Record<string, Partial<Omit<Told, 'ledger'>> & { ledger?: LedgerState }>> = {
  Brake: { ledger: { brake: word } },
  Paused: { ledger: { pause: word } },
  Observe: { trigger: { mode: 'observe' } },
  ActiveRecovery: { ledger: { active: { recovery: 'shop-manual', kind: 'failover', at: word.at } } },
  ActivePeriod: { ledger: { period: { recovery: 'shop-earlier', until: instant('06:00:00') } } },
  Unacknowledged: { ledger: { recoveredBy: 'shop-failover-of-yesterday' } },
  Readiness: { unready: ['servers.web has no image'] },
  RecoveryRegionImpaired: { recoveryRegionImpaired: 'EC2 is impaired' },
  After: { turns: [{ plan: 'orders', state: 'waiting', says: 'orders has been down since 00:03:00' }] },
};

/** An outage that is recovered from, under the circumstances of some guards. */
function outageWith(names: readonly string[]): Told {
  const observations = [
    'probe ap-northeast-1 down 00:02:00 00:04:00',
    'probe us-west-2 down 00:02:00 00:04:00',
  ];
  const chosen = names.map((name) => circumstances[name] ?? {});
  const ledger = Object.assign({}, ...chosen.map((one) => one.ledger)) as LedgerState;
  return Object.assign({ observations }, ...chosen, { ledger }) as Told;
}

function judge(told: Told, asked = guards) {
  return decide(planOf(told), situationOf(told), asked);
}

test('every guard has its circumstance here, in the order of the list', () => {
  assert.deepEqual(
    Object.keys(circumstances),
    guards.map(({ name }) => name),
  );
});

for (const { name } of guards) {
  const others = guards.filter((guard) => guard.name !== name);

  test(`${name} alone holds, and only without it does the wrong recovery begin`, () => {
    const told = outageWith([name]);
    const { decision, blockedBy, incident } = judge(told);
    assert.deepEqual([decision, blockedBy, incident?.recovery], ['hold', name, undefined]);
    for (const one of others) {
      const without = guards.filter((guard) => guard !== one);
      assert.equal(judge(told, without).blockedBy, name, `${one.name} has nothing to do with it`);
    }
    const unguarded = judge(told, others);
    assert.equal(unguarded.decision, 'recover');
    assert.equal(unguarded.incident?.recovery, 'shop-failover-20261102t000200');
  });
}

test('whatever comes together, the first that objects speaks, and nothing begins until none does', () => {
  const names = guards.map(({ name }) => name);
  fc.assert(
    fc.property(fc.subarray(names), fc.subarray(names), (present, asked) => {
      const verdict = judge(
        outageWith(present),
        guards.filter(({ name }) => asked.includes(name)),
      );
      const objecting = names.filter((name) => present.includes(name) && asked.includes(name));
      assert.equal(verdict.blockedBy, objecting[0] ?? null);
      assert.equal(verdict.decision, objecting.length === 0 ? 'recover' : 'hold');
    }),
    { seed: 7, numRuns: 300 },
  );
});
