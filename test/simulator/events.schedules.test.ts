import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { nextOf, readTiming } from '../../simulator/events/schedule-expression.ts';

interface Case {
  readonly name: string;
  readonly expression: string;
  readonly timeZone?: string;
  /** Where counting begins; the first of `times` is after it. */
  readonly after?: string;
  readonly times?: readonly string[];
  readonly refused?: boolean;
}

const cases = JSON.parse(
  readFileSync(new URL('cases/schedules.json', import.meta.url), 'utf8'),
) as readonly Case[];

for (const { name, expression, timeZone, after = '', times = [], refused } of cases) {
  test(`schedules: ${name}`, () => {
    if (refused) {
      assert.throws(() => readTiming(expression, timeZone), { code: 'ValidationException' });
      return;
    }
    const timing = readTiming(expression, timeZone);
    const startMs = Date.parse(after);
    const found: string[] = [];
    for (let atMs: number | undefined = startMs; found.length < Math.max(1, times.length); ) {
      atMs = nextOf(timing, startMs, atMs);
      if (atMs === undefined) break;
      found.push(new Date(atMs).toISOString().replace('.000Z', 'Z'));
    }
    assert.deepEqual(found, times);
  });
}

for (const expression of ['cron(0 9 LW * ? *)', 'cron(0 9 ? * FRI-MON *)', 'cron(0 9 ? * 2/2 *)']) {
  test(`${expression} stops the run: AWS does not say what it means`, () => {
    assert.throws(() => readTiming(expression), { name: 'NotSimulated' });
  });
}
