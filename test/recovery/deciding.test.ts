import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { type AlarmState, alarmObservation } from '../../recovery/deciding/alarm.ts';
import { problems } from '../../recovery/deciding/analysis.ts';
import { decide, differs } from '../../recovery/deciding/decide.ts';
import { guards } from '../../recovery/deciding/guards.ts';
import type { Incident, Verdict } from '../../recovery/deciding/observation.ts';
import { probeObservation } from '../../recovery/deciding/probe.ts';
import {
  rememberTargets,
  type TargetCounts,
  type TargetMemory,
  targetsObservation,
} from '../../recovery/deciding/targets.ts';
import { type Case, runCases } from '../cases.ts';
import { instant, planOf, situationOf, type Told } from './deciding-situations.ts';

const table = (name: string) => new URL(`cases/deciding/${name}.json`, import.meta.url);
const rows = (name: string) =>
  JSON.parse(readFileSync(table(name), 'utf8')) as readonly Case<Told, Partial<Verdict>>[];
const judge = (told: Told) => {
  const verdict = decide(planOf(told), situationOf(told));
  const { incident = null } = verdict;
  // What must not be there is null, so that a row can say so.
  return {
    ...verdict,
    incident,
    recovery: incident?.recovery ?? null,
    agreedAt: incident?.agreedAt ?? null,
    isStuck: verdict.isStuck ?? null,
  };
};

runCases<Told>(table('analysis'), judge);
runCases<Told>(table('incidents'), judge);

test('each code of the analysis has a case, in the order of the table', () => {
  const seen = new Set(rows('analysis').map(({ expect }) => expect.analysis));
  assert.deepEqual(
    [...seen],
    problems.map(({ code }) => code),
  );
});

const outage: Told = {
  observations: ['probe ap-northeast-1 down 00:02:00 00:04:00', 'probe us-west-2 down 00:02:00 00:04:00'],
};
runCases<Partial<Told>>(table('guards'), (objecting) => ({
  with: judge({ ...outage, ...objecting }),
  without: judge(outage),
}));

test('each guard has a case in which it alone objects, in the order of the list', () => {
  const seen = new Set(
    (JSON.parse(readFileSync(table('guards'), 'utf8')) as { expect: { with: Verdict } }[])
      .map(({ expect }) => expect.with.blockedBy)
      .filter((name) => name !== null),
  );
  assert.deepEqual(
    [...seen],
    guards.map(({ name }) => name),
  );
});

test('the first guard that objects speaks, and the others are heard once it is silent', () => {
  const by = { by: 'jane', at: instant('00:01:00'), comment: 'c' };
  const objecting: Told = {
    ...outage,
    trigger: { mode: 'observe' },
    ledger: {
      brake: by,
      pause: by,
      active: { recovery: 'shop-manual', kind: 'failover', at: by.at },
      period: { recovery: 'shop-earlier', until: instant('06:00:00') },
      recoveredBy: 'shop-earlier',
    },
    unready: ['servers.web has no image'],
    recoveryRegionImpaired: 'EC2 is impaired',
    turns: [{ plan: 'orders', state: 'waiting', says: 'orders has been down since 00:03:00' }],
  };
  const { brake: _, ...withoutBrake } = objecting.ledger ?? {};
  const { pause: __, ...withoutPause } = withoutBrake;
  const { active: ___, ...withoutActive } = withoutPause;
  const { recoveryRegionImpaired: ____, ...unimpaired } = objecting;
  const steps: readonly Told[] = [
    objecting,
    { ...objecting, ledger: withoutBrake },
    { ...objecting, ledger: withoutPause },
    { ...objecting, ledger: withoutPause, trigger: {} },
    { ...objecting, ledger: withoutActive, trigger: {} },
    { ...objecting, ledger: { recoveredBy: 'shop-earlier' }, trigger: {} },
    { ...objecting, ledger: {}, trigger: {} },
    { ...objecting, ledger: {}, trigger: {}, unready: [] },
    { ...unimpaired, ledger: {}, trigger: {}, unready: [] },
  ];
  assert.deepEqual(
    steps.map((told) => judge(told).blockedBy),
    guards.map(({ name }) => name),
  );
});

runCases<{ samples: readonly (readonly [string, number])[]; now?: string }>(
  table('probes'),
  ({ samples, now }) =>
    probeObservation(
      'us-west-2',
      samples.map(([at, value]) => ({ at: instant(at), value })),
      instant(now ?? '00:05:00'),
    ),
);

runCases<{ state: AlarmState; at: string }>(table('alarms'), ({ state, at }) =>
  alarmObservation('shop-canary', 'ap-northeast-2', state, instant(at), instant('00:05:00')),
);

test('a verdict is one sentence that tells what it rests on, and what could not be read', () => {
  const told: Told = {
    ...outage,
    observations: [...outage.observations, 'health EC2 down 00:00:00'],
    unread: ['the alarms in ap-northeast-2 gave no answer within 3 s.'],
  };
  assert.equal(
    judge(told).reason,
    'ap-northeast-2 is down, seen from 3 places for 60 s or longer: the probe ap-northeast-1 is down; ' +
      'the probe us-west-2 is down; the health EC2 is down; the alarms in ap-northeast-2 gave no answer within 3 s',
  );
});

test('a comment over several lines stays inside one sentence', () => {
  const pause = { by: 'jane', at: '2026-11-01T22:00:00.000Z', comment: ' moving\n the database... ' };
  const { reason } = judge({ ...outage, ledger: { pause } });
  assert.match(reason, /but jane paused shop at 2026-11-01 22:00:00 \(moving the database\): the probe/);
});

test('a verdict is worth recording when its conclusion or its incident is another, not when its evidence grew older', () => {
  const incident: Incident = { id: 'shop-1', openedAt: instant('00:03:00'), onset: instant('00:02:00') };
  const verdict: Verdict = {
    plan: 'shop',
    decision: 'hold',
    analysis: 'PrimaryDown',
    blockedBy: 'Paused',
    reason: 'r',
    unblock: null,
    at: instant('00:05:00'),
    incident,
  };
  const { incident: _, ...closed } = verdict;
  assert.equal(differs(verdict, undefined), true);
  assert.equal(
    differs({ ...verdict, reason: 'older', unblock: 'u', at: instant('00:06:00') }, verdict),
    false,
  );
  for (const other of [
    { ...verdict, decision: 'recover' as const },
    { ...verdict, analysis: 'Unconfirmed' },
    { ...verdict, blockedBy: 'Brake' },
    { ...verdict, isStuck: true as const },
    { ...verdict, blockedBy: null },
    { ...verdict, incident: { ...incident, recovery: 'shop-failover-1' } },
    { ...verdict, incident: { ...incident, id: 'shop-2' } },
    closed,
  ]) {
    assert.equal(differs(other, verdict), true, JSON.stringify(other));
  }
  assert.equal(differs({ ...verdict, isStuck: true }, { ...verdict, isStuck: true }), false);
});

interface ToldTargets {
  /** What each look saw, by its time: `healthy/unhealthy`, or `unread`. */
  readonly looks: Readonly<Record<string, string>>;
}
runCases<ToldTargets>(table('targets'), ({ looks }) => {
  let memory: TargetMemory = {};
  let last: unknown;
  for (const [time, counts] of Object.entries(looks)) {
    const [healthy = 0, unhealthy = 0] = counts.split('/').map(Number);
    const seen: TargetCounts | undefined = counts === 'unread' ? undefined : { healthy, unhealthy };
    memory = rememberTargets(memory, new Map([['shop-web', seen]]), instant(time));
    last = targetsObservation('shop-web', 'ap-northeast-2', seen, memory, instant(time));
  }
  return last;
});
