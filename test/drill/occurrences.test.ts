import assert from 'node:assert/strict';
import test from 'node:test';
import { type AwsEvent, stageEvents } from '../../drill/occurrences.ts';
import { shopWorld } from './shop.ts';

const world = shopWorld();
const minutes = (from: string, count: number) => new Date(Date.parse(from) + count * 60_000).toISOString();
const start = new Date(world.startsAtMs).toISOString();

function event(id: string, time: string): AwsEvent {
  const rest = { source: 'aws.health', 'detail-type': 'AWS Health Event', account: '123456789012' };
  return { id, time, ...rest, region: 'us-west-2', resources: [], detail: {} };
}

test('events happen at their own time, in its order, and the world starts when it says', () => {
  const staged = stageEvents([event('b', minutes(start, 5)), event('a', minutes(start, 3))], [], world);
  assert.equal(staged.world.startsAtMs, world.startsAtMs);
  assert.deepEqual(
    staged.occurrences.map(({ event: { id }, atMs }) => [id, atMs - world.startsAtMs]),
    [
      ['a', 180_000],
      ['b', 300_000],
    ],
  );
});

for (const { when, first } of [
  { when: 'older than the world', first: '2023-01-27T06:02:51Z' },
  { when: 'in its far future', first: '2027-05-01T10:00:00Z' },
]) {
  test(`where the events are ${when}, the clock starts at the earliest`, () => {
    const staged = stageEvents([event('b', minutes(first, 4)), event('a', first)], [], world);
    assert.equal(staged.world.startsAtMs, Date.parse(first));
    assert.deepEqual(
      staged.occurrences.map(({ event: { id }, atMs }) => [id, atMs - Date.parse(first)]),
      [
        ['a', 0],
        ['b', 240_000],
      ],
    );
  });
}

test('an event that is older than the world of the others happens at its start', () => {
  const old = event('a', '2026-11-01T03:00:00Z');
  const staged = stageEvents([event('b', minutes(start, 5)), old], [], world);
  assert.equal(staged.world.startsAtMs, world.startsAtMs);
  assert.deepEqual(
    staged.occurrences.map(({ event: { id }, atMs }) => [id, atMs - world.startsAtMs]),
    [
      ['a', 0],
      ['b', 300_000],
    ],
  );
});

test('an event that is given a time happens so long after the start and carries that time', () => {
  const staged = stageEvents([event('a', '2023-01-27T06:02:51Z')], [90], world);
  assert.equal(staged.world.startsAtMs, world.startsAtMs);
  const [{ event: moved, atMs } = assert.fail()] = staged.occurrences;
  assert.equal(atMs, world.startsAtMs + 90_000);
  assert.equal(moved.time, '2026-11-02T00:01:30Z');
});

test('events of one instant happen in the same order whichever way round they are given', () => {
  const [a, b] = [event('a', start), event('b', start)];
  assert.deepEqual(stageEvents([a, b], [], world), stageEvents([b, a], [], world));
});
