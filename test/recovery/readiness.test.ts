import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import test from 'node:test';
import type { Answer, Refusal } from '../../recovery/answer.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { type ReadinessFinding, sayAge } from '../../recovery/readiness/finding.ts';
import { readinessChecks, readinessOf } from '../../recovery/readiness/readiness.ts';
import {
  isDue,
  type ReadinessRecord,
  readinessChange,
  sayChange,
  unreadyOf,
} from '../../recovery/readiness/record.ts';
import type { Sight } from '../../recovery/readiness/sight.ts';
import { runCases } from '../cases.ts';

/**
 * Tables give parts of a plan and of a sight. A value stands for an answer with that value, `{ "refused": "denied" }` for a
 * refusal; what is not given was not answered in time.
 */
interface Given {
  readonly plan?: Partial<Plan>;
  readonly sight?: Readonly<Record<string, unknown>>;
}

const now = '2026-11-02T00:00:00.000Z';
const tables = new URL('cases/readiness/', import.meta.url);

const emptyPlan = {
  plan: 'shop',
  hash: 'h',
  objectives: { tier: 'important', rtoSeconds: 1800, rpoSeconds: 300 },
  regions: { primary: 'ap-northeast-2', recovery: 'ap-northeast-1' },
  trigger: {
    signals: { probes: { url: 'https://shop.example.com/', everySeconds: 60 }, alarms: [], targetGroups: [] },
  },
  databases: [],
  servers: [],
  volumes: [],
  settings: [],
  verify: [],
  traffic: [],
  drill: { schedules: [] },
} as unknown as Plan;

/** The parts of a sight that are one answer; the others are answers by name. */
const single = [
  'subnets',
  'securityGroups',
  'ingredients',
  'offerings',
  'vcpus',
  'templateImages',
  'keyUse',
  'agents',
  'databases',
  'sources',
  'databaseSnapshots',
  'switchAlarms',
  'fenced',
];
const named = [
  'images',
  'snapshots',
  'standing',
  'templates',
  'profiles',
  'keys',
  'targetGroups',
  'lag',
  'alarms',
  'records',
  'healthChecks',
  'documents',
  'settings',
  'topics',
  'votingGroups',
];

const silence: Refusal = { ok: false, kind: 'unknown', code: 'Deadline', message: '', asked: 'aws:Look' };

function answerOf(value: unknown): Answer<unknown> {
  const kind = (value as { refused?: Refusal['kind'] } | null)?.refused;
  if (kind === undefined) return { ok: true, value };
  return { ok: false, kind, code: 'AccessDenied', message: 'not authorised', asked: 'aws:Look' };
}

function sightOf(given: Readonly<Record<string, unknown>> = {}): Sight {
  const one = single.map((part) => [part, part in given ? answerOf(given[part]) : silence]);
  const many = named.map((part) => {
    const values = (given[part] ?? {}) as Readonly<Record<string, unknown>>;
    return [part, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, answerOf(value)]))];
  });
  const fence = given['fence'] as Readonly<Record<string, unknown>> | undefined;
  const parts = Object.entries(fence ?? {}).map(([part, value]) => [part, answerOf(value)]);
  const seen = {
    ...Object.fromEntries([...one, ...many]),
    ...(fence && { fence: Object.fromEntries(parts) }),
  };
  return { now, ...seen } as Sight;
}

for (const [check, run] of Object.entries(readinessChecks)) {
  const file = new URL(`${check}.json`, tables);
  assert.ok(existsSync(file), `the check ${check} has no table`);
  runCases<Given>(file, ({ plan, sight }) => {
    const findings = run({ ...emptyPlan, ...plan }, sightOf(sight));
    return {
      total: findings.length,
      ...Object.fromEntries(findings.map((finding) => [finding.name, { prevents: false, ...finding }])),
    };
  });
}

test('every table is of a check', () => {
  const checks = Object.keys(readinessChecks).map((check) => `${check}.json`);
  assert.deepEqual(readdirSync(tables).sort(), checks.sort());
});

test('what cannot be read is never ok', () => {
  const plan = {
    ...emptyPlan,
    databases: [{ name: 'orders', replica: 'shop-orders', maxLagSeconds: 300 }],
    servers: [
      {
        name: 'web',
        source: {
          kind: 'start',
          tags: { App: 'shop' },
          orElse: 'launch',
          types: ['m7g.large'],
          subnets: ['subnet-1'],
        },
        targetGroup: 'shop',
      },
    ],
    volumes: [
      {
        name: 'data',
        snapshot: { tags: { App: 'shop' } },
        attach: { server: 'web' },
        mount: { path: '/srv' },
      },
    ],
    drill: { schedules: [], network: { subnets: ['subnet-2'] }, instanceProfile: 'shop-drill' },
    traffic: [{ via: 'healthCheck', name: 'shop.example.com', target: 'dr.example.com' }],
  } as unknown as Plan;
  const findings = readinessOf(plan, sightOf());
  assert.ok(findings.length >= 12);
  assert.deepEqual([...new Set(findings.map(({ status }) => status))], ['unknown']);
  for (const { detail } of findings) assert.match(detail, /; /);
});

const calm = { isIncident: false };
const fine: ReadinessFinding = { name: 'replica', status: 'ok', detail: 'it is there' };
const broken: ReadinessFinding = {
  name: 'replica',
  status: 'bad',
  detail: 'it is gone; make one',
  prevents: true,
};
const unread: ReadinessFinding = { name: 'replica', status: 'unknown', detail: 'no answer; look again' };
const recordOf = (findings: readonly ReadinessFinding[], told: readonly string[] = []): ReadinessRecord => ({
  at: now,
  planHash: 'h',
  findings,
  told,
});

test('people are told once of what is bad, and once when it is well again', () => {
  const first = readinessChange(undefined, [broken], calm);
  assert.deepEqual([first.worse, first.mended, first.told], [[broken], [], ['replica']]);
  assert.equal(sayChange('shop', first), 'shop is not ready: replica: it is gone; make one');
  const second = readinessChange(recordOf([broken], first.told), [broken], calm);
  assert.deepEqual([second.worse, second.mended, second.told], [[], [], ['replica']]);
  const third = readinessChange(recordOf([broken], second.told), [fine], calm);
  assert.deepEqual([third.worse, third.mended, third.told], [[], ['replica'], []]);
  assert.equal(sayChange('shop', third), 'well again: replica');
});

test('what becomes unreadable neither mends nor worsens', () => {
  const change = readinessChange(recordOf([broken], ['replica', 'image']), [unread], calm);
  assert.deepEqual([change.worse, change.mended, change.told], [[], [], ['image', 'replica']]);
});

test('what is not looked at any more is mended where everything could be read', () => {
  const change = readinessChange(recordOf([broken], ['image']), [fine], calm);
  assert.deepEqual([change.mended, change.told], [['image'], []]);
});

test('only what makes a recovery fail for certain objects to it, and only while the record is fresh', () => {
  const old: ReadinessFinding = { name: 'image', status: 'bad', detail: 'it is old; see why' };
  const record = recordOf([broken, old, fine]);
  assert.deepEqual(unreadyOf(record, emptyPlan, '2026-11-02T01:30:00.000Z'), [
    'replica: it is gone; make one',
  ]);
  assert.deepEqual(unreadyOf(record, emptyPlan, '2026-11-02T01:30:01.000Z'), []);
  assert.deepEqual(unreadyOf(record, { ...emptyPlan, hash: 'other' }, now), []);
  assert.deepEqual(unreadyOf(undefined, emptyPlan, now), []);
});

test('during an incident people hear what is mended, and what became worse only afterwards', () => {
  const image: ReadinessFinding = { name: 'image', status: 'ok', detail: 'it is there' };
  const during = readinessChange(recordOf([], ['image']), [broken, image], { isIncident: true });
  assert.deepEqual([during.worse, during.mended, during.told], [[], ['image'], []]);
  const afterwards = readinessChange(recordOf([broken, image], during.told), [broken, image], calm);
  assert.deepEqual(afterwards.worse, [broken]);
});

test('a plan is checked each half hour, and at each wake-up while something keeps its recovery from starting', () => {
  const at = (time: string) => `2026-11-02T${time}.000Z`;
  const incident = { isIncident: true };
  const [well, ill] = [recordOf([fine]), recordOf([broken])];
  assert.equal(isDue(undefined, emptyPlan, now, calm), true);
  assert.equal(isDue(well, { ...emptyPlan, hash: 'other' }, at('00:05:00'), calm), true);
  assert.equal(isDue(well, emptyPlan, at('00:28:59'), calm), false);
  assert.equal(isDue(well, emptyPlan, at('00:29:00'), calm), true);
  assert.equal(isDue(ill, emptyPlan, at('00:05:00'), calm), false);
  assert.equal(isDue(ill, emptyPlan, at('00:05:00'), incident), true);
  assert.equal(isDue(well, emptyPlan, at('00:05:00'), incident), false);
});

test('ages are told no more exactly than anybody wants to know', () => {
  const ages = [-5, 59.9, 5159, 7200, 9015, 2 * 86_400 - 1, 2 * 86_400, 1_706_210].map(sayAge);
  assert.deepEqual(ages, ['0s', '59s', '1h25m59s', '2h', '2h30m', '47h59m', '2d', '19d']);
});
