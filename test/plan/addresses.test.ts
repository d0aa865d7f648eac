/** What is said of the addresses of a plan: values that are none of their type, names that are moved twice or asked too early. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { addressChecks } from '../../recovery/plan/mistakes/addresses.ts';
import type { Check } from '../../recovery/plan/references.ts';

const said = (draft: object) =>
  addressChecks
    .flatMap((check) => [...check(draft as Parameters<Check>[0])])
    .map(({ path, message, fix }) => `${path.join('.')}: ${message}; ${fix}`);
const record = (
  type: string | undefined,
  value: string | undefined,
  name = 'x.example.com',
  zone = 'Z1',
) => ({
  record: { zone, name, type, value },
});
const ofValue = (type: string | undefined, value: string | undefined) =>
  said({ traffic: [record(type, value)] }).map((each) => each.replace('traffic.0.record.value: ', ''));

test('a record has a value of its type', () => {
  assert.deepEqual(ofValue('A', '203.0.113.10'), []);
  assert.deepEqual(ofValue('A', '2001:db8::1'), [
    '2001:db8::1 is not an IPv4 address; write an IPv4 address, or type: CNAME for a name',
  ]);
  assert.deepEqual(ofValue('AAAA', '2001:db8::1'), []);
  assert.deepEqual(ofValue('AAAA', '203.0.113.10'), [
    '203.0.113.10 is not an IPv6 address; write an IPv6 address, or type: CNAME for a name',
  ]);
  assert.deepEqual(ofValue('CNAME', 'y.example.com'), []);
  assert.deepEqual(ofValue('CNAME', 'x.example.com'), [
    'the record would lead to itself; write the name of the recovery Region',
  ]);
  for (const [value, type] of [
    ['203.0.113.10', 'A'],
    ['2001:db8::1', 'AAAA'],
  ])
    assert.deepEqual(ofValue('CNAME', value), [
      `${value} is an address, and a CNAME leads to a name; write type: ${type}`,
    ]);
  assert.deepEqual(ofValue('CNAME', 'Y.example.com'), [
    'Y.example.com is not a domain name; write a full name in lower case, without the last dot',
  ]);
  assert.deepEqual(ofValue(undefined, 'x'), []);
  assert.deepEqual(ofValue('A', undefined), []);
  assert.deepEqual(ofValue('TXT', undefined), []);
  assert.deepEqual(ofValue('CNAME', undefined), []);
});

test('text is in double quotes, 255 characters at most in each', () => {
  const x = (count: number) => 'x'.repeat(count);
  for (const value of ['""', '"v=spf1 -all"', `"${x(255)}"`, '"a" "b"', '"a" "" "c"', `"a" "${x(255)}"`])
    assert.deepEqual(ofValue('TXT', value), [], value);
  for (const value of [
    'x',
    '"x',
    'x"',
    'x "a"',
    '"a" x',
    '"a""b"',
    '"a"  "b"',
    `"${x(256)}"`,
    `"a" "${x(256)}"`,
  ])
    assert.deepEqual(
      ofValue('TXT', value),
      [
        `Route 53 wants text in double quotes, 255 characters at most in each; write '"${value.replace(/"/g, '')}"'`,
      ],
      value,
    );
});

test('a CNAME stands alone at its name, and nothing is changed twice', () => {
  const together = (...records: readonly object[]) => said({ traffic: records });
  const [a, aaaa, cname] = [
    record('A', '203.0.113.10'),
    record('AAAA', '2001:db8::1'),
    record('CNAME', 'y.example.com'),
  ];
  const alone =
    'traffic.1.record: a CNAME at x.example.com allows no other record there; use A and AAAA records';
  assert.deepEqual(together(a, aaaa), []);
  assert.deepEqual(together(a, cname), [alone]);
  assert.deepEqual(together(cname, aaaa), [alone]);
  assert.deepEqual(together(a, a), [
    'traffic.1.record: x.example.com A is changed twice; remove one of the two',
  ]);
  assert.deepEqual(together(cname, cname), [
    'traffic.1.record: x.example.com CNAME is changed twice; remove one of the two',
  ]);
  assert.deepEqual(together(a, record('A', '203.0.113.10', 'x.example.com', 'Z2')), [], 'another zone');
  assert.deepEqual(together(a, record('A', '203.0.113.10', 'y.example.com')), [], 'another name');
  const unknown = { record: { zone: undefined, name: undefined, type: undefined, value: undefined } };
  assert.deepEqual(together(unknown, unknown), []);
  for (const part of ['zone', 'name', 'type']) {
    const half = { record: { ...a.record, [part]: undefined } };
    assert.deepEqual(together(half, half), [], `of a record without its ${part}`);
  }
});

const check = (name: string, target = 'dr.example.com') => ({ via: 'healthCheck', name, target });

test('a name is moved once, whichever way', () => {
  const twice = (place: number, name: string) =>
    `traffic.${place}.name: ${name} is moved twice; remove one of the two`;
  assert.deepEqual(said({ traffic: [check('x.example.com'), check('y.example.com')] }), []);
  assert.deepEqual(said({ traffic: [check('x.example.com'), check('x.example.com')] }), [
    twice(1, 'x.example.com'),
  ]);
  const both = [check('x.example.com'), record('A', '203.0.113.10')];
  assert.deepEqual(said({ traffic: both }), [twice(0, 'x.example.com')]);
  assert.deepEqual(said({ traffic: both.toReversed() }), [twice(1, 'x.example.com')]);
});

test('a recovery is verified by a name that leads to its Region already', () => {
  const of = (http: string | undefined) =>
    said({ traffic: [record('A', '203.0.113.10'), check('live.example.com')], verify: [{ http }] });
  const early = (host: string) => [
    `verify.0.http: ${host} leads to the primary Region until traffic moves it; ask a name that always leads to the recovery Region`,
  ];
  assert.deepEqual(of('https://x.example.com/healthz'), early('x.example.com'));
  assert.deepEqual(of('http://X.example.com:8080/healthz'), early('x.example.com'));
  assert.deepEqual(of('https://live.example.com'), early('live.example.com'));
  assert.deepEqual(of('https://recovery.example.com/?https://x.example.com/'), []);
  assert.deepEqual(of('see https://x.example.com/'), []);
  assert.deepEqual(of(undefined), []);
  assert.deepEqual(said({ verify: [{ http: 'https://x.example.com/' }] }), []);
});
