import assert from 'node:assert/strict';
import test from 'node:test';
import { drawnSetting, settingNames, varied } from '../../drill/storm/settings.ts';
import { ground, happen } from './ground.ts';

test('every share of the chances leads to a setting, and the usual one leaves everything as it is', () => {
  const drawn = Array.from({ length: 200 }, (_, n) => drawnSetting(n / 200));
  assert.deepEqual([...new Set(drawn)].sort(), [...settingNames].sort());
  assert.deepEqual(varied('usual', ground).plans, ground.plans);
});

test('a plan that differs in a setting has another hash, and the others keep theirs', () => {
  for (const setting of settingNames) {
    const { plans } = varied(setting, ground);
    const isSame = setting === 'usual' || setting === 'forty';
    assert.equal(plans[0]?.hash === ground.plans[0]?.hash, isSame, setting);
    assert.equal(new Set(plans.map(({ plan }) => plan)).size, plans.length);
  }
});

test('a lost Region is recovered by a change of a record as well', async () => {
  const outage = { scenario: 'primary-outage', atSeconds: 60, forSeconds: 3000, strength: 0.5 };
  const weathered = await happen({ kind: 'outage', setting: 'record', mishaps: [outage] });
  assert.deepEqual([weathered.outcomes, weathered.violations], [['recovered'], []]);
});
