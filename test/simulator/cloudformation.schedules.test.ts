import assert from 'node:assert/strict';
import test from 'node:test';
import { type Deployment, deployTemplate, type Template } from '../../simulator/cloudformation/deploy.ts';
import defaults from '../../simulator/defaults.json' with { type: 'json' };
import type { Json, JsonObject } from '../../simulator/json.ts';
import { Simulator } from '../../simulator/simulator.ts';

const region = 'ap-northeast-1';
const startMs = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;
const role = (service: string, ...actions: readonly string[]): JsonObject => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    },
    Policies: actions.map((action) => ({
      PolicyName: action.replace(':', '-'),
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] },
    })),
  },
});
const arnOf = (id: string): Json => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** A function that is woken by a schedule, and by a rule where there is a permission. */
function templateOf(schedule: JsonObject, more: JsonObject = {}): Template {
  const resources = {
    Woken: {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'woken', Handler: 'x.handler', Role: arnOf('FunctionRole'), Timeout: 20 },
    },
    FunctionRole: role('lambda.amazonaws.com'),
    ScheduleRole: role(
      'scheduler.amazonaws.com',
      'lambda:InvokeFunction',
      'sns:Publish',
      'states:StartExecution',
    ),
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'wake',
        ScheduleExpression: 'rate(5 minutes)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: arnOf('Woken'), RoleArn: arnOf('ScheduleRole'), Input: '{"why":"time"}' },
        ...schedule,
      },
    },
    ...more,
  };
  return { Resources: resources as unknown as Template['Resources'] };
}

interface Running {
  readonly sim: Simulator;
  readonly stack: Deployment;
  /** When the function was woken, and with what. */
  readonly wakes: { readonly atMs: number; readonly event: Json }[];
}

function deploy(template: Template, seed = 1): Running {
  const sim = new Simulator({ seed, startMs, accountId: '123456789012', regions: { [region]: ['a'] } });
  const wakes: { atMs: number; event: Json }[] = [];
  const code = () => async (event: Json) => {
    wakes.push({ atMs: sim.clock.nowMs(), event });
  };
  return { sim, stack: deployTemplate(sim, region, template, { stackName: 's', code }), wakes };
}

test('a schedule wakes its target once a period, somewhere within the minute, until it is stopped', async () => {
  const { sim, stack, wakes } = deploy(templateOf({}), 3);
  const stop = stack.startSchedules();
  await sim.clock.driveUntil(startMs + 24 * 5 * minuteMs - 1000);
  stop();
  await sim.clock.driveUntil(startMs + 60 * 5 * minuteMs);
  assert.equal(wakes.length, 24);
  assert.deepEqual(wakes[0]?.event, { why: 'time' });
  const offsets = wakes.map(({ atMs }, index) => (atMs - startMs - index * 5 * minuteMs) / 1000);
  // A cold start comes on top of the minute.
  assert.ok(
    offsets.every((seconds) => seconds >= 0 && seconds < 65),
    String(offsets),
  );
  assert.ok(new Set(offsets.map(Math.round)).size > 10, 'each time is drawn');
});

test('nothing wakes before schedules are started, nor a schedule that is disabled', async () => {
  const idle = deploy(templateOf({}));
  await idle.sim.clock.driveUntil(startMs + 60 * minuteMs);
  const disabled = deploy(templateOf({ State: 'DISABLED' }));
  disabled.stack.startSchedules();
  await disabled.sim.clock.driveUntil(startMs + 60 * minuteMs);
  assert.deepEqual([...idle.wakes, ...disabled.wakes], []);
});

test('now and then a target is woken twice for one time', async () => {
  const { sim, stack, wakes } = deploy(templateOf({ ScheduleExpression: 'rate(1 minute)' }));
  stack.startSchedules();
  const minutes = Math.ceil(5 / defaults.scheduler.duplicateProbability);
  await sim.clock.driveUntil(startMs + minutes * minuteMs - 1000);
  assert.ok(wakes.length > minutes && wakes.length < minutes + 20, `${wakes.length} of ${minutes}`);
});

test('a target that refuses is asked again, as often and as long as its policy says', async () => {
  const policy = { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 };
  const Target: JsonObject = {
    Arn: { Ref: 'Machine' },
    RoleArn: arnOf('ScheduleRole'),
    RetryPolicy: policy,
  };
  const { sim, stack } = deploy(
    templateOf(
      { Target, ScheduleExpression: 'rate(1 day)' },
      {
        MachineRole: role('states.amazonaws.com'),
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            StateMachineName: 'm',
            RoleArn: arnOf('MachineRole'),
            Definition: { StartAt: 'S', States: { S: { Type: 'Succeed' } } },
          },
        },
      },
    ),
  );
  let refusals = 0;
  sim.faults.push(({ operation }) => {
    if (operation !== 'StartExecution' || refusals === 2) return undefined;
    refusals += 1;
    return { kind: 'hang' };
  });
  stack.startSchedules();
  await sim.clock.driveUntil(startMs + 10 * minuteMs);
  // Two answers that never came, 30 seconds each, and after that no time was left for a third try.
  assert.equal(refusals, 2);
  assert.equal(sim.region(region).states.executions.length, 0);
});

for (const [what, schedule] of Object.entries({
  'a flexible window': { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } },
  'a start date': { StartDate: '2026-01-02T00:00:00Z' },
})) {
  test(`a schedule with ${what} can be deployed, and stops the run where it would be started`, () => {
    const { stack } = deploy(templateOf(schedule));
    assert.throws(() => stack.startSchedules(), { name: 'NotSimulated' });
  });
}

for (const [what, schedule] of Object.entries<JsonObject>({
  'a cron expression of five fields': { ScheduleExpression: 'cron(0 9 1 * ?)' },
  'a time zone that nobody knows': { ScheduleExpressionTimezone: 'Asia/Tokio' },
  'a name of more than 64 characters': { Name: 'a'.repeat(65) },
  'an operation that only reads': {
    Target: {
      Arn: 'arn:aws:scheduler:::aws-sdk:sqs:getQueueUrl',
      RoleArn: arnOf('ScheduleRole'),
      Input: '{}',
    },
  },
})) {
  test(`a schedule with ${what} fails the deployment, as AWS refuses it`, () => {
    assert.throws(() => deploy(templateOf(schedule)), {
      name: 'TemplateError',
      message: /ValidationException/,
    });
  });
}

test('a cron schedule wakes its target in its time zone, told for which time, however late in the minute', async () => {
  const { sim, stack, wakes } = deploy(
    templateOf({
      ScheduleExpression: 'cron(30 8 ? * MON-FRI *)',
      ScheduleExpressionTimezone: 'Asia/Tokyo',
      Target: {
        Arn: arnOf('Woken'),
        RoleArn: arnOf('ScheduleRole'),
        Input: '{"at":"<aws.scheduler.scheduled-time>","tries":"<aws.scheduler.attempt-number>"}',
      },
    }),
  );
  stack.startSchedules(({ name }) => name === 'wake');
  await sim.clock.driveUntil(Date.UTC(2026, 0, 7));
  // From New Year, a Thursday in Tokyo: Friday, then Monday to Wednesday.
  const times = ['01T23', '04T23', '05T23', '06T23'].map((hour) => `2026-01-${hour}:30:00Z`);
  assert.deepEqual(
    wakes.map(({ event }) => event),
    times.map((at) => ({ at, tries: '1' })),
  );
  for (const [index, { atMs }] of wakes.entries()) {
    const late = (atMs - Date.parse(times[index] ?? '')) / 1000;
    assert.ok(late >= 0 && late < 65, `${late} s`);
  }
});

test('schedules that were not chosen do not run', async () => {
  const { sim, stack, wakes } = deploy(templateOf({}));
  stack.startSchedules(({ name }) => name === 'another');
  await sim.clock.driveUntil(startMs + 60 * minuteMs);
  assert.deepEqual(wakes, []);
});

test('a universal target publishes to a topic, in the name of the role', async () => {
  const { sim, stack } = deploy(
    templateOf(
      {
        ScheduleExpression: 'at(2026-01-01T00:10:00)',
        Target: {
          Arn: 'arn:aws:scheduler:::aws-sdk:sns:publish',
          RoleArn: arnOf('ScheduleRole'),
          Input: { 'Fn::Sub': '{"TopicArn":"${Topic}","Message":"due <aws.scheduler.scheduled-time>"}' },
        },
      },
      { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'told' } } },
    ),
  );
  stack.startSchedules();
  await sim.clock.driveUntil(startMs + 30 * minuteMs);
  const { published } = sim.region(region).sns;
  assert.deepEqual(
    published.map(({ message }) => message),
    ['due 2026-01-01T00:10:00Z'],
  );
  assert.match(sim.transcript.at(-1)?.callerArn ?? '', /assumed-role\/.*ScheduleRole.*\/scheduler$/);
});

const ruleToFunction: JsonObject = {
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'told',
      EventPattern: { source: ['test'] },
      Targets: [{ Id: 't', Arn: arnOf('Woken') }],
    },
  },
};
const permission: JsonObject = {
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { Ref: 'Woken' },
      Principal: 'events.amazonaws.com',
      SourceArn: arnOf('Rule'),
    },
  },
};

for (const isPermitted of [true, false]) {
  test(`a rule ${isPermitted ? 'invokes' : 'does not invoke'} a function ${isPermitted ? 'with' : 'without'} a permission`, async () => {
    const { sim, wakes } = deploy(templateOf({}, { ...ruleToFunction, ...(isPermitted && permission) }));
    sim.emit(region, { source: 'test', detailType: 'Told', detail: {} });
    await sim.clock.driveUntil(startMs + minuteMs);
    const lost = sim.region(region).events.deadLetters.map(({ attributes }) => attributes.ERROR_CODE);
    assert.deepEqual([wakes.length, lost], isPermitted ? [1, []] : [0, ['NO_PERMISSIONS']]);
  });
}
