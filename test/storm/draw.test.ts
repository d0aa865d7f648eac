import assert from 'node:assert/strict';
import test from 'node:test';
import { scenarios } from '../../drill/scenarios/scenarios.ts';
import { type Disaster, disasterKinds } from '../../drill/storm/disaster.ts';
import { parseDisaster, printDisaster } from '../../drill/storm/disaster-file.ts';
import { drawDisaster } from '../../drill/storm/draw.ts';
import { settingNames } from '../../drill/storm/settings.ts';

const many = Array.from({ length: 600 }, (_, seed) => drawDisaster(seed, ['shop']));
const namesIn = ({ mishaps }: Disaster) => mishaps.map(({ scenario }) => scenario);

test('the same seed draws the same disaster, and another one another', () => {
  assert.deepEqual(drawDisaster(17, ['shop']), drawDisaster(17, ['shop']));
  const different = new Set(many.map(({ seed: _, ...rest }) => JSON.stringify(rest)));
  assert.ok(different.size > 550, `${different.size} of 600 differ`);
});

test('some hundred seeds draw every scenario, every setting and every kind', () => {
  const drawn = new Set(many.flatMap(namesIn));
  assert.deepEqual([...drawn].sort(), Object.keys(scenarios).sort());
  assert.deepEqual([...new Set(many.map(({ setting }) => setting))].sort(), [...settingNames].sort());
  assert.deepEqual([...new Set(many.map(({ kind }) => kind))].sort(), [...disasterKinds].sort());
});

test('an outage takes the application away in one way, and noise, drills and practice in none', () => {
  for (const drawn of many) {
    const outages = namesIn(drawn).filter((name) => scenarios[name]?.isOutage);
    if (drawn.kind === 'outage') assert.equal(outages.length, 1, `seed ${drawn.seed}`);
    else if (drawn.kind !== 'byHand') assert.deepEqual(outages, [], `seed ${drawn.seed}`);
  }
});

test('of scenarios that break the same thing a disaster has one', () => {
  for (const drawn of many) {
    const broken = namesIn(drawn).flatMap((name) => scenarios[name]?.breaks ?? []);
    assert.deepEqual(broken, [...new Set(broken)], `seed ${drawn.seed}`);
  }
});

test('every mishap lasts as long as its scenario may', () => {
  for (const { scenario, forSeconds, strength } of many.flatMap(({ mishaps }) => mishaps)) {
    const [least, most] = scenarios[scenario]?.seconds ?? [0, 0];
    assert.ok(forSeconds >= least && forSeconds <= most, `${scenario} lasts ${forSeconds} s`);
    assert.ok(strength >= 0 && strength < 1, `${scenario} ${strength}`);
  }
});

test('a disaster that was printed is read back as it was', () => {
  for (const drawn of many) assert.deepEqual(parseDisaster(printDisaster(drawn)), drawn);
});

test('a disaster with a mistake is refused with what is wrong and where', () => {
  const drawn = drawDisaster(1, ['shop']);
  const [mishap] = drawn.mishaps;
  const wrong = { ...drawn, mishaps: [{ ...mishap, scenario: 'no-such-thing' }] };
  assert.throws(
    () => parseDisaster(JSON.stringify(wrong)),
    /mishaps\.0\.scenario: there is no such scenario/,
  );
  assert.throws(() => parseDisaster(JSON.stringify({ ...drawn, more: 1 })), TypeError);
  assert.throws(() => parseDisaster('{'), SyntaxError);
});
