import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Json, JsonObject } from '../../simulator/json.ts';
import { functionArn, keepEvents, settle, withRule } from './events-world.ts';
import {
  account,
  here,
  machineOf,
  machineRole,
  openWorld,
  readCases,
  startMs,
} from './stepfunctions-world.ts';

const anEvent = {
  version: '0',
  id: 'e-1',
  'detail-type': 'Told',
  source: 'test',
  account,
  time: '2026-01-01T00:00:00Z',
  region: here,
  resources: ['r-1'],
  detail: { name: 'web', n: 3, list: ['HIGH'], inner: { a: 'x' }, quoted: 'say "hi"' },
};

describe('a target gets', () => {
  interface Row {
    readonly name: string;
    readonly target: object;
    readonly part?: readonly string[];
    readonly expect?: Json;
    readonly undelivered?: boolean;
  }
  for (const { name, target, part = [], expect, undelivered } of readCases<Row>('transformers.json')) {
    test(name, async () => {
      const sim = openWorld();
      const got = keepEvents(sim);
      const { events } = sim.region(here);
      await withRule(sim, [{ Id: 't', Arn: functionArn, ...target }]);
      const atMs = sim.clock.nowMs();
      events.inject(anEvent);
      await settle(sim);
      if (undelivered) {
        assert.deepEqual(got, []);
        assert.equal(events.deadLetters[0]?.attributes.ERROR_CODE, 'INVALID_PARAMETER');
        return;
      }
      assert.equal(Math.floor(atMs / 1000), startMs / 1000, 'the world is younger than a second');
      assert.deepEqual(
        part.reduce<Json>((value, key) => (value as JsonObject)[key]!, got[0]!),
        expect,
      );
    });
  }
});

test('a state machine as a target starts an execution under a name of its own for each event', async () => {
  const sim = openWorld();
  const { states, events } = sim.region(here);
  const { arn } = states.createMachine({
    name: 'm',
    definition: machineOf({ S: { Type: 'Succeed' } }),
    roleArn: machineRole,
  });
  await withRule(sim, [{ Id: 't', Arn: arn, RoleArn: machineRole, InputPath: '$.detail.n' }]);
  events.inject(anEvent);
  events.inject(anEvent);
  await settle(sim);
  assert.deepEqual(
    states.executions.map(({ input }) => input),
    ['3', '3'],
  );
  assert.equal(new Set(states.executions.map(({ name }) => name)).size, 2);
  assert.ok(states.executions.every(({ name }) => name.startsWith('e-1_')));
});

test('a topic as a target gets the text', async () => {
  const sim = openWorld();
  const { sns, events } = sim.region(here);
  await withRule(sim, [{ Id: 't', Arn: sns.addTopic({ name: 'told' }), InputPath: '$.detail.name' }]);
  events.inject(anEvent);
  await settle(sim);
  assert.deepEqual(
    sns.published.map(({ message }) => message),
    ['"web"'],
  );
});
