import type { JsonObject } from '../json.ts';
import type { Execution } from './execution.ts';

/** Input and output together up to this size go into the event (Step Functions Developer Guide, "EventBridge integration"). */
const largestIncludedBytes = 248 * 1024;

/** The event "Step Functions Execution Status Change", as Step Functions puts it on the default bus. */
export function statusChange(execution: Execution): {
  source: string;
  detailType: string;
  resources: string[];
  detail: object;
} {
  return {
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [execution.arn],
    detail: detailOf(execution),
  };
}

function detailOf(execution: Execution): JsonObject {
  const { ending } = execution;
  const output = ending?.output ?? null;
  const size = Buffer.byteLength(JSON.stringify(execution.input)) + Buffer.byteLength(JSON.stringify(output));
  const included = size <= largestIncludedBytes;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machine.arn,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    name: execution.name,
    status: execution.status,
    startDate: Math.floor(execution.startedAtMs),
    stopDate: execution.stoppedAtMs === undefined ? null : Math.floor(execution.stoppedAtMs),
    input: included ? execution.input : null,
    output: included ? output : null,
    inputDetails: { included },
    outputDetails: output === null ? null : { included },
    error: ending?.error ?? null,
    cause: ending?.cause ?? null,
    redriveCount: 0,
    redriveDate: null,
    ...redriveOf(execution),
  };
}

/** Whether an execution could be redriven, and why not (Step Functions API Reference, DescribeExecution). */
export function redriveOf(execution: Execution): {
  redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE';
  redriveStatusReason: string | null;
} {
  const { status } = execution;
  if (status !== 'RUNNING' && status !== 'SUCCEEDED')
    return { redriveStatus: 'REDRIVABLE', redriveStatusReason: null };
  return {
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: `Execution is ${status} and cannot be redriven`,
  };
}
