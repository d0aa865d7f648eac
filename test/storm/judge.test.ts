import assert from 'node:assert/strict';
import test from 'node:test';
import type { Disaster } from '../../drill/storm/disaster.ts';
import { type Ground, weather } from '../../drill/storm/weather.ts';
import type { StepName } from '../../recovery/terms.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import { withoutStep } from '../drill/surgery.ts';
import { disaster, ground } from './ground.ts';

/** The storm's ground with another stack in the recovery Region. */
function groundWith(change: (template: Template) => Template): Ground {
  const { recovery, witness } = ground.templates;
  return { ...ground, templates: { witness, recovery: change(recovery) } };
}

async function objectionsTo(given: Partial<Disaster>, change: (template: Template) => Template) {
  const { violations } = await weather(disaster(given), groundWith(change));
  return violations.map(({ checker, message }) => `${checker}: ${message}`);
}

const outage = { scenario: 'primary-outage', atSeconds: 60, forSeconds: 1500, strength: 0.5 };
const lost = { kind: 'outage', mishaps: [outage] } as const;

test('a recovery whose ways out lead nowhere in calm is found', async () => {
  const missing = (step: StepName) => (template: Template) => withoutStep(template, step);
  for (const step of ['databases', 'traffic'] as const) {
    const objections = await objectionsTo(lost, missing(step));
    assert.ok(objections.length > 0, `nobody objects to a machine without ${step}`);
    for (const objection of objections)
      assert.match(
        objection,
        /^waysOutLeadOut: shop-failover-\S+ was given up in calm after its ways out had been followed \d times, the last: .*then continue/,
      );
  }
});

/** Nobody looks at the plans: neither each minute nor when an alarm or AWS Health speaks. */
function asleep({ Resources, ...rest }: Template): Template {
  const isLook = (id: string) => /^(ResponseSchedule|AlarmRaised.*Rule|HealthRegionalIssue.*Rule)$/.test(id);
  return { ...rest, Resources: Object.fromEntries(Object.entries(Resources).filter(([id]) => !isLook(id))) };
}

test('an outage that nobody acts on is found where nothing strikes Lifeboat itself', async () => {
  const slow = { scenario: 'slow-promotion', atSeconds: 10, forSeconds: 900, strength: 0.1 };
  const long = { ...outage, forSeconds: 3000 };
  const late = {
    by: 'alice',
    atSeconds: 900,
    order: { command: 'unpause', scope: { plan: 'shop' }, comment: 'no' },
  } as const;
  const given = { kind: 'outage', orders: [late] } as const;
  const calm = await objectionsTo({ ...given, mishaps: [long, slow] }, asleep);
  assert.equal(calm.length, 1);
  assert.match(
    calm[0] ?? '',
    /^outagesAreSeen: shop was seen down by everybody from \S+ to \S+, and nobody did/,
  );
  const refused = { scenario: 'throttled', atSeconds: 10, forSeconds: 60, strength: 0 };
  assert.deepEqual(await objectionsTo({ ...given, mishaps: [long, refused] }, asleep), []);
});

test('a failover that a person has ordered gets the two approvals of others that it asks for', async () => {
  const orders = [
    { by: 'alice', atSeconds: 30, order: { command: 'failover', plan: 'shop', comment: 'we go' } },
  ] as const;
  const weathered = await weather(disaster({ kind: 'byHand', setting: 'approveTwice', orders }), ground);
  assert.deepEqual(weathered.outcomes, ['recovered']);
  assert.deepEqual(weathered.violations, []);
  assert.ok(weathered.orders.some(({ by, command }) => by === 'AIDASIMULATEDCAROL' && command === 'approve'));
});
