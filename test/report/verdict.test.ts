import assert from 'node:assert/strict';
import test from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { verdict } from '../../report/verdict.ts';
import { sayAgainst, sayDuration, sayInstant } from '../../report/wording.ts';
import { drilled, failed } from './sample.ts';

const plain = { colours: false };

test('the verdict of a drill tells its outcome, times, phases and slowest steps in a few lines', () => {
  const text = verdict(drilled, { ...plain, evidenceDirectory: 'out/shop-drill-4f21c09be7' });
  assert.match(text, /^DRILLED {2}shop {2}shop-drill-4f21c09be7\n/);
  assert.match(text, /RTO +25 min 4 s, within the objective of 30 min\n/);
  assert.match(text, /RPO +45 min 11 s, 40 min 11 s over the objective of 5 min\n/);
  assert.match(text, /\nThe drill came to its end; a restored copy stood in for the promotion\n/);
  assert.doesNotMatch(text, /a drill has no record/);
  assert.match(text, /objectives +not judged: restoring a snapshot takes longer/);
  assert.match(text, /phases +detect 0 s, decide 0\.4 s, execute 23 min 11 s, verify 1 min 53 s\n/);
  assert.match(text, /slowest steps +databases 21 min 27 s, servers 2 min 18 s, volumes 1 min 5 s\n/);
  assert.match(text, /violations +none\n +leaks +none\n/);
  assert.match(text, /again with +npm run drill -- shop --seed 7\n/);
  assert.match(text, /evidence +out\/shop-drill-4f21c09be7\n$/);
  assert.ok(text.split('\n').length <= 18);
});

test('the verdict of a failure tells the way out, names three violations and counts the rest', () => {
  const text = verdict(failed, plain);
  assert.match(text, /^FAILED/);
  assert.match(text, /The recovery failed: databases: the replica could not be promoted\n/);
  assert.match(text, /RTO +not reached; the objective is 30 min\n/);
  assert.match(text, /databases +the replica is backing-up; wait for its backup to end, then continue\n/);
  assert.match(text, /checker-three/);
  assert.doesNotMatch(text, /checker-four/);
  assert.match(text, /and 1 more\n/);
  assert.match(text, /leak +volume vol-0leak in ap-northeast-1\n/);
  assert.doesNotMatch(text, /again with|evidence {2}/);
});

test('colours are written only when asked for, and change no word', () => {
  const coloured = verdict(failed, { colours: true });
  assert.notEqual(coloured, verdict(failed, plain));
  assert.equal(stripVTControlCharacters(coloured), verdict(failed, plain));
  const green = (text: string) => text.includes('\u001b[32m');
  assert.ok(green(verdict(drilled, { colours: true })));
  assert.ok(!green(verdict({ ...drilled, leaks: failed.leaks }, { colours: true })));
  assert.ok(!green(verdict({ ...drilled, objectives: failed.objectives }, { colours: true })));
});

test('durations, instants and objectives read as people say them', () => {
  const durations: readonly [number | null, string][] = [
    [null, 'not reached'],
    [0, '0 s'],
    [0.44, '0.4 s'],
    [59.6, '1 min'],
    [61, '1 min 1 s'],
    [3600, '1 h'],
    [7439, '2 h 4 min'],
  ];
  for (const [seconds, text] of durations) assert.equal(sayDuration(seconds), text);
  assert.equal(sayInstant('2026-03-02T09:00:00.250Z'), '2026-03-02 09:00:00 UTC');
  assert.equal(sayAgainst(300, 300), '5 min, within the objective of 5 min');
  assert.equal(sayAgainst(301, 300), '5 min 1 s, 1 s over the objective of 5 min');
});
