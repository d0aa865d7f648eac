import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import validateAsl from 'asl-validator';
import { parseEvent } from '../../recovery/signals/parse.ts';
import { type Deployment, deployTemplate, type Template } from '../../simulator/cloudformation/deploy.ts';
import type { Json, JsonObject } from '../../simulator/json.ts';
import { Simulator } from '../../simulator/simulator.ts';
import { root } from '../../stack/places.ts';
import { packagedTemplates } from '../../stack/template.ts';

const region = 'ap-northeast-1';
const startMs = Date.UTC(2026, 10, 2);
const templates = await packagedTemplates();

interface Installed {
  readonly sim: Simulator;
  readonly stack: Deployment;
  readonly invoked: { readonly name: string; readonly event: Json }[];
}

/** The stack in Tokyo; functions keep their input and answer what the remount's would: it waits once, then it is over. */
function install(answers: readonly Json[] = []): Installed {
  const sim = new Simulator({ seed: 7, startMs, accountId: '123456789012', regions: { [region]: ['a'] } });
  const invoked: Installed['invoked'] = [];
  const stack = deployTemplate(sim, region, templates.recovery as Template, {
    stackName: 'lifeboat-live',
    code: ({ handler }) => {
      return async (event) => {
        invoked.push({ name: handler.split('/')[1] ?? handler, event });
        return answers[invoked.length - 1] ?? { status: 'skipped', waitSeconds: 0, reason: 'for a test' };
      };
    },
  });
  return { sim, stack, invoked };
}

const readEvent = (name: string) =>
  JSON.parse(readFileSync(join(root, 'events/remount', `${name}.json`), 'utf8')) as JsonObject;

for (const name of ['volume-available', 'restore-completed']) {
  test(`${name} wakes the remount machine, which calls until it is over and says who it is`, async () => {
    const { sim, invoked, stack } = install([{ status: 'working', waitSeconds: 30, reason: 'a server' }]);
    const sample = readEvent(`${name}.sample`);
    sim.region(region).events.inject(sample);
    await sim.clock.driveUntil(startMs + 120_000);
    assert.deepEqual(
      invoked.map((each) => each.name),
      ['remount', 'remount'],
    );
    const inputs = invoked.map(({ event }) => event as JsonObject);
    const [{ input } = assert.fail()] = inputs;
    const { event } = input as JsonObject;
    assert.deepEqual(
      parseEvent(event),
      parseEvent(sample),
      'what reaches the function says all that is used of it',
    );
    assert.deepEqual(inputs[1]?.['input'], inputs[0]?.['input']);
    const [execution, ...others] = sim.region(region).states.executions;
    assert.deepEqual([execution?.status, others.length], ['SUCCEEDED', 0]);
    assert.equal(execution?.machine.arn, stack.ref('LifeboatRemount'));
    for (const input of inputs) {
      assert.equal(input['execution'], execution?.name);
      assert.equal(input['startedAt'], new Date(execution?.startedAtMs ?? 0).toISOString());
    }
  });
}

test('what only looks like them wakes nothing', async () => {
  const { sim, invoked } = install();
  for (const name of ['volume-available', 'restore-completed']) {
    const misses = readEvent(`${name}.miss`) as unknown as readonly { readonly event: JsonObject }[];
    for (const { event } of misses) sim.region(region).events.inject(event);
  }
  await sim.clock.driveUntil(startMs + 60_000);
  assert.deepEqual(invoked, []);
});

test('the remount machine is one that asl-validator accepts, and every one of its tasks has a bound', () => {
  const { stack } = install();
  const { Definition: definition } = templates.recovery.Resources['LifeboatRemount']?.Properties ?? {};
  const text = JSON.stringify(definition).replace(
    /\$\{RemountFunctionArn\}/g,
    stack.arn('RemountLambdaFunction'),
  );
  const machine = JSON.parse(text) as { States: Record<string, Record<string, unknown>> };
  for (const [name, state] of Object.entries(machine.States)) {
    if (state['Type'] === 'Task')
      assert.ok(state['TimeoutSeconds'] && state['Retry'] && state['Catch'], name);
  }
  const { isValid, errorsText } = validateAsl(machine, { checkPaths: true, checkArn: true });
  assert.ok(isValid, errorsText('\n'));
});

test('what is not delivered goes to the dead letters, and rules may start nothing but their machines', () => {
  const { stack } = install();
  for (const id of ['VolumeAvailableRule', 'RestoreCompletedRule']) {
    const { Targets: targets } = templates.recovery.Resources[id]?.Properties ?? {};
    const [{ DeadLetterConfig, RetryPolicy } = assert.fail(id)] = targets as { [member: string]: unknown }[];
    assert.deepEqual(DeadLetterConfig, { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } });
    assert.ok(RetryPolicy);
    assert.equal(templates.witness.Resources[id], undefined, 'only where the plan recovers');
  }
  const statements = (stack.roles.get(stack.arn('RulesRole'))?.policies ?? []).flatMap(
    ({ document }) => document['Statement'] as unknown as readonly { Action: string[]; Resource: string[] }[],
  );
  assert.deepEqual(
    statements.map(({ Action, Resource }) => [Action, Resource]),
    [[['states:StartExecution'], [stack.ref('LifeboatResponse'), stack.ref('LifeboatRemount')]]],
  );
});

test('only a volume that a person asks for may be attached, and only to a server of a plan', () => {
  const { stack } = install();
  const statements = (stack.roles.get(stack.arn('RemountRole'))?.policies ?? []).flatMap(
    ({ document }) =>
      document['Statement'] as unknown as readonly {
        Action: string[];
        Resource: string;
        Condition?: object;
      }[],
  );
  const conditionOf = (action: string, resource: string) =>
    statements.find(({ Action, Resource }) => Action.includes(action) && String(Resource).includes(resource))
      ?.Condition;
  assert.deepEqual(conditionOf('ec2:AttachVolume', ':volume/'), {
    Null: {
      'aws:ResourceTag/lifeboat:plan': 'false',
      'aws:ResourceTag/lifeboat:remount': 'false',
      'aws:ResourceTag/lifeboat:recovery': 'true',
    },
  });
  assert.deepEqual(conditionOf('ec2:AttachVolume', ':instance/'), {
    Null: { 'aws:ResourceTag/lifeboat:plan': 'false' },
  });
  assert.deepEqual(conditionOf('ssm:SendCommand', ':instance/'), {
    Null: { 'ssm:resourceTag/lifeboat:plan': 'false' },
  });
});
