import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import type { Answer, Refusal } from '../../recovery/answer.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { list, ok, type ReadinessFinding, read, sayAge } from '../../recovery/readiness/finding.ts';
import { readinessChecks, readinessOf } from '../../recovery/readiness/readiness.ts';
import {
  isDue,
  type ReadinessRecord,
  readinessChange,
  sayChange,
  unreadyOf,
} from '../../recovery/readiness/record.ts';
import type { Sight } from '../../recovery/readiness/sight.ts';
import { type Case, runCases } from '../cases.ts';

/**
 * Tables give parts of a plan and of a sight. A value stands for an answer with that value, `{ "refused": "denied" }` for a
 * refusal; what is not given was not answered in time.
 */
interface Given {
  readonly plan?: Partial<Plan>;
  readonly sight?: Readonly<Record<string, unknown>>;
  /** The name of an earlier row with which this one shares everything but what `but` says. */
  readonly like?: string;
  /** What is another, by its path (`sight/subnets/0/freeAddresses`); null where it is not there. */
  readonly but?: Readonly<Record<string, unknown>>;
}

const now = '2026-11-02T00:00:00.000Z';
const tables = new URL('cases/readiness/', import.meta.url);

const emptyPlan = {
  plan: 'shop',
  hash: 'h',
  objectives: { tier: 'important', rtoSeconds: 1800, rpoSeconds: 300 },
  regions: { primary: 'ap-northeast-2', recovery: 'ap-northeast-1' },
  trigger: {
    signals: { probes: { url: 'https://shop.example.com/' }, alarms: [], targetGroups: [] },
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

function changed(
  rows: readonly Case<Given, unknown>[],
  like: string,
  but: Readonly<Record<string, unknown>>,
): Given {
  const base = rows.find(({ name }) => name === like) ?? assert.fail(`there is no row "${like}"`);
  const given = structuredClone(base.given);
  for (const [path, value] of Object.entries(but)) {
    const keys = path.split('/');
    const last = keys.pop() ?? '';
    let part = given as Record<string, unknown>;
    for (const key of keys) part = part[key] as Record<string, unknown>;
    if (value === null) delete part[last];
    else part[last] = value;
  }
  return given;
}

for (const [check, run] of Object.entries(readinessChecks)) {
  const file = new URL(`${check}.json`, tables);
  assert.ok(existsSync(file), `the check ${check} has no table`);
  const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Case<Given, unknown>[];
  runCases<Given>(file, (given) => {
    const { plan, sight } = given.like === undefined ? given : changed(rows, given.like, given.but ?? {});
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

test('of several findings of one name the worst counts, in whatever order they come', () => {
  const warned: ReadinessFinding = { name: 'replica', status: 'warning', detail: 'it is slow; wait' };
  const all = [fine, warned, unread, broken];
  for (const findings of [all, all.toReversed()])
    assert.deepEqual(readinessChange(undefined, findings, calm).worse, [broken]);
  const known = recordOf([], ['replica']);
  assert.deepEqual(
    readinessChange(known, [unread, fine], calm).mended,
    [],
    'what is unknown is worse than fine',
  );
  assert.deepEqual(readinessChange(known, [fine, unread, warned], calm).mended, []);
  assert.deepEqual(readinessChange(known, [fine, warned], calm).mended, ['replica'], 'a warning is not bad');
  const again = { ...broken, detail: 'it is gone still; make one' };
  assert.deepEqual(readinessChange(undefined, [broken, again], calm).worse, [broken], 'the first of equals');
});

test('what is not looked at any more is not called mended where only some of it could be read', () => {
  const change = readinessChange(recordOf([], ['image']), [fine, { ...unread, name: 'lag' }], calm);
  assert.deepEqual([change.mended, change.told], [[], ['image']]);
});

test('a message names six things that are bad, and how many more there are', () => {
  const says = (count: number, mended: readonly string[] = []) => {
    const worse = Array.from({ length: count }, (_, n) => ({ ...broken, name: `n${n}` }));
    return sayChange('shop', { worse, mended, told: [] });
  };
  const six = [0, 1, 2, 3, 4, 5].map((n) => `n${n}: it is gone; make one`).join('. ');
  assert.equal(says(6), `shop is not ready: ${six}`);
  assert.equal(says(8), `shop is not ready: ${six}. and 2 more`);
  assert.equal(says(1, ['a', 'b']), 'shop is not ready: n0: it is gone; make one. well again: a and b');
});

test('a sentence names no long list', () => {
  const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n}`);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((count) => list(names(count))),
    ['', 'n0', 'n0 and n1', 'n0, n1 and n2', 'n0, n1, n2 and n3', 'n0, n1, n2 and 2 more'],
  );
  assert.equal(list(names(3), 2), 'n0 and 2 more');
});

test('what nobody asked for is unknown, and so is what nobody may read', () => {
  const never = () => assert.fail('there is nothing to judge');
  assert.deepEqual(read('lag', undefined, never), [
    { name: 'lag', status: 'unknown', detail: 'it was not read; look again, or look for yourself' },
  ]);
  assert.deepEqual(read('lag', { ...silence, kind: 'denied', code: 'AccessDenied' }, never), [
    {
      name: 'lag',
      status: 'unknown',
      detail: 'aws:Look answered AccessDenied: ; allow the call, and look again',
    },
  ]);
  assert.deepEqual(
    read('lag', { ok: true, value: 2 }, (value) => [ok('lag', `${value}`)]),
    [ok('lag', '2')],
  );
});

test('ages are told no more exactly than anybody wants to know', () => {
  const ages = [-5, 59.9, 5159, 7199, 7200, 7201, 9015, 2 * 86_400 - 1, 2 * 86_400, 1_706_210].map(sayAge);
  assert.deepEqual(ages, ['0s', '59s', '1h25m59s', '1h59m59s', '2h', '2h', '2h30m', '47h59m', '2d', '19d']);
});
