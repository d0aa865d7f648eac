/** Which Regions a plan may put together: nothing is copied from one partition of AWS to another. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { triggerChecks } from '../../recovery/plan/mistakes/trigger.ts';
import type { Check } from '../../recovery/plan/references.ts';

const partitions: Readonly<Record<string, readonly string[]>> = {
  'the first partition': [
    'us-east-1',
    'eu-west-1',
    'cnx-north-1',
    'xcn-north-1',
    'ap-us-gov-1',
    'x-eusc-1',
    'x-us-iso-1',
  ],
  China: ['cn-north-1', 'cn-northwest-1'],
  GovCloud: ['us-gov-east-1', 'us-gov-west-1'],
  'the sovereign one of Europe': ['eusc-de-east-1'],
  'an isolated one': ['us-iso-east-1', 'us-isob-east-1', 'eu-isoe-west-1'],
};

/** What is said of the Regions and the trigger of a plan of which nothing else is known. */
const findMistakes = (draft: Parameters<Check>[0]) => triggerChecks.flatMap((check) => [...check(draft)]);

/** The same of Regions alone. */
function told(regions: { readonly primary?: string; readonly recovery?: string; readonly witness?: string }) {
  return findMistakes({ regions }).map(({ path, message, fix }) => [path.join('.'), message, fix]);
}

const crossing = (name: string, region: string, primary: string) => [
  `regions.${name}`,
  `${region} and ${primary} are in different AWS partitions`,
  `choose a Region in the partition of ${primary}; nothing crosses partitions`,
];

for (const [name, regions] of Object.entries(partitions)) {
  const others = Object.values(partitions)
    .flat()
    .filter((region) => !regions.includes(region));

  test(`Regions of ${name} recover within it, and are watched from there`, () => {
    for (const primary of regions) {
      for (const region of regions.filter((one) => one !== primary)) {
        assert.deepEqual(told({ primary, recovery: region }), [], `${primary} and ${region}`);
        assert.deepEqual(told({ primary, witness: region }), [], `${primary} and ${region}`);
      }
      for (const region of others) {
        assert.deepEqual(told({ primary, recovery: region }), [crossing('recovery', region, primary)]);
        assert.deepEqual(told({ primary, witness: region }), [crossing('witness', region, primary)]);
      }
    }
  });
}

test('of Regions that are not known nothing is said', () => {
  assert.deepEqual(told({ recovery: 'cn-north-1', witness: 'us-east-1' }), []);
  assert.deepEqual(told({ primary: 'us-east-1' }), []);
  assert.deepEqual(findMistakes({}), []);
});

const quorum = (quorum: number | undefined, signals: object, regions: object | undefined = {}) =>
  findMistakes({ trigger: { quorum, signals }, ...(regions && { regions }) } as Parameters<
    typeof findMistakes
  >[0])
    .filter(({ message }) => message.startsWith('a quorum'))
    .map(({ path, message, fix }) => `${path.join('.')}: ${message}; ${fix}`);

test('a quorum is within reach of the places that could agree', () => {
  const probes = { url: 'https://x.example.com/' };
  const metrics = { slow: {} };
  assert.deepEqual(quorum(3, { probes, alarms: ['a'] }), [
    'trigger.quorum: a quorum of 3 is never reached: 2 signals are watched; lower it to 2, or add an alarm, probes or a witness Region',
  ]);
  assert.deepEqual(quorum(2, { probes }), [
    'trigger.quorum: a quorum of 2 is never reached: one signal is watched; add an alarm, probes or a witness Region',
  ]);
  assert.deepEqual(quorum(2, { probes, metrics }), []);
  assert.deepEqual(quorum(2, { probes, targetGroups: ['x'] }), []);
  assert.deepEqual(quorum(3, { probes, metrics, targetGroups: ['x'] }).length, 1, 'they are one place');
  assert.deepEqual(quorum(2, { probes, health: {} }), []);
  assert.deepEqual(quorum(2, { probes }, { witness: 'eu-west-1' }), []);
});

test('of a quorum, of signals and of Regions that are not known nothing is said', () => {
  const probes = { url: 'https://x.example.com/' };
  assert.deepEqual(quorum(undefined, { probes }), []);
  assert.deepEqual(quorum(9, { probes, alarms: undefined }), []);
  assert.deepEqual(quorum(9, { health: {} }), [], 'that nothing is watched is said already');
  assert.deepEqual(
    findMistakes({ trigger: { quorum: 9, signals: { probes } } }).filter(({ message }) =>
      /quorum/.test(message),
    ),
    [],
  );
});

test('a metric has thirty dimensions at the most', () => {
  const told = (count: number) => {
    const dimensions = Object.fromEntries(Array.from({ length: count }, (_, n) => [`d${n}`, 'x']));
    const metrics = { slow: { dimensions, above: 1 } };
    return findMistakes({ trigger: { signals: { alarms: ['a', 'b'], metrics } } }).map(
      ({ message }) => message,
    );
  };
  assert.deepEqual(told(30), []);
  assert.deepEqual(told(31), ['31 dimensions are more than the 30 that a metric of CloudWatch can have']);
});
