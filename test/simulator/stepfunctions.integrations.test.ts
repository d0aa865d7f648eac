import assert from 'node:assert/strict';
import test from 'node:test';
import type { EventEnvelope } from '../../simulator/events/events.ts';
import type { Json } from '../../simulator/json.ts';
import {
  account,
  addFunction,
  eventTypes,
  here,
  machineOf,
  machineRole,
  openWorld,
  run,
} from './stepfunctions-world.ts';

const task = (Resource: string, Parameters: object, more: object = {}) =>
  machineOf({ T: { Type: 'Task', Resource, Parameters, End: true, ...more } });

const target = { name: 'target', definition: machineOf({ S: { Type: 'Succeed' } }), roleArn: machineRole };

test('states:startExecution starts an execution and goes on', async () => {
  const sim = openWorld();
  const { states } = sim.region(here);
  const { arn } = states.createMachine(target);
  const parameters = { StateMachineArn: arn, Name: 'derived', Input: { 'v.$': '$.v' } };
  const execution = await run(sim, task('arn:aws:states:::states:startExecution', parameters), { v: 1 });
  const output = JSON.parse(execution.ending?.output ?? '') as Record<string, Json>;
  assert.equal(output.ExecutionArn, `arn:aws:states:${here}:${account}:execution:target:derived`);
  assert.partialDeepStrictEqual(output, { SdkHttpMetadata: { HttpStatusCode: 200 } });
  const started = states.executions.find(({ name }) => name === 'derived')!;
  assert.equal(started.input, '{"v":1}');
  assert.deepEqual(eventTypes(execution).slice(2, 5), ['TaskScheduled', 'TaskStarted', 'TaskSucceeded']);
});

test('the SDK integration of StartExecution names its errors in its own way', async () => {
  for (const [resource, error] of [
    ['arn:aws:states:::states:startExecution', 'StepFunctions.ExecutionAlreadyExistsException'],
    ['arn:aws:states:::aws-sdk:sfn:startExecution', 'Sfn.ExecutionAlreadyExistsException'],
  ] as const) {
    const sim = openWorld();
    const { states } = sim.region(here);
    const { arn } = states.createMachine(target);
    await sim.clock.drive(states.start({ machineArn: arn, name: 'taken', input: {} }).done);
    const execution = await run(
      sim,
      task(resource, { StateMachineArn: arn, Name: 'taken', Input: '{"other":1}' }),
    );
    assert.equal(execution.ending?.error, error);
  }
});

test('events:putEvents turns details into texts and adds machine and execution to the resources', async () => {
  const sim = openWorld();
  const seen: EventEnvelope[] = [];
  sim.region(here).events.onEvent((_, event) => seen.push(event));
  const entry = { Source: 'lifeboat', DetailType: 'Told', 'Detail.$': '$', Resources: ['r'] };
  const execution = await run(sim, task('arn:aws:states:::events:putEvents', { Entries: [entry] }), { v: 1 });
  assert.equal(execution.status, 'SUCCEEDED');
  const own = seen.find(({ source }) => source === 'lifeboat')!;
  assert.deepEqual(own.detail, { v: 1 });
  assert.deepEqual(own.resources, ['r', execution.machine.arn, execution.arn]);
});

test('events:putEvents fails if one entry fails', async () => {
  const entries = [
    { Source: 'lifeboat', DetailType: 'Told', Detail: '{}' },
    { Source: 'aws.health', DetailType: 'Told', Detail: '{}' },
  ];
  const execution = await run(openWorld(), task('arn:aws:states:::events:putEvents', { Entries: entries }));
  assert.equal(execution.ending?.error, 'EventBridge.FailedEntry');
  assert.match(execution.ending?.cause ?? '', /NotAuthorizedForSourceException/);
});

test('sns:publish sends a message, an object as its JSON', async () => {
  const sim = openWorld();
  const { sns } = sim.region(here);
  const TopicArn = sns.addTopic({ name: 'told' });
  const execution = await run(
    sim,
    task('arn:aws:states:::sns:publish', { TopicArn, Message: { 'v.$': '$.v' } }),
    { v: 1 },
  );
  assert.equal(execution.status, 'SUCCEEDED', JSON.stringify(execution.ending));
  assert.deepEqual(
    sns.published.map(({ message }) => message),
    ['{"v":1}'],
  );
});

test('sns:publish to a topic that is not there fails by the name of its error', async () => {
  const TopicArn = `arn:aws:sns:${here}:${account}:none`;
  const execution = await run(openWorld(), task('arn:aws:states:::sns:publish', { TopicArn, Message: 'm' }));
  assert.equal(execution.ending?.error, 'SNS.NotFoundException');
});

test('an integration acts in the name of the machine and is subject to faults', async () => {
  const sim = openWorld();
  const callers: string[] = [];
  sim.faults.push((call) => {
    if (call.service !== 'sns') return undefined;
    callers.push(call.caller.arn);
    return { kind: 'hang' };
  });
  const TopicArn = `arn:aws:sns:${here}:${account}:told`;
  const definition = task('arn:aws:states:::sns:publish', { TopicArn, Message: 'm' }, { TimeoutSeconds: 5 });
  const execution = await run(sim, definition);
  assert.equal(execution.ending?.error, 'States.Timeout');
  assert.deepEqual(callers, [`arn:aws:sts::${account}:assumed-role/machine/run`]);
});

test('lambda:invoke of a version or alias runs that version', async () => {
  const sim = openWorld();
  const { lambda } = sim.region(here);
  addFunction(sim, 'f', async () => 'old');
  assert.equal(lambda.publishVersion('f'), '1');
  lambda.setAlias('f', 'live', '1');
  const latest = addFunction(sim, 'f', async () => 'new');
  for (const [parameters, payload, version] of [
    [{ FunctionName: 'f' }, 'new', '$LATEST'],
    [{ FunctionName: 'f', Qualifier: 'live' }, 'old', '1'],
    [{ FunctionName: `${latest}:1` }, 'old', '1'],
  ] as const) {
    const name = `run-${Object.values(parameters).join('-').replaceAll(':', '-')}`;
    const execution = await run(sim, task('arn:aws:states:::lambda:invoke', parameters), {}, name.slice(-70));
    assert.partialDeepStrictEqual(JSON.parse(execution.ending!.output!), {
      Payload: payload,
      ExecutedVersion: version,
    });
  }
  const direct = await run(
    sim,
    machineOf({ T: { Type: 'Task', Resource: `${latest}:live`, End: true } }),
    {},
    'direct',
  );
  assert.equal(direct.ending?.output, '"old"');
});

test('lambda:invoke of the type Event hands the event over and goes on', async () => {
  const sim = openWorld();
  const got: Json[] = [];
  addFunction(sim, 'f', async (event, { clock }) => {
    await clock.sleep(5000);
    got.push(event);
  });
  const parameters = { FunctionName: 'f', InvocationType: 'Event', Payload: { v: 1 } };
  const execution = await run(sim, task('arn:aws:states:::lambda:invoke', parameters));
  assert.partialDeepStrictEqual(JSON.parse(execution.ending!.output!), { StatusCode: 202 });
  assert.deepEqual(got, []);
  await sim.clock.driveUntil(sim.clock.nowMs() + 20_000);
  assert.deepEqual(got, [{ v: 1 }]);
});

test('a machine whose role may not invoke a function fails', async () => {
  const sim = openWorld();
  const f = addFunction(sim, 'f', async () => ({}));
  const asked: string[][] = [];
  sim.guards.push((...question) => {
    asked.push(question);
    return false;
  });
  const execution = await run(sim, machineOf({ T: { Type: 'Task', Resource: f, End: true } }));
  assert.equal(execution.ending?.error, 'Lambda.AWSLambdaException');
  assert.deepEqual(asked, [[machineRole, 'lambda:InvokeFunction', f]]);
});
