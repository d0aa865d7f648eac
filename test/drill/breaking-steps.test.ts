import assert from 'node:assert/strict';
import test from 'node:test';
import { type StepName, stepNames } from '../../recovery/terms.ts';
import type { Evidence } from '../../report/evidence.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import {
  assertNothingLeft,
  assertReadable,
  assertSaysWhy,
  hurry,
  impatientPlan,
  rehearseShop,
  tokyo,
} from './shop.ts';
import { taskOf } from './surgery.ts';

const plan = impatientPlan();

function drill(sabotage: (sim: Simulator) => void) {
  return rehearseShop({
    kind: 'drill',
    seed: 45,
    plan,
    sabotage: (sim) => {
      hurry(sim);
      sabotage(sim);
    },
  });
}

function assertNotGood({ outcome, reason, ...evidence }: Evidence): void {
  assert.match(outcome, /^(held|failed)$/);
  assert.equal(exitCodeOf({ outcome, ...evidence }), 3);
  assertReadable(reason);
}

/** The function of a step dies at each invocation, before it does anything. */
function kill(step: StepName): (sim: Simulator) => void {
  return (sim) =>
    sim
      .region(tokyo)
      .lambda.faults.push(({ functionName }) =>
        functionName.endsWith(`drill${taskOf(step)}`) ? { kind: 'killBeforeStart' } : undefined,
      );
}

/** A call of a step gets an answer that nobody has a rule for, the first time or always. */
function answerOddly(
  step: StepName,
  operation: string,
  times = Number.POSITIVE_INFINITY,
): (sim: Simulator) => void {
  return (sim) => {
    let answered = 0;
    sim.faults.push((call) => {
      const isMeant = call.operation === operation && call.caller.arn.endsWith(`drill${taskOf(step)}`);
      if (!isMeant || answered >= times) return undefined;
      answered += 1;
      const error = new AwsError('SomethingNew', 'Nobody has heard of this.', 400);
      return { kind: 'error', error };
    });
  };
}

for (const step of stepNames.filter((name) => name !== 'cleanup')) {
  test(`a drill whose step ${step} dies each time fails, and takes everything away`, async () => {
    const rehearsed = await drill(kill(step));
    const { evidence } = rehearsed;
    assertNotGood(evidence);
    assert.equal(evidence.outcome, 'failed');
    assertNothingLeft(rehearsed);
    const own = evidence.steps.find(({ name }) => name === step);
    assert.equal(own?.status, null, 'a step that never ran has no status');
    if (step !== 'conclude') assert.match(evidence.reason ?? '', new RegExp(`\\b${step}\\b`));
  });
}

test('a drill whose clean-up dies each time fails and names what it left', async () => {
  const { evidence } = await drill(kill('cleanup'));
  assertNotGood(evidence);
  assert.equal(evidence.outcome, 'failed');
  assert.deepEqual(evidence.violations, []);
  assert.ok(evidence.leaks.length > 0);
  assert.match(evidence.reason ?? '', new RegExp(`left ${evidence.leaks.length} resources behind`));
});

const changingCalls: readonly (readonly [StepName, string])[] = [
  ['servers', 'RunInstances'],
  ['volumes', 'CreateVolume'],
  ['volumes', 'AttachVolume'],
  ['mounts', 'SendCommand'],
  ['databases', 'RestoreDBInstanceFromDBSnapshot'],
  ['databases', 'ModifyDBInstance'],
  ['settings', 'PutParameter'],
  ['reload', 'SendCommand'],
  ['verify', 'SendCommand'],
];

for (const [step, operation] of changingCalls) {
  test(`a drill whose ${step} gets an answer without a rule from ${operation} is held, names it, and takes everything away`, async () => {
    const rehearsed = await drill(answerOddly(step, operation));
    const { evidence } = rehearsed;
    assertNotGood(evidence);
    assert.equal(evidence.outcome, 'held');
    assertSaysWhy(evidence);
    assert.match(evidence.reason ?? '', new RegExp(`${step}.*${operation} answered SomethingNew`));
    assertNothingLeft(rehearsed);
  });
}

test('a drill that cannot write into its ledger does nothing at all', async () => {
  const rehearsed = await drill(answerOddly('open', 'PutObject'));
  const { evidence, account } = rehearsed;
  assertNotGood(evidence);
  assertNothingLeft(rehearsed);
  const made = account.sim.transcript.filter(({ operation }) => /^(Run|Create|Restore|Send)/.test(operation));
  assert.deepEqual(made, []);
});

test('a drill whose clean-up never gets TerminateInstances through fails and says so', async () => {
  const { evidence } = await drill(answerOddly('cleanup', 'TerminateInstances'));
  assertNotGood(evidence);
  assert.equal(evidence.outcome, 'failed');
  assertSaysWhy(evidence);
  assert.match(evidence.reason ?? '', /TerminateInstances answered SomethingNew/);
  assert.ok(evidence.leaks.length > 0);
  assert.deepEqual(evidence.violations, []);
});

for (const operation of ['DescribeDBInstances', 'DeleteVolume']) {
  test(`one odd answer to ${operation} does not keep clean-up from taking everything away`, async () => {
    const rehearsed = await drill(answerOddly('cleanup', operation, 1));
    assertNothingLeft(rehearsed);
    assert.equal(rehearsed.evidence.outcome, 'drilled');
  });
}
