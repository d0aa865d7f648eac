import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import type { JsonObject } from '../../../simulator/json.ts';
import { type Compared, runBoth } from './asl/both.ts';
import { type Machine, readCorpus } from './asl/corpus.ts';
import { deviations, differences, unexplained } from './asl/deviations.ts';

const corpus = readCorpus();
/** What a difference looks like: these have another definition in moto's engine. */
const counterfeits = readCounterfeits();
const outcomes = new Map<string, Compared>();

before(async () => {
  const compared = await runBoth([...corpus, ...counterfeits.keys()], {
    inTheirs: (machine) => counterfeits.get(machine) ?? machine,
  });
  for (const one of compared) outcomes.set(one.machine.name, one);
});

test('the corpus is as large as it is said to be, and each machine has a name of its own', () => {
  assert.ok(corpus.length >= 300, `${corpus.length} machines`);
  assert.equal(new Set(corpus.map(({ name }) => name)).size, corpus.length);
  const known = [...deviations.keys()].filter((name) => !corpus.some((machine) => machine.name === name));
  assert.deepEqual(known, [], 'a deviation of a machine that is not in the corpus');
});

test('each machine has the same output, order of states and errors in both engines, but for what is explained', () => {
  const strange = corpus.flatMap(({ name }) => {
    const { ours, theirs } = outcomes.get(name)!;
    return unexplained(name, differences(ours, theirs)) ?? [];
  });
  assert.deepEqual(strange, []);
});

for (const { name } of counterfeits.keys()) {
  test(`another definition in one engine is found out: ${name}`, () => {
    const { ours, theirs } = outcomes.get(name)!;
    const found = differences(ours, theirs);
    assert.ok(name in found, JSON.stringify(found));
    assert.match(unexplained(name, found) ?? '', /moto differs by/);
  });
}

test('an explanation of what is no more is found out', () => {
  const [name] = deviations.keys();
  const { ours } = outcomes.get(name!)!;
  assert.match(unexplained(name!, differences(ours, ours)) ?? '', /moto differs by \{\}/);
});

/** By the member of the outcome that must differ. */
function readCounterfeits(): ReadonlyMap<Machine, Machine> {
  const A = { Type: 'Task', Resource: 'fn:f', Next: 'B' };
  const B = { Type: 'Pass', Parameters: { 'n.$': '$.n' }, End: true };
  const changed: Readonly<Record<string, JsonObject>> = {
    output: { A, B: { ...B, Parameters: { n: 2 } } },
    entered: { A: { ...A, Next: 'C' }, C: { Type: 'Pass', Next: 'B' }, B },
    calls: { A: { ...A, InputPath: '$.n', ResultPath: '$.r' }, B },
    error: { A, B: { Type: 'Fail', ErrorPath: '$.error' } },
  };
  return new Map(
    Object.entries(changed).map(([name, States]) => {
      const input = { n: 1, error: 'E' };
      const machine = { name, definition: { StartAt: 'A', States: { A, B } }, functions: { f: [{}] }, input };
      return [machine, { ...machine, definition: { StartAt: 'A', States } }];
    }),
  );
}
