/** Where the ledger's records lie: the bucket's policy and every other version of Lifeboat know them by these keys. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { failoverOf, ledgerKeys } from '../../recovery/ledger.ts';
import { stepNames } from '../../recovery/terms.ts';

const [plan, recovery] = ['shop', 'shop-1'];

test('every record has its key', () => {
  const at = '2026-11-02T00:03:00.000Z';
  const keys = {
    brake: ledgerKeys.brake,
    pause: ledgerKeys.pause(plan),
    incident: ledgerKeys.incident(plan),
    period: ledgerKeys.period(plan),
    health: ledgerKeys.health(plan),
    targets: ledgerKeys.targets(plan),
    decision: ledgerKeys.decision(plan, at),
    lastDecision: ledgerKeys.lastDecision(plan),
    approval: ledgerKeys.approval(plan, recovery, 'AIDAJANE'),
    approvals: ledgerKeys.approvals(plan, recovery),
    request: ledgerKeys.request(plan, recovery, 'AIDAJANE'),
    requests: ledgerKeys.requests(plan, recovery),
    active: ledgerKeys.active(plan),
    interruption: ledgerKeys.interruption(plan),
    practice: ledgerKeys.practice(plan),
    lastDrill: ledgerKeys.lastDrill(plan, 'full'),
    remountLock: ledgerKeys.remountLock(plan),
    remount: ledgerKeys.remount(plan, 'vol-1'),
    readiness: ledgerKeys.readiness(plan),
    opened: ledgerKeys.opened(plan, recovery),
    before: ledgerKeys.before(plan, recovery),
    step: ledgerKeys.step(plan, recovery, 'gate'),
    intent: ledgerKeys.intent(plan, recovery, 'settings'),
    fence: ledgerKeys.fence(plan, recovery),
    evidence: ledgerKeys.evidence(plan, recovery),
  };
  assert.deepEqual(Object.keys(keys).sort(), Object.keys(ledgerKeys).sort());
  assert.deepEqual(keys, {
    brake: 'brake.json',
    pause: 'plans/shop/pause.json',
    incident: 'plans/shop/incident.json',
    period: 'plans/shop/period.json',
    health: 'plans/shop/health.json',
    targets: 'plans/shop/targets.json',
    decision: 'plans/shop/decisions/2026-11-02T00:03:00.000Z.json',
    lastDecision: 'plans/shop/decisions/last.json',
    approval: 'recoveries/shop/shop-1/approvals/AIDAJANE.json',
    approvals: 'recoveries/shop/shop-1/approvals/',
    request: 'recoveries/shop/shop-1/requests/AIDAJANE.json',
    requests: 'recoveries/shop/shop-1/requests/',
    active: 'plans/shop/active.json',
    interruption: 'plans/shop/interruption.json',
    practice: 'plans/shop/practice.json',
    lastDrill: 'plans/shop/drills/full.json',
    remountLock: 'plans/shop/remount.json',
    remount: 'plans/shop/remounts/vol-1.json',
    readiness: 'plans/shop/readiness.json',
    opened: 'recoveries/shop/shop-1/opened.json',
    before: 'recoveries/shop/shop-1/before.json',
    step: 'recoveries/shop/shop-1/steps/gate.json',
    intent: 'recoveries/shop/shop-1/intents/settings.json',
    fence: 'recoveries/shop/shop-1/fence.json',
    evidence: 'recoveries/shop/shop-1/evidence.json',
  });
});

test('steps that run side by side never write the same key', () => {
  const keys = stepNames.map((step) => ledgerKeys.step(plan, recovery, step));
  assert.equal(new Set(keys).size, stepNames.length);
});

test('the failover that held the lock last is remembered by the drills that hold it since', () => {
  const at = '2026-11-02T00:03:00.000Z';
  const failover = { nonce: 'n', recovery, kind: 'failover', at } as const;
  const before = { recovery: 'shop-0', at };
  assert.equal(failoverOf(failover), failover);
  assert.equal(failoverOf({ ...failover, lastFailover: before })?.recovery, recovery);
  assert.equal(failoverOf({ ...failover, kind: 'drill', lastFailover: before }), before);
  assert.equal(failoverOf({ ...failover, kind: 'drill' }), undefined);
  assert.equal(failoverOf(undefined), undefined);
});
