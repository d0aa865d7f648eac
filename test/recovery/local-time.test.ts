import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { timeZonePattern } from '../../recovery/plan/patterns.ts';
import { instantOf, timeZoneMistake, type WallTime, wallTimeAt } from '../../recovery/practice/local-time.ts';
import { instantsOf, isTimeZone, wallAt } from '../../simulator/events/local-time.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Zones that change at night, at midnight, by half an hour, by two hours, for a month, by a day, and not at all. */
const zones = [
  'UTC',
  'Asia/Seoul',
  'America/New_York',
  'Europe/Berlin',
  'America/Sao_Paulo',
  'America/Santiago',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Asia/Pyongyang',
  'Pacific/Apia',
];

const msOf = ({ year, month, day, hour, minute }: WallTime) => Date.UTC(year, month - 1, day, hour, minute);
const isoOf = (ms: number) => new Date(ms).toISOString();
const iso = (ms: number | undefined) => (ms === undefined ? undefined : isoOf(ms));
const offsetOf = (atMs: number, zone: string) => wallAt(atMs, zone) - atMs;

/** The minutes from 2010 to 2035 at which the clocks of a zone are put forward or back. */
function changesOf(zone: string): readonly number[] {
  const found: number[] = [];
  const stepMs = 7 * dayMs;
  for (let fromMs = Date.UTC(2010, 0, 1); fromMs < Date.UTC(2035, 0, 1); fromMs += stepMs) {
    let [before, after] = [fromMs, fromMs + stepMs];
    if (offsetOf(before, zone) === offsetOf(after, zone)) continue;
    while (after - before > minuteMs) {
      const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
      if (offsetOf(middle, zone) === offsetOf(before, zone)) before = middle;
      else after = middle;
    }
    found.push(after);
  }
  return found;
}

const changes = zones.flatMap((zone) => changesOf(zone).map((atMs) => ({ zone, atMs })));
/** A day and more to either side: that is how far clocks are put where a day is left out. */
const someMinutes = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -2000, max: 2000 }));
const nearChange = fc
  .tuple(fc.constantFrom(...changes), someMinutes)
  .map(([{ zone, atMs }, minutes]) => ({ zone, atMs: atMs + minutes * minuteMs }));
const anywhere = fc.record({
  zone: fc.constantFrom(...zones),
  atMs: fc
    .integer({ min: Date.UTC(2010, 0, 1) / minuteMs, max: Date.UTC(2035, 0, 1) / minuteMs })
    .map((minutes) => minutes * minuteMs),
});

test('a plan and EventBridge Scheduler read the same time off the same clock, before and after each change of it', () => {
  fc.assert(
    fc.property(fc.oneof(nearChange, anywhere), ({ zone, atMs }) => {
      assert.equal(isoOf(msOf(wallTimeAt(isoOf(atMs), zone))), isoOf(wallAt(atMs, zone)));
    }),
    { seed: 7, numRuns: 1500 },
  );
});

test('a plan and EventBridge Scheduler mean the same instant by a time: none where it is skipped, the first where it comes twice', () => {
  const met = [0, 0, 0];
  fc.assert(
    fc.property(fc.constantFrom(...changes), someMinutes, ({ zone, atMs }, minutes) => {
      const wallMs = wallAt(atMs, zone) + minutes * minuteMs;
      const all = instantsOf(wallMs, zone);
      const at = new Date(wallMs);
      const wall: WallTime = {
        year: at.getUTCFullYear(),
        month: at.getUTCMonth() + 1,
        day: at.getUTCDate(),
        hour: at.getUTCHours(),
        minute: at.getUTCMinutes(),
      };
      assert.equal(instantOf(wall, zone), iso(all[0]));
      for (const instant of all) assert.equal(wallAt(instant, zone), wallMs);
      met[all.length]! += 1;
    }),
    { seed: 7, numRuns: 1500 },
  );
  for (const times of met) assert.ok(times > 80, `skipped, once and twice: ${met}`);
});

test('an instant is among those that its own time on the wall stands for', () => {
  fc.assert(
    fc.property(fc.oneof(nearChange, anywhere), ({ zone, atMs }) => {
      assert.ok(instantsOf(wallAt(atMs, zone), zone).includes(atMs));
      const first = instantOf(wallTimeAt(isoOf(atMs), zone), zone);
      assert.ok(first !== undefined && Date.parse(first) <= atMs);
    }),
    { seed: 7, numRuns: 800 },
  );
});

test('a plan takes the names of time zones that EventBridge Scheduler takes, and no others', () => {
  const known = Intl.supportedValuesOf('timeZone');
  const others = ['US/Eastern', 'Japan', 'Asia/Calcutta', 'GMT', 'Etc/GMT+5', 'EST5EDT', 'NZ-CHAT'];
  const wrong = ['Nowhere', 'Asia/Atlantis', 'Asia/tokyo', 'asia/calcutta', 'US/eastern', 'utc', 'Asia'];
  const names = [...known, ...others].flatMap((name) => [name, name.toLowerCase(), name.toUpperCase()]);
  for (const name of [...names, ...wrong].filter((written) => timeZonePattern.test(written)))
    assert.equal(timeZoneMistake(name) === undefined, isTimeZone(name), name);
  for (const name of wrong) assert.ok(!isTimeZone(name), name);
  const meant = {
    'asia/tokyo': 'Asia/Tokyo',
    utc: 'UTC',
    'US/eastern': 'America/New_York',
    nowhere: undefined,
  };
  for (const [name, zone] of Object.entries(meant))
    assert.deepEqual(timeZoneMistake(name), zone === undefined ? {} : { meant: zone }, name);
  for (const name of [...known, ...others]) assert.ok(isTimeZone(name), name);
});
