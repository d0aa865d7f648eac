import assert from 'node:assert/strict';
import test from 'node:test';
import { readLedger } from '../../drill/ledger.ts';
import { type RecoveryKind, recoveryKinds, type StepName, stepNames } from '../../recovery/terms.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { assertReadable, hurry, impatientPlan, rehearseShop, template } from './shop.ts';
import { taskOf, withoutStep } from './surgery.ts';

/** A failover ends without clean-up and sweep: its machine never comes there. */
const steps: Readonly<Record<RecoveryKind, readonly StepName[]>> = {
  drill: stepNames,
  failover: stepNames.filter((name) => name !== 'cleanup' && name !== 'sweep'),
};
const plan = impatientPlan();

/** Who waits for what a step makes, and tells by whom it was left waiting. */
const waiting: Partial<Record<StepName, StepName>> = { servers: 'volumes', volumes: 'mounts' };

/** What the judges see by themselves when a step is gone; the loss of any other step hurts nothing, since no end is good. */
const unconcluded = ['overLetsGo', 'everyEndHasAReason'];
const objections: Readonly<Record<RecoveryKind, Partial<Record<StepName, readonly string[]>>>> = {
  drill: { conclude: unconcluded },
  // Without its gate nobody has looked at the primary, and the databases step promotes nothing by itself.
  failover: { verify: ['trafficServes'], conclude: unconcluded },
};

for (const kind of recoveryKinds) {
  for (const step of steps[kind]) {
    test(`a ${kind} whose machine has lost its step ${step} is not called good`, async () => {
      const cut = withoutStep(template, step);
      const rehearsed = await rehearseShop({ kind, seed: 45, plan, template: cut, sabotage: hurry });
      const { evidence, account } = rehearsed;
      const task = taskOf(step).toLowerCase();
      const called = account.sim.region(plan.regions.recovery).lambda.invocations;
      assert.deepEqual(
        called.filter(({ functionName }) => functionName.toLowerCase().endsWith(`${kind}${task}`)),
        [],
        'the step was called although its Task is gone',
      );
      assert.match(evidence.outcome, /^(held|failed)$/);
      assert.equal(exitCodeOf(evidence), 3);
      assertReadable(evidence.reason);
      const left = waiting[step];
      const { steps: records } = readLedger(account, plan.plan, evidence.recovery);
      if (left)
        assert.match(records[left]?.reason ?? '', new RegExp(`: the step ${step} broke off before its `));
      assert.deepEqual(
        evidence.violations.map(({ checker }) => checker),
        objections[kind][step] ?? [],
      );
      if (step !== 'cleanup') assert.deepEqual(evidence.leaks, []);
    });
  }
}
