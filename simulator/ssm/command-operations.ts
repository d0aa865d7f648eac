import type {
  CancelCommandCommandInput,
  CommandFilter,
  GetCommandInvocationCommandInput,
  GetCommandInvocationCommandOutput,
  ListCommandInvocationsCommandInput,
  ListCommandInvocationsCommandOutput,
  ListCommandsCommandInput,
  ListCommandsCommandOutput,
  SendCommandCommandInput,
} from '@aws-sdk/client-ssm';
import type { Clock } from '../clock.ts';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Call, Operations } from '../service.ts';
import { commandShape, invocationResult, invocationShape } from './command-shapes.ts';
import { statusOf } from './command-status.ts';
import { existing } from './commands.ts';
import { checkRange, pageOf } from './errors.ts';
import { type SendContext, sendCommand } from './send-command.ts';
import type { Command, Invocation } from './state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** The operations of Run Command. */
export function commandOperations(context: SendContext, clock: Clock): Operations {
  const { commands, ec2 } = context;
  const nameOf = (instanceId: string) => ec2.instances.get(instanceId)?.tags['Name'] ?? '';
  return {
    SendCommand: (input: SendCommandCommandInput, call: Call) => sendCommand(context, input, call),
    GetCommandInvocation(input: GetCommandInvocationCommandInput): Output<GetCommandInvocationCommandOutput> {
      const command = commands.find(input.CommandId);
      const invocation = command?.invocations.get(input.InstanceId ?? '');
      if (!command || !invocation || clock.nowMs() < invocation.visibleAtMs) {
        throw new AwsError(
          'InvocationDoesNotExist',
          'The command ID and managed node ID you specified did not match any invocations. Verify the command ID and the managed node ID and try again.',
        );
      }
      if (input.PluginName !== undefined && input.PluginName !== command.stepName) {
        throw new AwsError('InvalidPluginName', 'The plugin name is not valid.');
      }
      return invocationResult(command, invocation);
    },
    ListCommands(input: ListCommandsCommandInput): Output<ListCommandsCommandOutput> {
      checkRange('maxResults', input.MaxResults, 1, 50);
      const found = commands.all.filter(
        (command) =>
          (input.CommandId === undefined || command.id === input.CommandId) &&
          (input.InstanceId === undefined || command.invocations.has(input.InstanceId)) &&
          (input.Filters ?? []).every((filter) => fits(command, statusOf(command).status, filter)),
      );
      if (input.CommandId !== undefined) existing(commands, input.CommandId);
      const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 50);
      return { Commands: page.map(commandShape), ...next };
    },
    ListCommandInvocations(
      input: ListCommandInvocationsCommandInput,
    ): Output<ListCommandInvocationsCommandOutput> {
      checkRange('maxResults', input.MaxResults, 1, 50);
      if (input.CommandId !== undefined) existing(commands, input.CommandId);
      const found = commands.all.flatMap((command) =>
        [...command.invocations.values()]
          .filter((invocation) => isListed(command, invocation, input, clock.nowMs()))
          .map((invocation) => ({ command, invocation })),
      );
      const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 50);
      const shapes = page.map(({ command, invocation }) =>
        invocationShape(command, invocation, nameOf(invocation.instanceId), input.Details ?? false),
      );
      return { CommandInvocations: shapes, ...next };
    },
    CancelCommand(input: CancelCommandCommandInput): object {
      commands.cancel(existing(commands, input.CommandId), input.InstanceIds ?? []);
      return {};
    },
  };
}

function isListed(
  command: Command,
  invocation: Invocation,
  input: ListCommandInvocationsCommandInput,
  nowMs: number,
): boolean {
  return (
    invocation.visibleAtMs <= nowMs &&
    (input.CommandId === undefined || command.id === input.CommandId) &&
    (input.InstanceId === undefined || invocation.instanceId === input.InstanceId) &&
    (input.Filters ?? []).every((filter) => fits(command, invocation.status, filter))
  );
}

function fits(command: Command, status: string, { key, value = '' }: CommandFilter): boolean {
  switch (key) {
    case 'InvokedAfter':
      return command.requestedAtMs > Date.parse(value);
    case 'InvokedBefore':
      return command.requestedAtMs < Date.parse(value);
    case 'Status':
      return status === value;
    case 'DocumentName':
      return command.documentName === value;
    default:
      throw new NotSimulated(`a list of SSM commands with the filter ${key}`);
  }
}
