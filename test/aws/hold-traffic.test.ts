import assert from 'node:assert/strict';
import test from 'node:test';
import { openLedger } from '../../aws/ledger.ts';
import { holdTraffic } from '../../aws/response/hold-traffic.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import { trafficKey } from '../../recovery/steps/traffic.ts';
import { shopPlan } from '../drill/shop.ts';
import { planOfRecord } from '../drill/simple-record.ts';
import { emptyAccount } from './account.ts';

const bucket = 'lifeboat-ledger';
const recovery = 'shop-failover-20260302085500';
const plan = shopPlan();
const now = '2026-03-02T09:10:30.000Z';

/** Holds the traffic of a plan after its traffic step wrote down what it did. */
async function hold({
  of = plan,
  memory = {},
  fault = false,
}: {
  of?: typeof plan;
  memory?: object;
  fault?: boolean;
}) {
  const { sim, access } = emptyAccount();
  sim.s3.createBucket({ name: bucket, region: 'ap-northeast-1', versioned: true });
  const ledger = openLedger(access(), bucket);
  if (fault) sim.faults.push(({ service }) => (service === 'monitoring' ? { kind: 'hang' } : undefined));
  const run = async () => {
    await ledger.write(ledgerKeys.step(of.plan, recovery, 'traffic'), { step: 'traffic', memory });
    return holdTraffic({ access: access('assess'), ledger }, of, recovery, now);
  };
  await sim.clock.driveUntil(Date.parse(now));
  const held = await sim.clock.drive(run());
  return { ...held, metrics: sim.region('ap-northeast-1').cloudwatch.metrics.metrics() };
}

const [item] = plan.traffic;
const switched = { [trafficKey(item!)]: { trippedAt: '2026-03-02T09:05:00.000Z' } };

test('what a recovery has switched is put again', async () => {
  const { held, refusals, metrics } = await hold({ memory: switched });
  assert.deepEqual([held, refusals], [['app.shop.example.com'], []]);
  assert.deepEqual(metrics, [
    {
      namespace: 'Lifeboat/Traffic',
      name: 'Recovered',
      dimensions: { Plan: 'shop', Name: 'app.shop.example.com' },
    },
  ]);
});

test('what it has not switched yet is left where it is', async () => {
  assert.deepEqual(await hold({ memory: {} }), { held: [], refusals: [], metrics: [] });
});

test('a plan that changes records has nothing to hold', async () => {
  const of = shopPlan(planOfRecord);
  assert.deepEqual(await hold({ of, memory: switched }), { held: [], refusals: [], metrics: [] });
});

test('CloudWatch that does not answer is a refusal and not the end of the minute', async () => {
  const { held, refusals } = await hold({ memory: switched, fault: true });
  assert.deepEqual(held, []);
  assert.equal(refusals[0]?.code, 'Deadline');
});
