import assert from 'node:assert/strict';
import test from 'node:test';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { worldOf } from '../../simulator/world/placed.ts';
import { happenInShop } from './respond.ts';
import { assertReadable, hurry, seoul, shopPlan } from './shop.ts';

/** Asked from Tokyo alone, and without alarms: nothing else than the target group can be the second place. */
const lonely = [
  {
    from: '  witness: us-west-2 # a third place to look from, so that one broken Region cannot decide alone\n',
    to: '',
  },
  {
    from: '    alarms: [shop-latency-anomaly, shop-canary] # CloudWatch alarms; a missing sample is stale, never down\n',
    to: '',
  },
];
const brokenAtSeconds = 180;

/** From then on Seoul's servers cannot reach their database, while everything of AWS in Seoul answers. */
function breakApplication(sim: Simulator): void {
  hurry(sim);
  sim.clock.after(brokenAtSeconds * 1000, () => {
    sim.region(seoul).rds.instances.get('shop-orders')!.securityGroupIds = ['sg-0a22c0ffee0000009'];
  });
}

test('a probe in one place and the target group of the primary Region recover together', async () => {
  const { decisions, recoveries, account, unrecorded } = await happenInShop({
    plan: shopPlan(...lonely),
    sabotage: breakApplication,
  });
  assert.deepEqual(unrecorded, []);
  assert.equal(recoveries.length, 1);
  assert.deepEqual([recoveries[0]!.outcome, recoveries[0]!.violations], ['recovered', []]);
  const [decided, ...more] = decisions.filter(({ decision }) => decision === 'recover');
  assert.deepEqual(more, []);
  assertReadable(decided!.reason);
  assert.match(
    decided!.reason,
    /the target group shop-web in ap-northeast-2 has had no healthy target since .*2 unhealthy/,
  );
  const { sim, ledgerBucket } = account;
  const afterSeconds = (Date.parse(decided!.at) - worldOf(sim).world.startsAtMs) / 1000 - brokenAtSeconds;
  assert.ok(
    afterSeconds > 60 && afterSeconds < 240,
    `decided after ${afterSeconds} s, and confirmed for 60 s`,
  );
  const kept = sim.s3.read(ledgerBucket, ledgerKeys.targets('shop'));
  assert.equal(
    new TextDecoder().decode(kept!.body),
    '{}',
    'stopped servers are not unhealthy: the incident can end',
  );
});

test('without the target group one place is not enough', async () => {
  const watched =
    '    targetGroups: [shop-web] # in the primary Region: down when none of its targets is healthy\n';
  const { decisions, recoveries, account } = await happenInShop({
    plan: shopPlan(...lonely, { from: watched, to: '' }),
    sabotage: breakApplication,
    forSeconds: 600,
  });
  assert.deepEqual(recoveries, []);
  assert.equal(decisions.at(-1)?.analysis, 'OneVantage');
  const { transcript } = account.sim;
  assert.ok(
    !transcript.some(({ operation, region }) => operation === 'DescribeTargetHealth' && region === seoul),
  );
});
