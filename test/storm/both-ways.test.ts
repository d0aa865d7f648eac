import assert from 'node:assert/strict';
import test from 'node:test';
import type { Disaster } from '../../drill/storm/disaster.ts';
import { drawDisaster } from '../../drill/storm/draw.ts';
import { weather } from '../../drill/storm/weather.ts';
import { casesOf } from '../../drill/sweep/cases.ts';
import { sweepOne } from '../../drill/sweep/run.ts';
import { minimalSwept, recorded } from '../sweep/swept.ts';
import { disaster, ground } from './ground.ts';

const mishap = (scenario: string, atSeconds: number) => ({
  scenario,
  atSeconds,
  forSeconds: 600,
  strength: 0.6,
});

/** A failover, a drill, noise; conflicts in S3, calls that hang or fail, records of the plan's own. */
const disasters: readonly Disaster[] = [
  disaster({
    seed: 3,
    kind: 'outage',
    setting: 'record',
    mishaps: [mishap('primary-outage', 60), mishap('server-errors', 120), mishap('throttled', 300)],
  }),
  disaster({
    seed: 4,
    kind: 'practice',
    mishaps: [mishap('ledger-conflicts', 100), mishap('calls-hang', 200)],
  }),
  drawDisaster(2, ['shop']),
];

for (const each of disasters) {
  const names = each.mishaps.map(({ scenario }) => scenario).join(', ');
  test(`a ${each.kind} with ${names} comes to the same on both ways`, async () => {
    // One after the other: the clock of a world shares its thread with nobody.
    const byWire = await weather(each, ground, { isByWire: true });
    const byShort = await weather(each, ground);
    const again = await weather(each, ground);
    assert.deepEqual(byShort, byWire);
    assert.ok(byWire.calls > 300, `only ${byWire.calls} calls`);
    assert.equal(JSON.stringify(again), JSON.stringify(byShort));
  });
}

test('a run of a sweep comes to the same on both ways', async () => {
  const { drill } = minimalSwept;
  const each = casesOf(await recorded(drill), { isAll: false }).find(
    ({ blow }) => blow.kind === 'loseAnswer',
  )!;
  const byShort = await sweepOne({ ...drill, isShort: true }, each);
  assert.deepEqual(byShort, await sweepOne(drill, each));
});
