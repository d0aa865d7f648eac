import { AwsError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import type { InvokeResult } from '../lambda/lambda.ts';
import type { Simulator } from '../simulator.ts';
import { StateFailure } from './failure.ts';
import { withMetadata } from './metadata.ts';
import type { Visit } from './visit.ts';

/** A Task whose resource is a function's own ARN: its result is the function's payload. */
export async function invokeFunction(
  sim: Simulator,
  visit: Visit,
  functionArn: string,
  event: Json,
): Promise<Json> {
  const result = await invoke(sim, visit, functionArn, event);
  return result.payload;
}

/**
 * `lambda:invoke`: parameters as the Lambda API has them, and its answer with `Payload` parsed (Step Functions Developer
 * Guide, "Invoke an AWS Lambda function with Step Functions").
 */
export async function invokeWithParameters(sim: Simulator, visit: Visit, given: JsonObject): Promise<Json> {
  const { FunctionName, Payload = {}, InvocationType = 'RequestResponse', Qualifier, ...rest } = given;
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw refuse(`The field "${unknown[0]}" is not supported by Step Functions`);
  if (typeof FunctionName !== 'string') throw refuse('The field "FunctionName" is required but was missing');
  if (Qualifier !== undefined && typeof Qualifier !== 'string')
    throw refuse('The field "Qualifier" must be a string');
  const name = Qualifier === undefined ? FunctionName : `${FunctionName}:${Qualifier}`;
  const arn = name.startsWith('arn:') ? name : lambdaOf(sim, visit).arnOf(name);
  if (InvocationType === 'Event') {
    authorise(sim, visit, arn);
    await own(async () => lambdaOf(sim, visit).invokeLater(arn, Payload, visit.attempt));
    return withMetadata(sim, visit, { StatusCode: 202, Payload: '' }, 'application/json');
  }
  if (InvocationType !== 'RequestResponse')
    throw refuse(`The invocation type ${JSON.stringify(InvocationType)} is not supported`);
  const { payload, executedVersion } = await invoke(sim, visit, arn, Payload);
  const answer = { ExecutedVersion: executedVersion, Payload: payload, StatusCode: 200 };
  return withMetadata(sim, visit, answer, 'application/json', { 'X-Amz-Executed-Version': executedVersion });
}

async function invoke(
  sim: Simulator,
  visit: Visit,
  arn: string,
  event: Json,
): Promise<InvokeResult & { payload: Json }> {
  authorise(sim, visit, arn);
  const result = await own(() => lambdaOf(sim, visit).invoke(arn, event, visit.attempt));
  if ('payload' in result) return result;
  const { errorType, errorMessage, trace } = result;
  throw new StateFailure(errorType, JSON.stringify({ errorType, errorMessage, trace }));
}

/** Runs what the Lambda service does itself; its own errors are named `Lambda.…`. */
async function own<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const cause = `${error.message} (Service: AWSLambda; Status Code: ${error.httpStatus}; Error Code: ${error.code})`;
    throw new StateFailure(`Lambda.${error.code}`, cause);
  }
}

/** Functions of the machine's own Region: Step Functions finds none in another. */
function lambdaOf(sim: Simulator, visit: Visit) {
  return sim.region(visit.execution.machine.arn.split(':')[3]!).lambda;
}

function authorise(sim: Simulator, visit: Visit, functionArn: string): void {
  const { roleArn } = visit.execution.machine;
  if (sim.permits(roleArn, 'lambda:InvokeFunction', functionArn)) return;
  const cause = `User: ${roleArn} is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn} (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException)`;
  throw new StateFailure('Lambda.AWSLambdaException', cause);
}

/** Parameters that Step Functions itself refuses end the execution: no state may catch them. */
function refuse(what: string): StateFailure {
  return new StateFailure('States.Runtime', what);
}
