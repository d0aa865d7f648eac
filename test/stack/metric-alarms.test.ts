/** A team without an alarm of its own names a metric, and the outpost in its primary Region makes one that votes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { respond } from '../../drill/respond.ts';
import { deployTemplate, type Template } from '../../simulator/cloudformation/deploy.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { Simulator as Account } from '../../simulator/simulator.ts';
import { faults } from '../../simulator/world/faults.ts';
import { metricAlarms, metricConditions } from '../../stack/metric-alarms.ts';
import { seoul, shopPlan, shopWorld } from '../drill/shop.ts';
import { templates } from './roles.ts';
import { unspecified } from './specified.ts';

const plan = shopPlan({
  from: 'alarms: [shop-latency-anomaly, shop-canary] # CloudWatch alarms; a missing sample is stale, never down',
  to: `metrics:
      errors: { namespace: Shop, metric: Errors, dimensions: { Stage: live, App: shop }, statistic: Sum, above: 50 }
      latency: { namespace: Shop, metric: Latency, anomaly: above }
      orders: { namespace: Shop, metric: Orders, statistic: SampleCount, period: 5m, below: 1.5 }
      size: { namespace: Shop, metric: Size, anomaly: either }
      speed: { namespace: Shop, metric: Speed, anomaly: below }`,
});
const others = shopPlan();
/** The witness's template as it is packaged once this plan is installed. */
const witness = {
  ...templates.witness,
  Conditions: { ...templates.witness.Conditions, ...metricConditions([plan, others]) },
  Resources: { ...templates.witness.Resources, ...metricAlarms([plan, others]) },
} as Template;

function alarmsIn(region: string) {
  const sim = new Account({ seed: 7, startMs: 0, accountId: '123456789012', regions: { [region]: ['a'] } });
  deployTemplate(sim, region, witness, {
    stackName: 'lifeboat-witness-live',
    parameters: { RecoveryRegion: plan.regions.recovery },
    code: () => async () => null,
  });
  return [...sim.region(region).cloudwatch.alarms.alarms.keys()].filter((name) => name.includes('-metric-'));
}

test('the alarms are made in the primary Region alone, and are the ones that the plan votes with', () => {
  assert.deepEqual(alarmsIn(seoul), plan.trigger.signals.alarms);
  assert.deepEqual(plan.trigger.signals.alarms, [
    'lifeboat-shop-metric-errors',
    'lifeboat-shop-metric-latency',
    'lifeboat-shop-metric-orders',
    'lifeboat-shop-metric-size',
    'lifeboat-shop-metric-speed',
  ]);
  assert.deepEqual(alarmsIn('us-west-2'), []);
});

test('what CloudFormation is given is what AWS takes, and says what the plan says', () => {
  assert.deepEqual(unspecified({ Resources: metricAlarms([plan]) as never }), []);
  const rules = Object.values(metricAlarms([plan])).map(
    (alarm) => (alarm as { readonly Properties: Readonly<Record<string, unknown>> }).Properties,
  );
  const [errors, latency, orders, size, speed] = rules;
  const { AlarmDescription: _, ...rule } = errors ?? {};
  assert.deepEqual(rule, {
    AlarmName: 'lifeboat-shop-metric-errors',
    Namespace: 'Shop',
    MetricName: 'Errors',
    Dimensions: [
      { Name: 'Stage', Value: 'live' },
      { Name: 'App', Value: 'shop' },
    ],
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 2,
    DatapointsToAlarm: 2,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 50,
    TreatMissingData: 'missing',
  });
  assert.deepEqual(
    [orders?.['ComparisonOperator'], orders?.['Threshold'], orders?.['Period'], orders?.['Statistic']],
    ['LessThanThreshold', 1.5, 300, 'SampleCount'],
  );
  assert.deepEqual(latency?.['Metrics'], [
    {
      Id: 'm1',
      MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Latency' }, Period: 60, Stat: 'Average' },
    },
    { Id: 'ad1', Expression: 'ANOMALY_DETECTION_BAND(m1, 3)', Label: 'Expected' },
  ]);
  assert.deepEqual(
    [latency, size, speed].map((each) => each?.['ComparisonOperator']),
    ['GreaterThanUpperThreshold', 'LessThanLowerOrGreaterThanUpperThreshold', 'LessThanLowerThreshold'],
  );
});

/** Twenty minutes in which the shop's own metric is bad, or is not; its application answers all the while. */
async function decisionsWith(errors: number): Promise<string> {
  const fault = 'a metric of a test';
  const apply = (sim: Simulator): undefined =>
    void sim
      .region(seoul)
      .cloudwatch.addProvider('Shop', 'Errors', ({ App }) => (App === 'shop' ? errors : undefined));
  Object.assign(faults, { [fault]: { says: 'what a test does to the world', apply } });
  const { decisions } = await respond({
    occurrences: [],
    plans: [plan],
    world: shopWorld(),
    seed: 7,
    faults: [fault],
    templates: { recovery: templates.recovery, witness },
    forSeconds: 1200,
  });
  return JSON.stringify(decisions);
}

test('a metric beyond its bound votes down from the primary Region, and one within it does not', async () => {
  const bad = await decisionsWith(51);
  assert.match(bad, /lifeboat-shop-metric-errors/);
  assert.doesNotMatch(await decisionsWith(50), /lifeboat-shop-metric-errors/);
});
