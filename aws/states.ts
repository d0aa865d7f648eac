import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { ExecutionStatus } from '../recovery/janitor.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';

/** Executions of our machines. */
export function openStates(access: Access) {
  const client = openClient(SFNClient, access);
  return {
    /** How the execution of a machine by this name stands; `absent` when there is none, or it ended over 90 days ago. */
    status: async (machineArn: string, name: string): Promise<Answer<ExecutionStatus | 'absent'>> => {
      const answer = mapAnswer(
        await call(access, 'states:DescribeExecution', (abortSignal) =>
          client.send(new DescribeExecutionCommand({ executionArn: executionArn(machineArn, name) }), {
            abortSignal,
          }),
        ),
        (output) => (output.status ?? 'RUNNING') as ExecutionStatus,
      );
      if (!answer.ok && answer.code === 'ExecutionDoesNotExist') return { ok: true, value: 'absent' };
      return answer;
    },
    /** Starts a machine; the same name with the same input is the same execution (Step Functions, StartExecution). */
    start: (machineArn: string, name: string, input: object): Promise<Answer<unknown>> =>
      call(
        access,
        'states:StartExecution',
        (abortSignal) =>
          client.send(
            new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
            { abortSignal },
          ),
        { repeatUnknown: true },
      ),
  };
}

/** The ARN of an execution has the machine's name in it (Step Functions Developer Guide, ARNs). */
function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}
