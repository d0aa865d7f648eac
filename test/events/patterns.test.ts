/** What wakes us: each pattern of `events/` takes its samples and nothing that only looks like them. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { compilePattern } from '../../simulator/events/pattern.ts';
import type { Json } from '../../simulator/json.ts';
import { shopPlan } from '../recovery/plans.ts';
import { eventFiles, missesOf } from './files.ts';

const patterns = eventFiles.filter(({ kind }) => kind === 'pattern');
const samples = eventFiles.filter(({ kind }) => kind === 'sample');

for (const { name, text } of patterns) {
  const matches = compilePattern(JSON.stringify(JSON.parse(text)));
  describe(`the pattern ${name}`, () => {
    const own = samples.filter((sample) => sample.name === name);
    test('has samples and near misses', () => {
      assert.ok(own.length > 0 && missesOf(name).length > 0);
    });
    for (const sample of own) {
      test(`accepts ${sample.path}`, () => assert.equal(matches(JSON.parse(sample.text) as Json), true));
    }
    for (const { why, event } of missesOf(name)) {
      test(`rejects: ${why}`, () => assert.equal(matches(event), false));
    }
    test('rejects the samples of all other patterns', () => {
      const taken = samples.filter(
        (sample) => sample.name !== name && matches(JSON.parse(sample.text) as Json),
      );
      assert.deepEqual(taken, []);
    });
  });
}

test('every sample and near miss belongs to a pattern, but for those of our own events', () => {
  const names = new Set(patterns.map(({ name }) => name));
  assert.deepEqual(
    eventFiles.filter(({ name }) => !names.has(name) && !name.startsWith('own/')).map(({ path }) => path),
    [],
  );
});

test('a sample has the envelope that EventBridge gives every event', () => {
  for (const { path, text } of samples) {
    const event = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(
      Object.keys(event),
      ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'resources', 'detail'],
      path,
    );
    assert.match(String(event['time']), /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, path);
  }
  const ids = samples.map(({ text }) => (JSON.parse(text) as { id: string }).id);
  assert.equal(new Set(ids).size, ids.length);
});

test('no pattern looks at the Region of the envelope: a Health event names its Region in its detail', () => {
  const regional = patterns.filter(({ text }) => Object.hasOwn(JSON.parse(text) as object, 'region'));
  assert.deepEqual(regional, []);
});

test('no pattern names anything of a plan', () => {
  const { plan, regions, trigger } = shopPlan();
  const own = [plan, ...Object.values(regions), ...trigger.signals.alarms];
  for (const { path, text } of patterns) {
    assert.deepEqual(
      own.filter((word) => text.includes(word)),
      [],
      path,
    );
  }
});
