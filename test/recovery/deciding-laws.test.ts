/** What is true of every situation, whatever its signals: the laws that the tables are examples of. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decide } from '../../recovery/deciding/decide.ts';
import type { LedgerState, Observation, Situation, Vote } from '../../recovery/deciding/observation.ts';
import { type ProbeSample, probeObservation } from '../../recovery/deciding/probe.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { instantAfter } from '../../recovery/terms.ts';
import { instant, planOf } from './deciding-situations.ts';

const now = instant('01:00:00');
const runs = { seed: 7, numRuns: 400 };

const places = ['ap-northeast-1', 'us-west-2', 'ap-northeast-2', 'eu-west-1'];

const observations = (votes: readonly Vote[], vantages = places): fc.Arbitrary<Observation> =>
  fc
    .record({
      kind: fc.constantFrom('probe', 'alarm', 'targets', 'health'),
      name: fc.constantFrom('a', 'b'),
      vantage: fc.constantFrom(...vantages),
      vote: fc.constantFrom(...votes),
      ageSeconds: fc.integer({ min: 0, max: 600 }),
      seenSecondsAgo: fc.option(fc.integer({ min: 0, max: 120 }), { nil: undefined }),
    })
    .map(({ kind, name, vantage, vote, ageSeconds, seenSecondsAgo }) => ({
      kind,
      signal: `${kind} ${name}`,
      vantage: kind === 'health' ? 'AWS Health' : vantage,
      vote,
      since: instantAfter(now, -ageSeconds),
      ...(kind === 'probe' && {
        seenAt: instantAfter(now, -Math.min(ageSeconds, seenSecondsAgo ?? 0)),
      }),
      says: `${kind} ${name} in ${vantage} is ${vote}`,
    }));

const plans: fc.Arbitrary<Plan> = fc
  .record({
    quorum: fc.integer({ min: 2, max: 3 }),
    confirmSeconds: fc.constantFrom(0, 60, 120),
    mode: fc.constantFrom('automatic', 'approve'),
    hasProbes: fc.boolean(),
  })
  .map(({ hasProbes, ...trigger }) => planOf({ trigger, ...(!hasProbes && { withoutProbes: true }) }));

const ledgers: fc.Arbitrary<LedgerState> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.constant({ incident: { id: 'shop-1', openedAt: now, onset: instant('00:50:00') } }),
  fc.constant({ pause: { by: 'jane', at: now, comment: 'c' } }),
);

/** Mostly what a real outage looks like, so that the laws about recovering are not about nothing. */
const seen = (votes: readonly Vote[] = ['down', 'down', 'down', 'up', 'stale']) =>
  fc.array(observations(votes), { maxLength: 7 });

const situation = (list: readonly Observation[], ledger: LedgerState | undefined): Situation => ({
  now,
  observations: list,
  unread: [],
  ledger,
  unready: [],
});

test('another place that sees it down never takes a recovery back', () => {
  let recovered = 0;
  fc.assert(
    fc.property(
      plans,
      seen(['down', 'down', 'stale']),
      observations(['down'], ['sa-east-1']),
      (plan, list, more) => {
        if (decide(plan, situation(list, {})).decision !== 'recover') return;
        recovered++;
        assert.equal(decide(plan, situation([...list, more], {})).decision, 'recover');
      },
    ),
    runs,
  );
  assert.ok(recovered > 50, `${recovered} of the situations recovered`);
});

test('another place that sees it down never turns anything into health', () => {
  fc.assert(
    fc.property(plans, seen(), ledgers, observations(['down'], ['sa-east-1']), (plan, list, ledger, more) => {
      assert.notEqual(decide(plan, situation([...list, more], ledger)).decision, 'none');
    }),
    runs,
  );
});

test('less evidence of an outage never lets a recovery begin that more of it did not', () => {
  const lesser = fc.constantFrom('stale', 'up', 'gone');
  let held = 0;
  fc.assert(
    fc.property(
      plans,
      seen(['down', 'down', 'stale']),
      ledgers,
      fc.nat(),
      lesser,
      (plan, list, ledger, pick, to) => {
        if (decide(plan, situation(list, ledger)).decision === 'recover') return;
        const downs = list.filter(({ vote }) => vote === 'down');
        const one = downs[pick % downs.length];
        if (!one) return;
        held++;
        const less = list.flatMap((other) => {
          if (other !== one) return [other];
          return to === 'gone' ? [] : [{ ...other, vote: to }];
        });
        assert.notEqual(decide(plan, situation(less, ledger)).decision, 'recover');
      },
    ),
    runs,
  );
  assert.ok(held > 50, `${held} of the situations held`);
});

test('the order of the observations changes nothing', () => {
  fc.assert(
    fc.property(
      plans,
      ledgers,
      seen().chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      ),
      (plan, ledger, [list, shuffled]) => {
        assert.deepEqual(decide(plan, situation(shuffled, ledger)), decide(plan, situation(list, ledger)));
      },
    ),
    runs,
  );
});

test('an observation that comes twice changes nothing', () => {
  fc.assert(
    fc.property(plans, ledgers, seen(), fc.nat(), (plan, ledger, list, pick) => {
      const twice = list.length > 0 ? [...list, { ...(list[pick % list.length] as Observation) }] : list;
      assert.deepEqual(decide(plan, situation(twice, ledger)), decide(plan, situation(list, ledger)));
    }),
    runs,
  );
});

test('no single place ever recovers, however many signals it sends', () => {
  fc.assert(
    fc.property(plans, fc.constantFrom(...places), seen(), (plan, place, list) => {
      const alone = list.map(
        (one) => ({ ...one, kind: one.kind === 'health' ? 'alarm' : one.kind, vantage: place }) as const,
      );
      assert.notEqual(decide(plan, situation(alone, {})).decision, 'recover');
    }),
    runs,
  );
});

test('AWS Health alone never recovers, whatever else is silent or fine', () => {
  fc.assert(
    fc.property(plans, seen(), (plan, list) => {
      const others = list.map((one) =>
        one.kind === 'health' || one.vote !== 'down' ? one : { ...one, vote: 'stale' as const },
      );
      assert.notEqual(decide(plan, situation(others, {})).decision, 'recover');
    }),
    runs,
  );
});

test('stale votes never recover, and never add to those that could', () => {
  fc.assert(
    fc.property(plans, seen(), seen(['stale']), (plan, list, silent) => {
      assert.notEqual(decide(plan, situation(silent, {})).decision, 'recover');
      const without = decide(plan, situation(list, {}));
      const withThem = decide(
        plan,
        situation([...list, ...silent.filter(({ kind }) => kind !== 'health')], {}),
      );
      assert.equal(withThem.decision, without.decision);
      assert.deepEqual(withThem.incident, without.incident);
    }),
    runs,
  );
});

test('a probe that answers never lets a recovery begin', () => {
  fc.assert(
    fc.property(plans, seen(), observations(['up']), (plan, list, one) => {
      const answering = [...list, { ...one, kind: 'probe' as const }];
      assert.notEqual(decide(plan, situation(answering, {})).decision, 'recover');
    }),
    runs,
  );
});

test('an unreadable ledger never recovers', () => {
  fc.assert(
    fc.property(plans, seen(), (plan, list) => {
      assert.equal(decide(plan, situation(list, undefined)).decision, 'hold');
    }),
    runs,
  );
});

test('the same incident is given the same recovery however often it is decided, and never a second one', () => {
  fc.assert(
    fc.property(
      plans,
      seen(['down', 'stale']),
      fc.integer({ min: 0, max: 86_400 }),
      (plan, list, laterSeconds) => {
        const first = decide(plan, situation(list, {}));
        if (first.decision !== 'recover' || !first.incident) return;
        assert.equal(decide(plan, situation(list, {})).incident?.recovery, first.incident.recovery);
        const later = {
          ...situation(list, { incident: first.incident }),
          now: instantAfter(now, laterSeconds),
        };
        const second = decide(plan, later);
        assert.equal(second.decision, 'hold');
        assert.deepEqual(second.incident, first.incident);
      },
    ),
    runs,
  );
});

test('whatever holds says why in one line, and what a person could do where waiting is not enough', () => {
  fc.assert(
    fc.property(plans, seen(), ledgers, (plan, list, ledger) => {
      const { reason, analysis, unblock } = decide(plan, situation(list, ledger));
      assert.match(reason, /^[^\n]+[^.\n]$/);
      const waits = ['Healthy', 'Unconfirmed', 'PrimaryDown', 'RecoveryUnderWay'].includes(analysis);
      assert.ok(waits || unblock !== null, analysis);
    }),
    runs,
  );
});

test('a probe never says down without a fresh bad sample, and never dates it before its samples', () => {
  const samples = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 1800 }).map((ago) => instantAfter(now, -ago)),
      value: fc.constantFrom(0, 0, 1),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(samples, (list: readonly ProbeSample[]) => {
      const { vote, since, seenAt } = probeObservation('us-west-2', list, now);
      if (vote !== 'down') return;
      const bad = list.filter(({ value }) => value === 0).map(({ at }) => at);
      assert.ok(bad.includes(since) && seenAt && bad.includes(seenAt) && since <= seenAt);
      assert.ok(seenAt >= instantAfter(now, -150));
      assert.ok(!list.some(({ at, value }) => value === 1 && at >= since));
    }),
    runs,
  );
});
