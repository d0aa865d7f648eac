import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { durationPattern, formatDuration, parseDuration } from '../../recovery/plan/durations.ts';

const seed = 20261121;

test('durations read as people write them', () => {
  const written = {
    '60s': 60,
    '30m': 1_800,
    '26h': 93_600,
    '7d': 604_800,
    '1h30m': 5_400,
    '1d2h3m4s': 93_784,
    '0s': 0,
    '007m': 420,
    '1234d': 106_617_600,
    '12345h': 44_442_000,
    '123456m': 7_407_360,
    '1234567s': 1_234_567,
  };
  for (const [text, seconds] of Object.entries(written)) assert.equal(parseDuration(text), seconds, text);
});

test('what is no duration is not guessed at', () => {
  for (const text of [
    '',
    '5',
    'm',
    '1.5h',
    '-5m',
    '30m6h',
    '5 m',
    '5min',
    'PT5M',
    '1h1h',
    '5M',
    '30m\n',
    ' 30m',
    'x30m',
    '12345d',
    '123456h',
    '1234567m',
    '12345678s',
    '1m1h',
    '1s1m',
    '1h1d',
  ]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test('a duration is written the usual way', () => {
  const written = {
    0: '0s',
    59: '59s',
    60: '1m',
    90: '1m30s',
    3600: '1h',
    86400: '24h',
    93600: '26h',
    172800: '2d',
    604801: '168h1s',
    172801: '48h1s',
    3601: '1h1s',
    7260: '2h1m',
  };
  for (const [seconds, text] of Object.entries(written)) assert.equal(formatDuration(Number(seconds)), text);
});

test('what is written reads back as the same seconds, and is a duration of the schema', () => {
  fc.assert(
    fc.property(fc.nat(100_000_000), (seconds) => {
      const text = formatDuration(seconds);
      assert.equal(parseDuration(text), seconds);
      assert.match(text, durationPattern);
    }),
    { seed },
  );
});

test('writing again what was read changes nothing more', () => {
  const part = (unit: string) =>
    fc.option(
      fc.nat(999).map((count) => `${count}${unit}`),
      { nil: '' },
    );
  const text = fc.tuple(part('d'), part('h'), part('m'), part('s')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (written) => {
      const seconds = parseDuration(written);
      if (written === '') return assert.equal(seconds, undefined);
      const usual = formatDuration(seconds!);
      assert.equal(formatDuration(parseDuration(usual)!), usual);
    }),
    { seed },
  );
});

test('a broken number is a defect, not a duration', () => {
  for (const seconds of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => formatDuration(seconds), {
      name: 'RangeError',
      message: `${seconds} is not a whole number of seconds`,
    });
  }
});
