import type {
  DeadLetterConfig,
  InputTransformer,
  RetryPolicy,
  Target as TargetInput,
} from '@aws-sdk/client-eventbridge';
import { AwsError, NotSimulated } from '../errors.ts';
import { parseJson } from '../json.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { RegionName } from '../service.ts';
import { parsePath } from '../stepfunctions/path-syntax.ts';
import { SyntaxFault } from '../stepfunctions/reader.ts';
import { undefinedPlaceholders } from './transformer.ts';

export type TargetKind = 'stateMachine' | 'function' | 'bus' | 'topic';

/** A rule's target, checked. */
export interface Target {
  readonly id: string;
  readonly arn: string;
  readonly kind: TargetKind;
  readonly region: RegionName;
  readonly roleArn: string | undefined;
  readonly input: string | undefined;
  readonly inputPath: string | undefined;
  readonly transformer: InputTransformer | undefined;
  readonly retryPolicy: RetryPolicy | undefined;
  readonly deadLetterConfig: DeadLetterConfig | undefined;
}

const kinds: readonly (readonly [RegExp, TargetKind])[] = [
  [/^arn:aws:states:[a-z0-9-]+:\d{12}:stateMachine:[^:]+$/, 'stateMachine'],
  [/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[^:]+(:[^:]+)?$/, 'function'],
  [/^arn:aws:events:[a-z0-9-]+:\d{12}:event-bus\/[^:]+$/, 'bus'],
  [/^arn:aws:sns:[a-z0-9-]+:\d{12}:[^:]+$/, 'topic'],
];

/**
 * Checks a target of PutTargets in a Region (Amazon EventBridge API Reference, Target).
 * @throws AwsError `ValidationException`
 * @throws NotSimulated for kinds of targets, and members, that are not modelled
 */
export function parseTarget(given: TargetInput, region: RegionName): Target {
  refuseUnmodelled('events:PutTargets', given, [
    'Id',
    'Arn',
    'RoleArn',
    'Input',
    'InputPath',
    'InputTransformer',
    'RetryPolicy',
    'DeadLetterConfig',
  ]);
  const { Id: id, Arn: arn = '', RoleArn: roleArn } = given;
  if (id === undefined || !/^[.\-_A-Za-z0-9]{1,64}$/.test(id)) throw refuse(`Target id ${id} is not valid.`);
  const kind = kinds.find(([shape]) => shape.test(arn))?.[1];
  const targetRegion = arn.split(':')[3];
  if (kind === undefined || targetRegion === undefined) {
    if (!arn.startsWith('arn:'))
      throw refuse(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
    throw new NotSimulated(`events:PutTargets with the target ${arn}`);
  }
  if (kind !== 'bus' && targetRegion !== region) {
    throw refuse(`Parameter ${arn} is not valid. Reason: Provided Arn is not in the Region of the rule.`);
  }
  const needsRole = kind === 'stateMachine' || (kind === 'bus' && targetRegion !== region);
  if (needsRole && roleArn === undefined) throw refuse(`RoleArn is required for target ${arn}.`);
  checkInput(given);
  checkDelivery(given, region);
  return {
    id,
    arn,
    kind,
    region: targetRegion,
    roleArn,
    input: given.Input,
    inputPath: given.InputPath,
    transformer: given.InputTransformer,
    retryPolicy: given.RetryPolicy,
    deadLetterConfig: given.DeadLetterConfig,
  };
}

/** A target as ListTargetsByRule shows it. */
export function showTarget(target: Target): TargetInput {
  const { id, arn, roleArn, input, inputPath, transformer, retryPolicy, deadLetterConfig } = target;
  return {
    Id: id,
    Arn: arn,
    RoleArn: roleArn,
    Input: input,
    InputPath: inputPath,
    InputTransformer: transformer,
    RetryPolicy: retryPolicy,
    DeadLetterConfig: deadLetterConfig,
  };
}

function checkInput({ Id, Input, InputPath, InputTransformer }: TargetInput): void {
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1) {
    throw refuse(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  }
  if (Input !== undefined && parseJson(Input) === undefined)
    throw refuse(`JSON syntax error in input for target ${Id}.`);
  if (InputPath !== undefined) checkPath(InputPath, Id);
  if (InputTransformer === undefined) return;
  for (const path of Object.values(InputTransformer.InputPathsMap ?? {})) checkPath(path, Id);
  const reserved = Object.keys(InputTransformer.InputPathsMap ?? {}).find((name) => /^aws/i.test(name));
  if (reserved !== undefined)
    throw refuse(`InputPathsMap for target ${Id} contains the reserved name ${reserved}.`);
  const [unknown] = undefinedPlaceholders(InputTransformer);
  if (unknown !== undefined)
    throw refuse(`InputTemplate for target ${Id} contains invalid placeholder ${unknown}.`);
}

function checkPath(path: string, id: string | undefined): void {
  try {
    parsePath(path);
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault;
    throw refuse(`Invalid JSON path ${path} for target ${id}.`);
  }
}

function checkDelivery({ Id, RetryPolicy, DeadLetterConfig }: TargetInput, region: RegionName): void {
  const { MaximumRetryAttempts: attempts = 0, MaximumEventAgeInSeconds: age = 60 } = RetryPolicy ?? {};
  if (attempts < 0 || attempts > 185)
    throw refuse(`MaximumRetryAttempts for target ${Id} must be from 0 to 185.`);
  if (age < 60 || age > 86_400)
    throw refuse(`MaximumEventAgeInSeconds for target ${Id} must be from 60 to 86400.`);
  const queue = DeadLetterConfig?.Arn;
  if (queue !== undefined && !queue.startsWith(`arn:aws:sqs:${region}:`)) {
    throw refuse(`The dead-letter queue of target ${Id} must be an SQS queue in the Region of the rule.`);
  }
}

function refuse(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
