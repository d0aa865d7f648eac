import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import type { Json } from '../../simulator/json.ts';
import { machineOf, machineRole, openWorld, readCases, run, sfn } from './stepfunctions-world.ts';

interface Refused {
  readonly name: string;
  readonly definition?: object;
  readonly text?: string;
  /** Parts of the message. */
  readonly faults: readonly string[];
}

interface Operator {
  readonly name: string;
  readonly operator: string;
  /** Pairs of a variable's value and the operator's value. */
  readonly true: readonly (readonly [Json, Json])[];
  readonly false: readonly (readonly [Json, Json])[];
}

describe('CreateStateMachine refuses', () => {
  for (const { name, definition, text, faults } of readCases<Refused>('definitions.json')) {
    test(name, async () => {
      const sim = openWorld();
      const command = new CreateStateMachineCommand({
        name: 'm',
        definition: text ?? JSON.stringify(definition),
        roleArn: machineRole,
      });
      await assert.rejects(sim.clock.drive(sfn(sim).send(command)), (error: Error) => {
        assert.equal(error.name, 'InvalidDefinition');
        for (const fault of faults)
          assert.ok(error.message.includes(fault), `${fault} is not in: ${error.message}`);
        return true;
      });
    });
  }
});

test('comments may stand anywhere in a definition', async () => {
  const rule = { Comment: 'a rule', Variable: '$.a', IsPresent: false, Next: 'B' };
  const states = { A: { Comment: 'a state', Type: 'Choice', Choices: [rule] }, B: { Type: 'Succeed' } };
  const execution = await run(openWorld(), machineOf(states, { Comment: 'a machine', Version: '1.0' }));
  assert.equal(execution.status, 'SUCCEEDED');
});

describe('the comparison', () => {
  for (const row of readCases<Operator>('operators.json')) {
    test(row.name, async () => {
      const sim = openWorld();
      let runs = 0;
      const judge = async (variable: Json, test: Json, extra: object) => {
        const choice = {
          Type: 'Choice',
          Choices: [{ Variable: '$.v', ...extra, Next: 'Yes' }],
          Default: 'No',
        };
        const states = { C: choice, Yes: { Type: 'Succeed' }, No: { Type: 'Succeed' } };
        const execution = await run(sim, machineOf(states), { v: variable, test }, `run-${runs++}`);
        assert.equal(execution.status, 'SUCCEEDED', JSON.stringify(execution.ending));
        return execution.history.some((event) => event.stateEnteredEventDetails?.name === 'Yes');
      };
      const takesPath = !row.operator.startsWith('Is') && row.operator !== 'StringMatches';
      for (const expected of [true, false]) {
        for (const [variable, value] of row[`${expected}`]) {
          const shown = JSON.stringify([variable, row.operator, value]);
          assert.equal(await judge(variable, null, { [row.operator]: value }), expected, shown);
          if (!takesPath) continue;
          const byPath = { [`${row.operator}Path`]: '$.test' };
          assert.equal(await judge(variable, value, byPath), expected, `${shown} by path`);
        }
      }
    });
  }
});
