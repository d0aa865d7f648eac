import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import { TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import fc from 'fast-check';
import { AwsError, NotSimulated } from '../../simulator/errors.ts';
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

/** What AWS's own engine matches otherwise than is documented, or what a pattern's value would have to be rounded for. */
const unanswered: Readonly<Record<string, string>> = {
  'alternatives of one field that share a value': '{"$or":[{"a":["x"]},{"a":["x","y"]}]}',
  'alternatives that share a value in each field': '{"b":[1],"$or":[{"a":["x"]},{"a":[{"prefix":"y"},"x"]}]}',
  'a literal, a range and a text for one field': '{"a":["abc",{"numeric":["<",0]},"b"]}',
  'a literal and a range that come again in another alternative':
    '{"a":["abc",{"numeric":["<",0]}],"$or":[{"b":[1]},{"c":[2]}]}',
  'a text in any case after a wildcard that opens': '{"a":[{"wildcard":"*a"},{"equals-ignore-case":"y"}]}',
  'a prefix in any case after anything-but a wildcard that opens':
    '{"a":[{"anything-but":{"wildcard":["b","*a"]}},{"prefix":{"equals-ignore-case":"y"}}]}',
  'a suffix outside ASCII after a wildcard that opens':
    '{"a":[{"wildcard":"*a"},{"anything-but":{"suffix":["é"]}}]}',
  'the empty suffix beside a number': '{"a":[{"suffix":""},5]}',
  'a character of two units in any case': '{"a":[{"equals-ignore-case":"😀"}]}',
  'anything-but of no prefix': '{"a":[{"anything-but":{"prefix":[]}}]}',
  'a number of more digits than a double has': '{"a":[1.00000000000000000001]}',
  'a bound of more than six decimals': '{"a":[{"numeric":["=",0.0000001]}]}',
  'half a surrogate pair': '{"a":["\\ud83d"]}',
  'a field without a name': '{"a":{"":[1]}}',
};

describe('no answer is made up for a pattern with', () => {
  for (const [what, pattern] of Object.entries(unanswered))
    test(what, () => assert.throws(() => compilePattern(pattern), NotSimulated));

  test('a network and an event with a number there that it would take', () => {
    const network = compilePattern('{"a":[{"cidr":"0.0.0.0/1"}]}');
    assert.throws(() => network({ a: 11 }), NotSimulated);
    assert.equal(network({ a: 91 }), false);
  });
});

describe('a pattern is compiled that is near to one without an answer:', () => {
  const near: Readonly<Record<string, string>> = {
    'alternatives of one field with different values': '{"$or":[{"a":["x"]},{"a":["z","y"]}]}',
    'alternatives of which one asks for more': '{"$or":[{"a":["x"]},{"a":["x","y"],"b":[1]}]}',
    'a literal and a range': '{"a":["y",{"numeric":["<",0]}]}',
    'a text in any case before a wildcard that opens': '{"a":[{"equals-ignore-case":"y"},{"wildcard":"*a"}]}',
    'a suffix in ASCII after a wildcard that opens': '{"a":[{"wildcard":"*a"},{"suffix":"y"}]}',
    'six decimals': '{"a":[{"numeric":["=",0.000001]},"y"]}',
    'a number in another spelling': '{"a":[3.00e2,"y"]}',
  };
  for (const [what, pattern] of Object.entries(near))
    test(what, () => assert.equal(compilePattern(pattern)({ a: 'y', b: 1 }), true));
});

test('of a name that comes twice in a pattern the last counts, path by path', () => {
  const pattern = compilePattern('{"a":{"b":[1]},"a":{"c":[2]},"d":[3],"d":[4]}');
  assert.equal(pattern({ a: { b: 1, c: 2 }, d: 4 }), true);
  assert.equal(pattern({ a: { c: 2 }, d: 4 }), false);
  assert.equal(pattern({ a: { b: 1, c: 2 }, d: 3 }), false);
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
