import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import { TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import fc from 'fast-check';
import { AwsError } from '../../simulator/errors.ts';
import { compilePattern } from '../../simulator/events/pattern.ts';
import type { Json } from '../../simulator/json.ts';
import { eventBridge, openWorld, readCases } from './stepfunctions-world.ts';

interface Match {
  readonly name: string;
  readonly pattern: object;
  /** The event of `pattern-event.json` if absent. */
  readonly event?: object;
  readonly matches: boolean;
}

interface Refused {
  readonly name: string;
  readonly pattern: string;
  readonly reason: string;
}

const ordinary = JSON.parse(
  readFileSync(new URL('./cases/pattern-event.json', import.meta.url), 'utf8'),
) as Json;

function matches(pattern: object, event: Json): boolean {
  return compilePattern(JSON.stringify(pattern))(event);
}

describe('a pattern', () => {
  for (const { name, pattern, event, matches: expected } of readCases<Match>('patterns.json')) {
    test(name, () => assert.equal(matches(pattern, (event as Json | undefined) ?? ordinary), expected));
  }
});

describe('EventBridge refuses', () => {
  for (const { name, pattern, reason } of readCases<Refused>('patterns-refused.json')) {
    test(name, () => {
      assert.throws(
        () => compilePattern(pattern),
        (error) => {
          assert.ok(error instanceof AwsError);
          assert.equal(error.code, 'InvalidEventPatternException');
          assert.match(error.message, /^Event pattern is not valid\. Reason: /);
          assert.ok(error.message.includes(reason), error.message);
          return true;
        },
      );
    });
  }
});

test('TestEventPattern tells whether an event matches, and refuses what is none', async () => {
  const sim = openWorld();
  const event = {
    id: 'i',
    'detail-type': 't',
    source: 's',
    account: 'a',
    time: 't',
    region: 'r',
    resources: [],
    detail: {},
  };
  const ask = (pattern: object, given: object) => {
    const command = new TestEventPatternCommand({
      EventPattern: JSON.stringify(pattern),
      Event: JSON.stringify(given),
    });
    return sim.clock.drive(eventBridge(sim).send(command));
  };
  assert.equal((await ask({ source: ['s'] }, event)).Result, true);
  assert.equal((await ask({ source: ['x'] }, event)).Result, false);
  await assert.rejects(ask({ source: 's' }, event), { name: 'InvalidEventPatternException' });
  await assert.rejects(ask({ source: ['s'] }, {}), { name: 'ValidationException' });
});

const name = fc.stringMatching(/^[a-z]{1,3}$/);
const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const flat = fc.dictionary(name, leaf, { minKeys: 1, noNullPrototype: true });
const text = fc.stringMatching(/^[ab*\\]{0,5}$/);

test('the values of an event are a pattern that matches it', () => {
  const property = fc.property(flat, flat, (detail, other) => {
    const pattern = Object.fromEntries(Object.entries(detail).map(([key, value]) => [key, [value]]));
    assert.ok(matches({ detail: pattern }, { detail: { ...other, ...detail } }));
  });
  fc.assert(property, { seed: 7 });
});

test('one more field in a pattern never makes it match more', () => {
  const property = fc.property(flat, flat, flat, (one, more, event) => {
    const listed = (given: Record<string, Json>) =>
      Object.fromEntries(Object.entries(given).map(([key, value]) => [key, [value]]));
    if (matches({ ...listed(more), ...listed(one) }, event)) assert.ok(matches(listed(one), event));
  });
  fc.assert(property, { seed: 7 });
});

test('anything-but is the contrary of the value where the field is there', () => {
  const property = fc.property(fc.oneof(fc.string(), fc.integer()), leaf, (unwanted, value) => {
    assert.equal(
      matches({ f: [{ 'anything-but': unwanted }] }, { f: value }),
      !matches({ f: [unwanted] }, { f: value }),
    );
    assert.equal(matches({ f: [{ 'anything-but': unwanted }] }, {}), false);
  });
  fc.assert(property, { seed: 7 });
});

test('exists: true and exists: false are contraries', () => {
  const value = fc.oneof(leaf, fc.array(leaf), flat);
  const property = fc.property(fc.option(value, { nil: undefined }), (given) => {
    const event = given === undefined ? {} : { f: given as Json };
    assert.notEqual(matches({ f: [{ exists: true }] }, event), matches({ f: [{ exists: false }] }, event));
  });
  fc.assert(property, { seed: 7 });
});

test('$or holds where one of its alternatives does', () => {
  const property = fc.property(leaf, leaf, flat, (a, b, event) => {
    const [first, second] = [{ a: [a] }, { b: [b] }];
    assert.equal(matches({ $or: [first, second] }, event), matches(first, event) || matches(second, event));
  });
  fc.assert(property, { seed: 7 });
});

test('a range holds where both its bounds do', () => {
  const number = fc.integer({ min: -50, max: 50 });
  const property = fc.property(number, number, number, (low, high, value) => {
    fc.pre(low < high);
    const event = { f: value };
    const both =
      matches({ f: [{ numeric: ['>=', low] }] }, event) && matches({ f: [{ numeric: ['<', high] }] }, event);
    assert.equal(matches({ f: [{ numeric: ['>=', low, '<', high] }] }, event), both);
  });
  fc.assert(property, { seed: 7 });
});

test('a wildcard of an escaped text matches that text alone, and a prefix is a wildcard at the end', () => {
  const property = fc.property(text, text, (sought, value) => {
    const escaped = sought.replace(/[*\\]/g, '\\$&');
    assert.equal(matches({ f: [{ wildcard: escaped }] }, { f: value }), sought === value);
    assert.equal(matches({ f: [{ wildcard: `${escaped}*` }] }, { f: value }), value.startsWith(sought));
  });
  fc.assert(property, { seed: 7, numRuns: 300 });
});
