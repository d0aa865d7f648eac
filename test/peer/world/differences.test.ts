/** That the comparison with moto sees what it should see, without moto: an answer of the simulator against itself, changed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { isolateFromMachine } from '../../../drill/isolation.ts';
import { buildWorld } from '../../../simulator/world/build.ts';
import { shopWorld } from '../../drill/shop.ts';
import type { Answer, Question } from './clients.ts';
import { differencesIn, keyOf } from './compare.ts';
import { entriesOf, judged } from './differences.ts';
import { OurSide } from './sides.ts';
import { peersPage, withTable } from './table.ts';

isolateFromMachine(process.env);
const ours = new OurSide(buildWorld(shopWorld(), { seed: 7 }));
const instances: Question = {
  service: 'ec2',
  region: 'ap-northeast-1',
  operation: 'DescribeInstances',
  input: { Filters: [{ Name: 'tag:Environment', Values: ['DR'] }] },
};
const answer = await ours.ask(instances);
const refusal = await ours.ask({ ...instances, input: { InstanceIds: ['i-0fffffffffffffff1'] } });

/** The first of what a list of an answer holds, to be changed. */
type Item = Record<string, unknown>;

/** The keys of the differences between an answer and itself, changed. */
function seen(given: Answer, change: (copy: Answer) => Answer, atRest = true): readonly string[] {
  const copy = structuredClone(given);
  return differencesIn([{ question: instances, ours: [given], theirs: [change(copy)], atRest }]).map(keyOf);
}

/** The same answer with its first instance changed. */
function changed(change: (instance: Item) => void): (copy: Answer) => Answer {
  return (copy) => {
    assert.ok(copy.ok);
    const { Reservations } = copy.output as { readonly Reservations: readonly { Instances: Item[] }[] };
    for (const { Instances } of Reservations) for (const instance of Instances) change(instance);
    return copy;
  };
}

const inInstances = 'ec2:DescribeInstances Reservations[].Instances[]';

test('the same answer twice is no difference, nor are other names and other instants', () => {
  assert.deepEqual(
    seen(answer, (copy) => copy),
    [],
  );
  const renamed = changed((instance) => {
    instance['InstanceId'] = 'i-00000000000000000';
    instance['LaunchTime'] = new Date(0);
  });
  assert.deepEqual(seen(answer, renamed), []);
});

test('a member that one side lacks is named', () => {
  const without = changed((instance) => delete instance['StateTransitionReason']);
  assert.deepEqual(seen(answer, without), [`${inInstances}.StateTransitionReason: ours string, theirs none`]);
  const more = changed((instance) => {
    instance['Invented'] = { deep: { inside: 1 } };
  });
  assert.deepEqual(seen(answer, more), [`${inInstances}.Invented: ours none, theirs structure`]);
});

test('a member of another kind is named', () => {
  const text = changed((instance) => {
    instance['AmiLaunchIndex'] = '0';
    instance['LaunchTime'] = 'now';
  });
  assert.deepEqual(seen(answer, text), [
    `${inInstances}.AmiLaunchIndex: ours number, theirs string`,
    `${inInstances}.LaunchTime: ours date, theirs string`,
  ]);
});

test('what callers decide by must be the same while nothing is under way, and only then', () => {
  const running = changed((instance) => {
    instance['State'] = { Code: 16, Name: 'running' };
    instance['EbsOptimized'] = true;
  });
  assert.deepEqual(seen(answer, running), [
    `${inInstances}.EbsOptimized: ours "false", theirs "true"`,
    `${inInstances}.State.Name: ours "stopped", theirs "running"`,
  ]);
  assert.deepEqual(seen(answer, running, false), []);
});

test('a list that holds more on one side is named', () => {
  const fewer = (copy: Answer): Answer => {
    assert.ok(copy.ok);
    return { ok: true, output: { Reservations: (copy.output['Reservations'] as Item[]).slice(1) } };
  };
  assert.deepEqual(seen(answer, fewer), [
    'ec2:DescribeInstances Reservations: ours more elements, theirs fewer elements',
  ]);
});

test('another code, fault or status of an error is named, and an answer in its place', () => {
  const not = 'ec2:DescribeInstances answer: ours InvalidInstanceID.NotFound (client fault, 400), theirs';
  const other = (change: object) => (copy: Answer) => {
    assert.ok(!copy.ok);
    return { ok: false as const, error: { ...copy.error, ...change } };
  };
  assert.deepEqual(seen(refusal, other({ name: 'NotFound' })), [`${not} NotFound (client fault, 400)`]);
  assert.deepEqual(seen(refusal, other({ fault: 'server', status: 500 })), [
    `${not} InvalidInstanceID.NotFound (server fault, 500)`,
  ]);
  assert.deepEqual(
    seen(refusal, () => answer),
    [`${not} an answer`],
  );
});

test('a difference that is judged twice is refused', () => {
  assert.throws(() => entriesOf([...judged, ...judged.slice(0, 1)]), /judged twice/);
});

test('every judgement names a document of AWS and a place in it', () => {
  for (const { source, why } of judged)
    assert.match(source, /(Reference|Guide)\b.*, .+/, `${why}: ${source}`);
});

test('the table of docs/peers.md is what differences.yaml says now', () => {
  const page = readFileSync(peersPage, 'utf8');
  assert.ok(withTable(page) === page, 'docs/peers.md is stale: run node test/peer/world/table.ts');
});
