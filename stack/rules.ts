import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inboxName } from './inbox.ts';
import { root } from './places.ts';
import type { CfnValue } from './statements.ts';

/** What is passed on of an event, by the source that its pattern names. A page of AWS Health alone may fill an input. */
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  'aws.health': [
    'eventArn',
    'communicationId',
    'service',
    'eventTypeCode',
    'eventTypeCategory',
    'eventScopeCode',
    'statusCode',
    'eventRegion',
    'startTime',
    'endTime',
    'lastUpdatedTime',
    'affectedAccount',
    'backupEvent',
    'page',
    'totalPages',
  ],
  'aws.cloudwatch': ['alarmName', 'state.value', 'state.timestamp', 'previousState.value'],
  'aws.states': ['executionArn', 'stateMachineArn', 'name', 'status', 'startDate', 'stopDate'],
  'aws.ec2': ['event', 'result', 'cause'],
  'aws.backup': [
    'restoreJobId',
    'status',
    'resourceType',
    'createdResourceArn',
    'recoveryPointArn',
    'restoreTestingPlanArn',
  ],
};
const envelopeFields = ['id', 'source', 'detail-type', 'time', 'region', 'account'];
/** EBS names its volume in the envelope alone. */
const remountFields = [...envelopeFields, 'resources'];

/** What wakes Lifeboat, as it stands in `events/`. */
interface Wakening {
  /** Of the file, such as `health-regional-issue`. */
  readonly name: string;
  readonly pattern: { readonly source?: readonly unknown[] };
  /** Which of the sources above it listens to. */
  readonly source: string;
}

/** A pattern in `events/` whose source nobody here knows how to pass on. */
export class UnknownSource extends Error {
  override readonly name = 'UnknownSource';
}

/**
 * The rules of the recovery Region: each pattern of `events/` wakes the response machine; the end of an execution wakes
 * the janitor. A rule gives up after ten minutes: each of its targets looks again on its own by then.
 * @throws UnknownSource
 */
export async function responseRules(): Promise<Readonly<Record<string, object>>> {
  const rules = (await wakenings()).flatMap((each): [string, object][] =>
    each.source === 'aws.states'
      ? [
          [`${idOf(each)}Rule`, rule(each, janitorTarget(each))],
          [`${idOf(each)}Permission`, janitorPermission(`${idOf(each)}Rule`)],
        ]
      : [[`${idOf(each)}Rule`, rule(each, machineTarget(each))]],
  );
  return Object.fromEntries(rules);
}

/** The rules of another Region: what AWS says there about Health and alarms goes on to the Region that recovers. */
export async function forwardingRules(): Promise<Readonly<Record<string, object>>> {
  return Object.fromEntries((await forwarded()).map((each) => [`${idOf(each)}Rule`, rule(each, busTarget)]));
}

/** The rules on the bus that the forwarders write to: what comes from other Regions wakes the response machine as well. */
export async function inboxRules(): Promise<Readonly<Record<string, object>>> {
  const rules = (await forwarded()).map((each) => [
    `${idOf(each)}FromOutpostRule`,
    rule({ ...each, name: `${each.name}-from-outpost` }, machineTarget(each), { Ref: 'Inbox' }),
  ]);
  return Object.fromEntries(rules);
}

/** What an outpost passes on: executions are only where the machines are. */
async function forwarded(): Promise<readonly Wakening[]> {
  return (await wakenings()).filter(({ source }) => source !== 'aws.states');
}

/** The rules that wake the remount machine: each pattern of `events/remount/`, of the recovery Region alone. */
export async function remountRules(): Promise<Readonly<Record<string, object>>> {
  const target = ({ source }: Wakening): object => ({
    Id: 'remount',
    Arn: { Ref: 'LifeboatRemount' },
    RoleArn: { 'Fn::GetAtt': ['RulesRole', 'Arn'] },
    InputTransformer: transformer(source, remountFields),
  });
  const rules = (await wakenings('events/remount')).map((each) => [
    `${idOf(each)}Rule`,
    rule(each, target(each)),
  ]);
  return Object.fromEntries(rules);
}

async function wakenings(place = 'events'): Promise<readonly Wakening[]> {
  const directory = join(root, place);
  const files = (await readdir(directory)).filter((file) => file.endsWith('.pattern.json')).sort();
  return Promise.all(
    files.map(async (file) => {
      const pattern = JSON.parse(await readFile(join(directory, file), 'utf8')) as Wakening['pattern'];
      const source = Object.keys(fieldsOf).find((known) => pattern.source?.includes(known));
      if (source === undefined) {
        throw new UnknownSource(
          `${place}/${file}: its source is none of ${Object.keys(fieldsOf).join(', ')}`,
        );
      }
      return { name: basename(file, '.pattern.json'), pattern, source };
    }),
  );
}

/** A rule of the default bus, or of another one. */
function rule({ name, pattern }: Wakening, target: object, bus?: CfnValue): object {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: `\${self:service}-\${sls:stage}-${name}`,
      ...(bus !== undefined && { EventBusName: bus }),
      EventPattern: pattern,
      Targets: [
        {
          ...target,
          RetryPolicy: { MaximumEventAgeInSeconds: 600, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
        },
      ],
    },
  };
}

function machineTarget({ source }: Wakening): object {
  return {
    Id: 'response',
    Arn: { Ref: 'LifeboatResponse' },
    RoleArn: { 'Fn::GetAtt': ['RulesRole', 'Arn'] },
    InputTransformer: transformer(source),
  };
}

function janitorTarget({ source }: Wakening): object {
  return {
    Id: 'janitor',
    Arn: { 'Fn::GetAtt': ['JanitorLambdaFunction', 'Arn'] },
    InputTransformer: transformer(source),
  };
}

const busTarget: object = {
  Id: 'recovery',
  Arn: inboxElsewhere(),
  RoleArn: { 'Fn::GetAtt': ['RulesRole', 'Arn'] },
};

/** The bus for forwarders of the Region that recovers, as a stack in another Region knows it. */
function inboxElsewhere(): CfnValue {
  return {
    'Fn::Sub': `arn:\${AWS::Partition}:events:\${RecoveryRegion}:\${AWS::AccountId}:event-bus/${inboxName}`,
  };
}

/** EventBridge asks the function's own policy, not a role (User Guide, resource-based policies). */
function janitorPermission(ruleId: string): object {
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': ['JanitorLambdaFunction', 'Arn'] },
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [ruleId, 'Arn'] },
    },
  };
}

/**
 * `{"event": …}` with the members listed and no others. A variable outside of quotation marks becomes JSON of its own
 * type; one that the event does not have becomes an empty text, which whoever reads it takes for absent.
 */
function transformer(
  source: string,
  around: readonly string[] = envelopeFields,
): { readonly InputPathsMap: object; readonly InputTemplate: string } {
  const paths: Record<string, string> = {};
  const place = (path: string): string => {
    const variable = path.replaceAll(/[^A-Za-z]/g, '');
    paths[variable] = `$.${path}`;
    return `<${variable}>`;
  };
  const detail: Record<string, unknown> = {};
  for (const field of fieldsOf[source] ?? []) {
    const [member = field, inner] = field.split('.');
    const variable = place(`detail.${field}`);
    detail[member] =
      inner === undefined ? variable : { ...(detail[member] as object | undefined), [inner]: variable };
  }
  const event = { ...Object.fromEntries(around.map((field) => [field, place(field)])), detail };
  const template = JSON.stringify({ event }).replaceAll(/"(<[A-Za-z]+>)"/g, '$1');
  return { InputPathsMap: paths, InputTemplate: template };
}

/** `health-regional-issue` is `HealthRegionalIssue` in the template. */
function idOf({ name }: Wakening): string {
  return name
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
