import assert from 'node:assert/strict';
import test from 'node:test';
import type { Evidence } from '../../report/evidence.ts';
import { singleSample } from '../../simulator/cloudwatch/metric.ts';
import { Resolver } from '../../simulator/dns/resolver.ts';
import { canonicalName } from '../../simulator/route53/names.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { hurry, rehearseShop, shopPlan, shopWorld, tokyo } from './shop.ts';
import { planOfRecord, worldOfRecord } from './simple-record.ts';

const target = 'shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com';
const zone = 'Z0123456789';
const asked = (sim: Simulator, type: 'A' | 'CNAME') =>
  new Resolver(sim, { name: `asks ${type}`, clientTtlTail: 'never' }).resolve('app.shop.example.com', type);
const cnames = (sim: Simulator) => asked(sim, 'CNAME').records.map(({ value }) => value);

/** Seconds from the decision to switch to the moment at which every user was there. */
function switchSeconds({ steps, traffic }: Evidence): number {
  const began = steps.find(({ name }) => name === 'traffic')?.startedAt;
  return (Date.parse(traffic.switchedAt ?? '') - Date.parse(began ?? '')) / 1000;
}

test("with Route 53's control plane down users are moved within two minutes, and no call is made to it", async () => {
  const { evidence, account } = await rehearseShop({ kind: 'failover', faults: ['route53-down'] });
  assert.equal(evidence.outcome, 'recovered');
  assert.deepEqual(evidence.violations, []);
  assert.ok(switchSeconds(evidence) <= 120, `${switchSeconds(evidence)} s`);
  assert.equal(evidence.traffic.target, target);
  const { sim } = account;
  assert.deepEqual(
    sim.transcript.filter(({ service, callerArn }) => service === 'route53' && /Traffic/.test(callerArn)),
    [],
  );
});

test('the switch holds when nobody puts the metric any more, until somebody puts 0', async () => {
  const { account } = await rehearseShop({ kind: 'failover', sabotage: hurry });
  const { sim } = account;
  await sim.clock.driveUntil(sim.clock.nowMs() + 6 * 3_600_000);
  assert.deepEqual(cnames(sim), [target]);
  const { alarms, metrics } = sim.region(tokyo).cloudwatch;
  const alarm = alarms.alarms.get('shop-traffic');
  assert.equal(alarm?.state.value, 'ALARM');
  const nowMs = sim.clock.nowMs();
  metrics.put(alarm.rule.metric, singleSample(nowMs, nowMs, 0));
  await sim.clock.driveUntil(nowMs + 120_000);
  assert.deepEqual(cnames(sim), ['shop-prod-0987654321.ap-northeast-2.elb.amazonaws.com']);
});

test('a live name whose failover records are aliases is moved too', async () => {
  const alias = (sim: Simulator) => {
    hurry(sim);
    const found = sim.route53.zones.get(zone);
    const [primary] = Object.keys(shopWorld().healthChecks);
    const others = [...found.records].filter(([, { name }]) => name !== 'app.shop.example.com.');
    found.records = found.served = new Map(others);
    for (const [role, region, balancer] of [
      ['PRIMARY', 'ap-northeast-2', 'shop-prod'],
      ['SECONDARY', tokyo, 'shop-dr'],
    ] as const) {
      const { dnsName, hostedZoneId } = sim.region(region).elbv2.loadBalancer(balancer);
      sim.route53.addRecord(zone, {
        name: 'app.shop.example.com',
        type: 'A',
        routing: { policy: 'failover', setIdentifier: role.toLowerCase(), role },
        data: {
          kind: 'alias',
          zoneId: hostedZoneId,
          dnsName: canonicalName(dnsName),
          evaluateTargetHealth: false,
        },
        ...(role === 'PRIMARY' && primary !== undefined && { healthCheckId: primary }),
      });
    }
  };
  const { evidence, account } = await rehearseShop({ kind: 'failover', sabotage: alias });
  assert.equal(evidence.steps.find(({ name }) => name === 'traffic')?.status, 'done', evidence.reason ?? '');
  const addresses = (name: string) =>
    new Resolver(account.sim, { name: 'asks', clientTtlTail: 'never' })
      .resolve(name, 'A')
      .records.flatMap(({ type, value }) => (type === 'A' ? value : []));
  assert.ok(addresses(target).length > 0);
  assert.deepEqual(addresses('app.shop.example.com'), addresses(target));
});

const ofRecord = { plan: shopPlan(planOfRecord), world: shopWorld(worldOfRecord) };

test('a plan that changes a record does so through the control plane', async () => {
  const { evidence, account } = await rehearseShop({ kind: 'failover', ...ofRecord });
  assert.equal(evidence.outcome, 'recovered');
  assert.deepEqual(evidence.violations, []);
  assert.deepEqual(cnames(account.sim), [target]);
  assert.ok(evidence.criticalChain.some(({ name }) => name === 'change in sync'));
  assert.ok(evidence.rtoSeconds! / evidence.criticalPathSeconds! <= 1.25);
  const putters = account.sim.transcript.filter(({ operation }) => operation === 'PutMetricData');
  assert.ok(putters.every(({ callerArn }) => !/Traffic/.test(callerArn)));
});

test('a plan that changes a record cannot move users while the control plane is down, and says so', async () => {
  const { evidence } = await rehearseShop({
    kind: 'failover',
    faults: ['route53-down'],
    sabotage: hurry,
    ...ofRecord,
  });
  assert.match(evidence.outcome, /^(held|failed)$/);
  assert.match(evidence.reason ?? '', /[Rr]oute ?53/);
  assert.equal(evidence.traffic.switchedAt, null);
});
