import type {
  CommandInvocation,
  Command as CommandShape,
  GetCommandInvocationCommandOutput,
} from '@aws-sdk/client-ssm';
import defaults from '../defaults.json' with { type: 'json' };
import { statusOf } from './command-status.ts';
import { type Command, type Invocation, isFinal } from './state.ts';

const { stdoutChars, stderrChars, listedOutputChars } = defaults.ssm.limits;

const unlogged = { CloudWatchLogGroupName: '', CloudWatchOutputEnabled: false };

/**
 * What commands say of notifications and logs that nobody asked for (AWS CLI Command Reference, ssm send-command, Example 1,
 * and list-command-invocations).
 */
const unnotified: Partial<CommandShape & CommandInvocation> = {
  ServiceRole: '',
  // The service answers with an empty text, which the SDK's enum lacks.
  NotificationConfig: { NotificationArn: '', NotificationEvents: [], NotificationType: '' as 'Command' },
  CloudWatchOutputConfig: unlogged,
};

/** A command as SendCommand and ListCommands show it. */
export function commandShape(command: Command): CommandShape {
  const { status, details } = statusOf(command);
  const invocations = [...command.invocations.values()];
  const count = (fits: (invocation: Invocation) => boolean) => invocations.filter(fits).length;
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    Comment: command.comment,
    ExpiresAfter: new Date(
      command.requestedAtMs + (command.timeoutSeconds + command.executionTimeoutSeconds) * 1000,
    ),
    Parameters: { ...command.givenParameters },
    InstanceIds: [...command.givenInstanceIds],
    Targets: command.givenTargets.map(({ key, values }) => ({ Key: key, Values: [...values] })),
    RequestedDateTime: new Date(command.requestedAtMs),
    Status: status,
    StatusDetails: details,
    MaxConcurrency: String(defaults.ssm.limits.maxConcurrencyDefault),
    MaxErrors: String(command.errorsMost),
    TargetCount: invocations.length,
    CompletedCount: count((invocation) => isFinal(invocation.status)),
    ErrorCount: count(
      ({ statusDetails }) => statusDetails === 'Failed' || statusDetails === 'ExecutionTimedOut',
    ),
    DeliveryTimedOutCount: count(({ statusDetails }) => statusDetails === 'DeliveryTimedOut'),
    TimeoutSeconds: command.timeoutSeconds,
    OutputS3BucketName: '',
    OutputS3KeyPrefix: '',
    ...unnotified,
  };
}

/** An invocation as GetCommandInvocation shows it; what it printed only once it has ended. */
export function invocationResult(
  command: Command,
  invocation: Invocation,
): Omit<GetCommandInvocationCommandOutput, '$metadata'> {
  const { startedAtMs, endedAtMs } = invocation;
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    PluginName: command.stepName,
    ResponseCode: invocation.exitCode ?? -1,
    ExecutionStartDateTime: startedAtMs === undefined ? '' : new Date(startedAtMs).toISOString(),
    ExecutionElapsedTime:
      startedAtMs === undefined || endedAtMs === undefined
        ? ''
        : `PT${((endedAtMs - startedAtMs) / 1000).toFixed(3)}S`,
    ExecutionEndDateTime:
      startedAtMs === undefined || endedAtMs === undefined ? '' : new Date(endedAtMs).toISOString(),
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    StandardOutputContent: invocation.stdout.slice(0, stdoutChars),
    StandardOutputUrl: '',
    StandardErrorContent: invocation.stderr.slice(0, stderrChars),
    StandardErrorUrl: '',
    CloudWatchOutputConfig: unlogged,
  };
}

/** An invocation as ListCommandInvocations shows it, with its step if details are asked for. */
export function invocationShape(
  command: Command,
  invocation: Invocation,
  instanceName: string,
  withDetails: boolean,
): CommandInvocation {
  const { startedAtMs, endedAtMs } = invocation;
  const plugin = {
    Name: command.stepName,
    Status: invocation.status === 'Cancelling' ? ('InProgress' as const) : invocation.status,
    StatusDetails: invocation.statusDetails,
    ResponseCode: invocation.exitCode ?? -1,
    ...(startedAtMs === undefined ? {} : { ResponseStartDateTime: new Date(startedAtMs) }),
    ...(endedAtMs === undefined ? {} : { ResponseFinishDateTime: new Date(endedAtMs) }),
    Output: outputOf(invocation),
    StandardOutputUrl: '',
    StandardErrorUrl: '',
  };
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    InstanceName: instanceName,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    RequestedDateTime: new Date(command.requestedAtMs),
    Status: invocation.status,
    StatusDetails: invocation.statusDetails,
    StandardOutputUrl: '',
    StandardErrorUrl: '',
    CommandPlugins: withDetails ? [plugin] : [],
    ...unnotified,
  };
}

function outputOf({ stdout, stderr }: Invocation): string {
  const text = stderr === '' ? stdout : `${stdout}\n----------ERROR-------\n${stderr}`;
  return text.length <= listedOutputChars
    ? text
    : `${text.slice(0, listedOutputChars - 24)}\n---Output truncated---`;
}
