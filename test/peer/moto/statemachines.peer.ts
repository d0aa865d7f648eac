import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { type Compared, runBoth } from './asl/both.ts';
import { deployedMachines } from './asl/deployed.ts';
import { differences } from './asl/deviations.ts';

const machines = deployedMachines();
const outcomes = new Map<string, Compared>();

before(async () => {
  for (const one of await runBoth(machines, { atOnce: 3, mendsPaths: true }))
    outcomes.set(one.machine.name, one);
});

for (const machine of ['failover', 'drill', 'remount', 'response']) {
  test(`the machine of ${machine} goes the same way in both engines, whatever its functions answer`, () => {
    const ran = [...outcomes].filter(([name]) => name.startsWith(`${machine}: `));
    assert.ok(ran.length >= 8, `${ran.length} scripts`);
    const different = ran.flatMap(([name, { ours, theirs }]) => {
      const found = differences(ours, theirs);
      return Object.keys(found).length === 0 ? [] : [{ name, ours, theirs: found }];
    });
    assert.deepEqual(different, []);
  });
}

test('the scripts reach every state of every machine', () => {
  const reached = new Set([...outcomes.values()].flatMap(({ ours }) => Object.values(ours.entered).flat()));
  const states = machines.flatMap(({ definition }) => [
    ...JSON.stringify(definition).matchAll(/"(?:Next|StartAt|Default)":"(\w+)"/g),
  ]);
  assert.deepEqual(
    [...new Set(states.map(([, name]) => name!))].filter((name) => !reached.has(name)),
    [],
  );
});
