import assert from 'node:assert/strict';
import test from 'node:test';
import { planOfRecord, worldOfRecord } from '../drill/simple-record.ts';
import { assertSound } from './sound.ts';
import {
  all,
  type Breaks,
  calls,
  chance,
  changes,
  firstCalls,
  outage,
  refusal,
  someCalls,
} from './strikes.ts';
import { shopPlan, shopWorld, strike } from './struck.ts';

/** Seconds of a failover: launches from 2 on, mounts from 60 on, the promotion ends at 230, traffic moves at 250. */
const failover = { kind: 'failover', seed: 2 } as const;
const drill = { kind: 'drill', seed: 1 } as const;

test('a failover recovers and a drill leaves nothing although a third of all changes lose their answers', async () => {
  const lost = someCalls(0.3, { kind: 'loseAnswer' }, changes);
  assertSound('lost', await strike({ ...failover, with: lost }));
  assertSound('lost', await strike({ ...drill, with: lost }));
});

test('a drill leaves nothing although a fifth of all calls takes seven seconds', async () => {
  const slow = someCalls(0.2, { kind: 'delay', seconds: 7 });
  assertSound('slow', await strike({ ...drill, with: slow }));
});

test('a failover recovers although all of AWS hangs for two minutes', async () => {
  assertSound('hang', await strike({ ...failover, with: outage('all', 60, 180, { kind: 'hang' }) }));
});

const failingMinute = outage('all', 30, 90, refusal('InternalError', 500));

test('a drill leaves nothing although all of AWS answers 500 for a minute', async () => {
  assertSound('500', await strike({ ...drill, with: failingMinute }));
});

test('a failover recovers although calls to every service are throttled, by each in its own words, for a minute', async () => {
  const words = calls(({ service }, _input, _stage, elapsed) => {
    if (elapsed < 20 || elapsed >= 80) return undefined;
    if (service === 'ec2') return refusal('RequestLimitExceeded', 503);
    if (service === 's3') return refusal('SlowDown', 503);
    return refusal(service === 'ssm' ? 'ThrottlingException' : 'Throttling');
  });
  assertSound('throttled', await strike({ ...failover, with: words }));
});

test('a failover promotes once although every answer of PromoteReadReplica is lost', async () => {
  const lost = firstCalls('PromoteReadReplica', 100, { kind: 'loseAnswer' });
  assertSound('lost', await strike({ ...failover, with: lost }));
});

test('a failover recovers although each of its launches loses its answer', async () => {
  const lost = firstCalls('RunInstances', 100, { kind: 'loseAnswer' });
  assertSound('lost', await strike({ ...failover, with: lost }));
});

test('one refused permission or odd answer of AWS does not end a failover', async () => {
  const oncePerOperation = new Set<string>();
  const odd = calls(({ service, operation }) => {
    if (service === 's3' || oncePerOperation.has(operation)) return undefined;
    oncePerOperation.add(operation);
    return oncePerOperation.size % 2 === 0 ? refusal('AccessDenied', 403) : refusal('SomethingOdd');
  });
  assertSound('odd', await strike({ ...failover, with: odd }));
});

test('a missing permission holds a failover, and says which one', async () => {
  const denied = calls(({ operation }) =>
    operation === 'AttachVolume' ? refusal('UnauthorizedOperation', 403) : undefined,
  );
  assertSound('denied', await strike({ ...failover, with: denied }), { ends: ['held'] });
});

test('the end of a year and of a leap February do not matter', async () => {
  for (const startsAt of ['2026-12-31T23:59:58Z', '2028-02-29T23:59:58Z']) {
    const world = shopWorld((text) => text.replace('2026-11-02T00:00:00Z', startsAt));
    assertSound(startsAt, await strike({ ...failover, world }));
  }
});

test('Route 53 that is busy, forgets a change, or is down for ten minutes delays a failover and does not end it', async () => {
  const busy = firstCalls('ChangeResourceRecordSets', 6, refusal('PriorRequestNotComplete'));
  const forgotten = firstCalls('GetChange', 2, refusal('NoSuchChange', 404));
  const ofRecord = {
    ...failover,
    plan: shopPlan((text) => text.replace(planOfRecord.from, planOfRecord.to)),
    world: shopWorld((text) => text.replace(worldOfRecord.from, worldOfRecord.to)),
  };
  assertSound('busy', await strike({ ...ofRecord, with: all(busy, forgotten) }));
  const down: Breaks = ({ sim }) => {
    sim.clock.after(240_000, () => {
      sim.route53.controlPlane = 'down';
    });
    sim.clock.after(840_000, () => {
      sim.route53.controlPlane = 'up';
    });
  };
  assertSound('down', await strike({ ...ofRecord, with: down }));
});

test('people that cannot be told do not end a failover', async () => {
  const mute = calls(({ service }, _input, stage) =>
    service === 'sns' && chance(stage, 1, service) ? { kind: 'hang' } : undefined,
  );
  assertSound('mute', await strike({ ...failover, with: mute }));
});

test('metrics that cannot be read hold a failover at its gate: nobody knows what a promotion would lose', async () => {
  const blind = calls(({ operation }) => (operation === 'GetMetricData' ? { kind: 'hang' } : undefined));
  const aftermath = await strike({ ...failover, with: blind });
  assertSound('blind', aftermath, { ends: ['held'] });
  assert.match(aftermath.reason, /nobody approved .*GetMetricData/);
  assert.deepEqual(aftermath.acted('PromoteReadReplica'), []);
});
