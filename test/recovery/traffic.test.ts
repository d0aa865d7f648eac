import assert from 'node:assert/strict';
import test from 'node:test';
import type { ObservedRecord } from '../../recovery/observed.ts';
import {
  isHealthCheckSwitch,
  isRecordSwitch,
  isWanted,
  switchMetric,
  switchSamples,
  switchWait,
  type TrafficMemory,
  type TrafficObservation,
  trafficKey,
  trafficName,
  trafficNeed,
} from '../../recovery/steps/traffic.ts';
import { runCases } from '../cases.ts';

const item = {
  via: 'record',
  record: {
    zone: 'Z1',
    name: 'app.shop.example.com',
    type: 'CNAME',
    ttlSeconds: 60,
    value: 'new.elb.amazonaws.com',
  },
} as const;
const wanted: ObservedRecord = {
  name: 'app.shop.example.com.',
  type: 'CNAME',
  ttlSeconds: 60,
  values: ['new.elb.amazonaws.com'],
};

runCases<{
  seen: Omit<TrafficObservation, 'record'> & { record: TrafficObservation['record'] | 'wanted' };
  memory?: TrafficMemory;
}>(new URL('cases/traffic.json', import.meta.url), ({ seen, memory }) =>
  trafficNeed(
    item,
    { ...seen, record: seen.record === 'wanted' ? wanted : seen.record },
    memory ?? {},
    '2026-03-02T09:00:00.000Z',
  ),
);

const moved = {
  via: 'healthCheck',
  name: 'app.shop.example.com',
  target: 'new.elb.amazonaws.com',
} as const;

test('a switch via a health check waits until resolvers answer its target, in whatever spelling', () => {
  const says = (answer: Parameters<typeof switchWait>[1]) => switchWait(moved, answer)?.for;
  assert.equal(says({ values: ['New.ELB.amazonaws.com.'] }), undefined);
  assert.match(says({ values: ['old.elb.amazonaws.com'] }) ?? '', /resolvers answer old\.elb/);
  assert.match(says({ values: [] }) ?? '', /resolvers answer nothing/);
  assert.match(says({ failed: 'queryCname ETIMEOUT' }) ?? '', /ETIMEOUT/);
});

test('a switch is remembered, told and asked for by its own name, whichever way it goes', () => {
  assert.deepEqual([item, moved].map(trafficKey), [
    'app.shop.example.com CNAME',
    'app.shop.example.com via health check',
  ]);
  assert.deepEqual([item, moved].map(trafficName), ['app.shop.example.com', 'app.shop.example.com']);
  assert.deepEqual([item, moved].map(isRecordSwitch), [true, false]);
  assert.deepEqual([item, moved].map(isHealthCheckSwitch), [false, true]);
});

test('a record that is absent or was not read is not what is wanted', () => {
  assert.deepEqual(
    (['absent', 'unread', wanted] as const).map((seen) => isWanted(item, seen)),
    [false, false, true],
  );
});

test('resolvers that answer several names to a switch via a health check are told with all of them', () => {
  assert.equal(
    switchWait(moved, { values: ['a.example.com', 'b.example.com'] })?.for,
    'traffic app.shop.example.com: its health check to fail over; resolvers answer a.example.com, b.example.com',
  );
});

test('the metric of a switch is of its plan and its name, and said for the minute that has ended too', () => {
  assert.deepEqual(switchMetric({ plan: 'shop' }, moved), {
    namespace: 'Lifeboat/Traffic',
    name: 'Recovered',
    dimensions: { Plan: 'shop', Name: 'app.shop.example.com' },
  });
  assert.deepEqual(switchSamples('2026-03-02T09:00:10.000Z'), [
    { at: '2026-03-02T08:59:10.000Z', value: 1 },
    { at: '2026-03-02T09:00:10.000Z', value: 1 },
  ]);
});
