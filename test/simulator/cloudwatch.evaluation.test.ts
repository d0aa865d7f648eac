import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { judge, type TreatMissingData, type Verdict } from '../../simulator/cloudwatch/evaluation.ts';

const treatments: readonly TreatMissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const letters = { '0': 'within', X: 'breaching', '-': 'missing' } as const;

/** Points as the guide writes them, the newest last. */
function read(points: string): Verdict[] {
  return points
    .split(' ')
    .map((letter) => letters[letter as keyof typeof letters])
    .reverse();
}

function rowOf(points: string, datapointsToAlarm: number): string[] {
  return treatments.map((treat) => judge(read(points), 3, datapointsToAlarm, treat));
}

// CloudWatch User Guide, "How alarm state is evaluated when data is missing": both tables, columns in this order.
const tables: readonly (readonly [string, number, string, string, string, string])[] = [
  ['0 - X - X', 3, 'OK', 'OK', 'OK', 'OK'],
  ['- - - - 0', 3, 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 3, 'INSUFFICIENT_DATA', 'retain', 'ALARM', 'OK'],
  ['0 X X - X', 3, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 3, 'ALARM', 'retain', 'ALARM', 'OK'],
  ['0 - X - X', 2, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 2, 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 2, 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 2, 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 2, 'ALARM', 'retain', 'ALARM', 'OK'],
];

for (const [points, datapointsToAlarm, ...expected] of tables) {
  test(`${datapointsToAlarm} out of 3 over ${points} is what the guide's table says`, () => {
    assert.deepEqual(rowOf(points, datapointsToAlarm), expected);
  });
}

test('a breaching point that is too young to be sure of leaves the state as it is', () => {
  assert.equal(judge(read('- - - - X'), 3, 3, 'missing'), 'retain');
  assert.equal(judge(read('- - - X -'), 3, 3, 'missing'), 'retain');
});

const verdict = fc.constantFrom<Verdict>('within', 'breaching', 'missing');

test('with enough real points the treatment of missing ones does not matter', () => {
  fc.assert(
    fc.property(
      fc.array(verdict, { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 1, max: 3 }),
      (points, datapointsToAlarm) => {
        fc.pre(points.filter((point) => point !== 'missing').length >= 3);
        const states = treatments.map((treat) => judge(points, 3, datapointsToAlarm, treat));
        assert.equal(new Set(states).size, 1);
      },
    ),
    { seed: 11 },
  );
});

test('no data ever alarms where missing points count as good ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom<Verdict>('within', 'missing'), { minLength: 5, maxLength: 5 }),
      (points) => {
        assert.equal(judge(points, 3, 1, 'notBreaching'), 'OK');
      },
    ),
    { seed: 12 },
  );
});
