/** What AWS Health's messages come to: whom they concern, how they join, and how they vote. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import fc from 'fast-check';
import type { Plan } from '../../recovery/plan/plan.ts';
import {
  type HealthRecord,
  healthConcerns,
  healthObservations,
  impairment,
  isKept,
  joinHealth,
  whyNotConcerned,
} from '../../recovery/signals/health.ts';
import type { HealthEvent } from '../../recovery/signals/health-event.ts';
import { parseEvent, plansConcerned } from '../../recovery/signals/parse.ts';
import { instantAfter } from '../../recovery/terms.ts';
import { shopPlan } from '../recovery/plans.ts';
import { readEvent } from './files.ts';

const shop = shopPlan();
const regional = 'health-regional-issue';

function healthOf(variant: string): HealthEvent {
  const parsed = parseEvent(readEvent(`${regional}${variant && '.'}${variant}`));
  assert.ok(parsed.kind === 'health');
  return parsed;
}

function watching(plan: Plan, services: readonly string[] | undefined): Plan {
  const { health: _, ...others } = plan.trigger.signals;
  return {
    ...plan,
    trigger: { ...plan.trigger, signals: { ...others, ...(services && { health: { services } }) } },
  };
}

describe('a Health event concerns the shop', () => {
  const events: readonly (readonly [string, RegExp | undefined, Plan?])[] = [
    ['sample', undefined],
    ['primary-copy.sample', undefined],
    ['update.sample', undefined],
    ['closed.sample', undefined],
    ['page-1-of-2.sample', undefined],
    ['multiple-services.sample', undefined],
    ['multiple-services.sample', undefined, watching(shop, ['LAMBDA'])],
    ['error-rates.sample', /about S3; the plan watches EC2, EBS, RDS/],
    ['error-rates.sample', undefined, watching(shop, ['S3'])],
    ['global.sample', /about ROUTE53/],
    ['global.sample', undefined, watching(shop, ['ROUTE53'])],
    ['other-region.sample', /about eu-central-1; the plan's primary Region is ap-northeast-2/],
    ['one-drive.sample', /not public/],
    ['account-notification.miss', /its category is accountNotification/],
    ['sample', /does not watch AWS Health/, watching(shop, undefined)],
  ];
  for (const [variant, why, plan = shop] of events) {
    const watched = plan.trigger.signals.health?.services.join(', ') ?? 'nothing';
    test(`${variant}, watching ${watched}: ${why ? 'no' : 'yes'}`, () => {
      const health = healthOf(variant);
      assert.equal(healthConcerns(plan, health), why === undefined);
      assert.match(whyNotConcerned(plan, health) ?? '', why ?? /^$/);
    });
  }

  test('by any public code, and by the codes of our own account that tell of a service', () => {
    const coded = (code: string, scope: string) => ({ ...healthOf('sample'), code, scope });
    for (const code of ['AWS_EC2_API_ISSUE', 'AWS_RDS_CONNECTIVITY_ISSUE', 'AWS_EC2_SOMETHING_NEW']) {
      assert.equal(healthConcerns(shop, coded(code, 'PUBLIC')), true, code);
    }
    for (const code of [
      'AWS_EC2_OPERATIONAL_ISSUE',
      'AWS_EBS_API_ERROR_RATES',
      'AWS_RDS_INCREASED_CREATE_LATENCIES',
    ]) {
      assert.equal(healthConcerns(shop, coded(code, 'ACCOUNT_SPECIFIC')), true, code);
    }
    for (const code of ['AWS_EBS_VOLUME_LOST', 'AWS_RDS_STORAGE_FAILURE_SAZ']) {
      assert.equal(healthConcerns(shop, coded(code, 'ACCOUNT_SPECIFIC')), false, code);
    }
  });
});

describe('the plans that an event concerns', () => {
  const named = (plan: string, tier: Plan['objectives']['tier']): Plan => ({
    ...shop,
    plan,
    objectives: { ...shop.objectives, tier },
  });
  const plans = [
    named('web', 'normal'),
    named('shop', 'important'),
    named('audit', 'normal'),
    named('pay', 'critical'),
    { ...named('eu', 'critical'), regions: { primary: 'eu-central-1', recovery: 'eu-west-1' } },
  ];
  const concerned = (path: string) => plansConcerned(plans, parseEvent(readEvent(path)));

  test('come by tier, then by name', () =>
    assert.deepEqual(concerned(`${regional}.sample`), ['pay', 'shop', 'audit', 'web']));
  test('are those of its Region', () =>
    assert.deepEqual(concerned(`${regional}.other-region.sample`), ['eu']));
  test('are those that name the alarm, in one of their Regions', () => {
    assert.deepEqual(concerned('alarm-raised.metric.sample'), ['pay', 'shop', 'audit', 'web']);
    assert.deepEqual(concerned('alarm-raised.composite.sample'), []);
  });
  test('is the one whose probe the alarm watches', () =>
    assert.deepEqual(concerned('alarm-raised.probe.sample'), ['shop']));
  test('is the one that an execution recovers, by its input or its name', () => {
    assert.deepEqual(concerned('recovery-ended-badly.failed.sample'), ['shop']);
    assert.deepEqual(concerned('recovery-ended-badly.large-input.sample'), ['shop']);
  });
  test('are none for a volume, a restore, or what cannot be read', () => {
    assert.deepEqual(concerned('remount/volume-available.sample'), []);
    assert.deepEqual(concerned('remount/restore-completed.sample'), []);
    assert.deepEqual(plansConcerned(plans, parseEvent({})), []);
  });
});

type Delivery = readonly [health: HealthEvent, receivedAt: string];

function joined(deliveries: readonly Delivery[]): readonly HealthRecord[] {
  return deliveries.reduce<readonly HealthRecord[]>(
    (records, [health, at]) => joinHealth(records, health, at),
    [],
  );
}

const midnight = '2026-11-02T00:00:00.000Z';
const soon = fc.integer({ min: 0, max: 40 }).map((minutes) => instantAfter(midnight, minutes * 60));

/** Messages about up to so many incidents, with all that may differ between them, even where AWS would not let it. */
function deliveriesAbout(incidents: number): fc.Arbitrary<readonly Delivery[]> {
  const delivery = fc
    .record({
      incident: fc.nat(incidents - 1),
      update: fc.nat(5),
      startedAt: soon,
      updatedAt: soon,
      endedAt: fc.option(soon, { nil: undefined }),
      receivedAt: soon,
    })
    .map(({ incident, update, endedAt, receivedAt, ...dates }): Delivery => {
      const { endedAt: _, ...first } = healthOf('sample');
      const health = {
        ...first,
        eventArn: `arn:${incident}`,
        communicationId: `${incident}-${update}`,
        ...dates,
      };
      return [endedAt === undefined ? health : { ...health, endedAt }, receivedAt];
    });
  return fc.array(delivery, { maxLength: incidents * 2 });
}

/** The same messages, each twice, in two orders. */
function twoOrders(incidents: number): fc.Arbitrary<readonly (readonly Delivery[])[]> {
  return deliveriesAbout(incidents).chain((list) => {
    const twice = [...list, ...list];
    const all = { minLength: twice.length, maxLength: twice.length };
    return fc.tuple(fc.constant(list), fc.shuffledSubarray(twice, all));
  });
}

describe('Health messages join', () => {
  test('to the same records in whatever order and however often they come', () => {
    fc.assert(
      fc.property(twoOrders(8), ([once, twice]) => assert.deepEqual(joined(twice ?? []), joined(once ?? []))),
      { seed: 1, numRuns: 200 },
    );
  });

  test('to the same incidents and states when there are more of them than are kept', () => {
    const states = (deliveries: readonly Delivery[]) =>
      joined(deliveries).map(({ communicationIds: _, receivedAt: __, ...state }) => state);
    fc.assert(
      fc.property(twoOrders(60), ([once, twice]) => {
        assert.ok(states(once ?? []).length <= 20);
        assert.deepEqual(states(twice ?? []), states(once ?? []));
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  const at = '2026-11-02T00:25:04.000Z';
  const later = '2026-11-02T00:51:15.000Z';
  const first = joinHealth([], healthOf('sample'), at);

  test('to one record an incident, with its updates', () => {
    const records = joinHealth(first, healthOf('update.sample'), later);
    assert.equal(records.length, 1);
    assert.equal(records[0]?.communicationIds.length, 2);
    assert.equal(records[0]?.receivedAt, at);
    assert.equal(records[0]?.updatedAt, '2026-11-02T00:50:47.000Z');
  });
  test('without a trace of the second copy: the list is the very same', () =>
    assert.equal(joinHealth(first, healthOf('primary-copy.sample'), later), first));
  test('without a trace of a second page', () => {
    const one = joinHealth([], healthOf('page-2-of-2.sample'), at);
    assert.equal(joinHealth(one, healthOf('page-1-of-2.sample'), later), one);
  });
  test('to an end that an older update, coming late, does not take back', () => {
    const ended = joinHealth(first, healthOf('resolved-but-open.sample'), later);
    assert.equal(joinHealth(ended, healthOf('update.sample'), later)[0]?.endedAt, '2026-11-02T04:22:00.000Z');
  });
  test('to an open incident again when a newer update tells no end', () => {
    const closed = joinHealth(first, healthOf('closed.sample'), later);
    assert.equal(joinHealth(closed, healthOf('reopened.sample'), later)[0]?.endedAt, undefined);
  });
  test('to a record of bounded size, however many updates there are', () => {
    const updates = Array.from(
      { length: 60 },
      (_, update): Delivery => [{ ...healthOf('sample'), communicationId: `update-${update}` }, at],
    );
    assert.equal(joined(updates)[0]?.communicationIds.length, 50);
  });
  test('without losing an event that has no id of its own', () => {
    const { communicationId: _, ...nameless } = healthOf('sample');
    assert.deepEqual(joinHealth([], nameless, at)[0]?.communicationIds, []);
  });
});

describe('a Health record votes', () => {
  const records = joinHealth([], healthOf('sample'), '2026-11-02T00:25:04.000Z');
  const ended = joinHealth(records, healthOf('closed.sample'), '2026-11-02T04:58:50.000Z');

  test('down since its own start, however late it came', () =>
    assert.deepEqual(healthObservations(shop, records, '2026-11-02T00:26:00.000Z'), [
      {
        kind: 'health',
        signal: 'health AWS_EC2_OPERATIONAL_ISSUE',
        vantage: 'AWS Health',
        vote: 'down',
        since: '2026-11-02T00:03:00.000Z',
        says: 'AWS Health reports an issue of EC2 in ap-northeast-2 since 2026-11-02T00:03:00.000Z',
      },
    ]));
  const votes: readonly (readonly [string, readonly HealthRecord[], string, readonly string[]])[] = [
    ['stale before it begins', records, '2026-11-02T00:02:59.000Z', ['stale']],
    ['down from its start, told without milliseconds', records, '2026-11-02T00:03:00Z', ['down']],
    ['stale from its end, told without milliseconds', ended, '2026-11-02T04:22:00Z', ['stale']],
    ['down from its start', records, '2026-11-02T00:03:00.000Z', ['down']],
    ['down when it is a day old, and was heard of since', records, '2026-11-03T00:03:00.000Z', ['down']],
    ['down just before a day after its last update', records, '2026-11-03T00:24:30.000Z', ['down']],
    ['no more a day after its last update', records, '2026-11-03T00:24:31.000Z', []],
    ['down until its end', ended, '2026-11-02T04:21:59.000Z', ['down']],
    ['stale, never up, from its end on', ended, '2026-11-02T04:22:00.000Z', ['stale']],
  ];
  for (const [name, given, now, expected] of votes) {
    test(name, () =>
      assert.deepEqual(
        healthObservations(shop, given, now).map(({ vote }) => vote),
        expected,
      ),
    );
  }
  test('not for a plan that has stopped watching its service', () =>
    assert.deepEqual(healthObservations(watching(shop, ['RDS']), records, '2026-11-02T00:26:00.000Z'), []));
});

describe('a Health event about the recovery Region', () => {
  const near = { ...healthOf('sample'), eventRegion: shop.regions.recovery };
  const records = joinHealth([], near, '2026-11-02T00:25:04.000Z');
  const now = '2026-11-02T00:26:00.000Z';

  test('is kept, speaks of no outage of the primary, and says why nothing may be recovered there', () => {
    assert.ok(isKept(shop, near));
    assert.equal(healthConcerns(shop, near), false);
    assert.deepEqual(healthObservations(shop, records, now), []);
    assert.match(impairment(shop, records, now) ?? '', /an issue of EC2 in ap-northeast-1 since/);
  });
  test('impairs nothing once it has ended, and one about the primary never does', () => {
    const ended = records.map((record) => ({ ...record, endedAt: '2026-11-02T00:25:30.000Z' }));
    assert.equal(impairment(shop, ended, now), undefined);
    assert.equal(impairment(shop, joinHealth([], healthOf('sample'), now), now), undefined);
  });
  test('of another Region is not kept', () => {
    assert.equal(isKept(shop, healthOf('other-region.sample')), false);
  });
});
