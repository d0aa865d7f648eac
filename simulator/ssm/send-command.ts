import type { SendCommandCommandInput, SendCommandCommandOutput, Target } from '@aws-sdk/client-ssm';
import defaults from '../defaults.json' with { type: 'json' };
import type { Ec2 } from '../ec2/ec2.ts';
import { AwsError, NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Call } from '../service.ts';
import type { Agents } from './agents.ts';
import { executionTimeout, fitArguments } from './arguments.ts';
import { commandShape } from './command-shapes.ts';
import type { CommandRequest, Commands } from './commands.ts';
import { checkVersion, type Documents, hashOf } from './documents.ts';
import { checkCount, checkRange, constraintError, validationError } from './errors.ts';

const { limits } = defaults.ssm;

/** What SendCommand needs of its Region. */
export interface SendContext {
  readonly accountId: string;
  readonly ec2: Ec2;
  readonly agents: Agents;
  readonly documents: Documents;
  readonly commands: Commands;
}

/**
 * SendCommand (Systems Manager API Reference). All of its targets get it at once: a lower `MaxConcurrency` than there are
 * targets is `NotSimulated`, as are outputs to S3 or CloudWatch Logs, notifications and alarms.
 */
export function sendCommand(
  context: SendContext,
  input: SendCommandCommandInput,
  call: Call,
): Omit<SendCommandCommandOutput, '$metadata'> {
  refuseUnmodelled('ssm:SendCommand', input, [
    'InstanceIds',
    'Targets',
    'DocumentName',
    'DocumentVersion',
    'DocumentHash',
    'DocumentHashType',
    'TimeoutSeconds',
    'Comment',
    'Parameters',
    'MaxConcurrency',
    'MaxErrors',
  ]);
  checkMembers(input);
  const instanceIds = targetsOf(context, input);
  const request = readRequest(context, input, instanceIds.length);
  const command = context.commands.send(request, instanceIds, call.caller.accessKeyId);
  return { Command: commandShape(command) };
}

function checkMembers(input: SendCommandCommandInput): void {
  const { timeoutSeconds } = limits;
  checkCount('instanceIds', input.InstanceIds, limits.instanceIds);
  checkCount('targets', input.Targets, limits.targets);
  for (const { Values } of input.Targets ?? [])
    checkCount('targets.member.values', Values, limits.targetValues);
  checkRange('timeoutSeconds', input.TimeoutSeconds, timeoutSeconds.min, timeoutSeconds.max);
  if ((input.Comment?.length ?? 0) > 100)
    throw constraintError(
      'comment',
      input.Comment ?? '',
      'Member must have length less than or equal to 100',
    );
  for (const id of input.InstanceIds ?? []) {
    if (!/^(i-(\w{8}|\w{17})|mi-\w{17})$/.test(id)) {
      throw constraintError(
        'instanceIds',
        `[${id}]`,
        'Member must satisfy regular expression pattern: (^i-(\\w{8}|\\w{17})$)|(^mi-\\w{17}$)',
      );
    }
  }
  const named = (input.InstanceIds ?? []).length > 0;
  const targeted = (input.Targets ?? []).length > 0;
  if (named === targeted)
    throw validationError('Either InstanceIds or Targets must be specified, and not both.');
}

function readRequest(
  { documents }: SendContext,
  input: SendCommandCommandInput,
  targets: number,
): CommandRequest {
  const document = documents.get(input.DocumentName);
  checkVersion(input.DocumentVersion);
  if (input.DocumentHash !== undefined && input.DocumentHash !== hashOf(document)) {
    throw new AwsError('InvalidDocument', 'The specified hash does not match the hash of the document.');
  }
  const step = document.steps[0];
  if (!step || document.steps.length > 1)
    throw new NotSimulated('ssm:SendCommand of a document with several steps');
  if (step.action !== 'aws:runShellScript') throw new NotSimulated(`the SSM action ${step.action}`);
  const parameters = fitArguments(document, input.Parameters ?? {});
  checkConcurrency(input.MaxConcurrency, targets);
  return {
    documentName: document.name,
    documentVersion: input.DocumentVersion ?? '$DEFAULT',
    stepName: step.name,
    comment: input.Comment ?? '',
    parameters,
    givenParameters: input.Parameters ?? {},
    givenInstanceIds: input.InstanceIds ?? [],
    givenTargets: (input.Targets ?? []).map(({ Key, Values }) => ({ key: Key ?? '', values: Values ?? [] })),
    timeoutSeconds: input.TimeoutSeconds ?? limits.timeoutSeconds.default,
    executionTimeoutSeconds: executionTimeout(document, parameters),
    errorsMost: readErrorsMost(input.MaxErrors),
  };
}

/** One id that is unknown, stopped or without an agent rejects the whole call. */
function targetsOf(context: SendContext, input: SendCommandCommandInput): readonly string[] {
  const { agents, accountId } = context;
  const named = [...new Set(input.InstanceIds ?? [])];
  const unfit = named.filter((id) => !agents.seemsOnline(id));
  if (unfit.length > 0) {
    throw new AwsError(
      'InvalidInstanceId',
      `Instances [[${unfit.join(', ')}]] not in a valid state for account ${accountId}`,
    );
  }
  if (named.length > 0) return named;
  const targets = input.Targets ?? [];
  return agents.all
    .map(({ instanceId }) => instanceId)
    .filter((id) => targets.every((target) => isTargeted(context, id, target)));
}

/** Managed instances that carry the tags, whether or not they answer: those that do not time out. */
function isTargeted(
  { ec2 }: SendContext,
  instanceId: string,
  { Key: key = '', Values: values = [] }: Target,
): boolean {
  if (key === 'InstanceIds') return values.includes(instanceId);
  const tags = ec2.instances.get(instanceId)?.tags ?? {};
  if (key === 'tag-key') return values.some((value) => Object.hasOwn(tags, value));
  if (!key.startsWith('tag:')) throw new NotSimulated(`ssm:SendCommand with the target ${key}`);
  const value = tags[key.slice('tag:'.length)];
  return value !== undefined && values.includes(value);
}

function checkConcurrency(given: string | undefined, targets: number): void {
  if (given === undefined || given === '100%') return;
  if (!/^[1-9]\d*%?$/.test(given))
    throw constraintError(
      'maxConcurrency',
      given,
      'Member must satisfy regular expression pattern: ^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$',
    );
  if (given.endsWith('%') || Number(given) < targets)
    throw new NotSimulated('ssm:SendCommand with a MaxConcurrency below its targets');
}

function readErrorsMost(given: string | undefined): number {
  if (given === undefined) return limits.maxErrorsDefault;
  if (!/^\d+%?$/.test(given))
    throw constraintError(
      'maxErrors',
      given,
      'Member must satisfy regular expression pattern: ^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$',
    );
  if (given.endsWith('%')) throw new NotSimulated('ssm:SendCommand with a share as MaxErrors');
  return Number(given);
}
