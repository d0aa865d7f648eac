import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import { jsonBytes, parseJson } from '../json.ts';

const { payloadBytes, executionNameMax } = defaults.stepfunctions;

/** White space, brackets, wildcards, special and control characters (Step Functions API Reference, StartExecution). */
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\ufffe\uffff]/u;

/**
 * Checks the name of a state machine or an execution (Step Functions API Reference, StartExecution).
 * @throws AwsError `ValidationException`, `InvalidName`
 */
export function checkName(name: string | undefined): asserts name is string {
  if (name === undefined || name.length < 1 || name.length > executionNameMax) {
    throw invalid('name', name, `Member must have length between 1 and ${executionNameMax}`);
  }
  if (forbidden.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

/**
 * Checks an ARN of a kind of resource.
 * @throws AwsError `InvalidArn`
 */
export function checkArn(arn: string | undefined, kind: 'stateMachine' | 'execution'): asserts arn is string {
  const parts = (arn ?? '').split(':');
  if (parts[0] !== 'arn') throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  const length = kind === 'stateMachine' ? 7 : 8;
  if (parts[2] !== 'states' || parts[5] !== kind || parts.length < length) {
    throw new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${parts[5]}'`);
  }
}

/**
 * Checks the input of an execution: JSON of at most 256 KiB.
 * @throws AwsError `ValidationException`, `InvalidExecutionInput`
 */
export function checkInput(input: string): void {
  const value = parseJson(input);
  if (value === undefined) {
    throw new AwsError(
      'InvalidExecutionInput',
      "Invalid State Machine Execution Input: 'Invalid execution input.'",
    );
  }
  if (Math.max(Buffer.byteLength(input), jsonBytes(value)) > payloadBytes) {
    throw invalid('input', undefined, `Member must have length less than or equal to ${payloadBytes}`);
  }
}

/** The error for a member that breaks a constraint of the API's model. */
export function invalid(member: string, value: string | undefined, constraint: string): AwsError {
  const shown = value === undefined ? 'Value' : `Value '${value}'`;
  const message = `1 validation error detected: ${shown} at '${member}' failed to satisfy constraint: ${constraint}`;
  return new AwsError('ValidationException', message);
}
