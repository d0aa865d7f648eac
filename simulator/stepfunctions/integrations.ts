import type { PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import type { StartExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { PublishCommandOutput } from '@aws-sdk/client-sns';
import { AwsError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { ServiceName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { StateFailure } from './failure.ts';
import { invokeFunction, invokeWithParameters } from './lambda-tasks.ts';
import { withMetadata } from './metadata.ts';
import type { IntegrationResource, TaskResource } from './resource.ts';
import type { Visit } from './visit.ts';

/** Calls the resources of Task states, in the name of the machine's role. */
export class Integrations {
  readonly #sim: Simulator;

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  /**
   * Calls a resource once.
   * @throws StateFailure with the error name that Step Functions gives the service's error
   */
  async call(visit: Visit, resource: TaskResource, parameters: Json): Promise<Json> {
    if (resource.kind === 'function')
      return invokeFunction(this.#sim, visit, resource.functionArn, parameters);
    const given = isObject(parameters) ? parameters : {};
    switch (resource.integration) {
      case 'lambda:invoke':
        return invokeWithParameters(this.#sim, visit, given);
      case 'states:startExecution':
      case 'aws-sdk:sfn:startExecution':
        return this.#startExecution(visit, resource, given);
      case 'events:putEvents':
        return this.#putEvents(visit, resource, given);
      case 'sns:publish':
        return this.#publish(visit, resource, given);
      default:
        return resource.integration satisfies never;
    }
  }

  async #startExecution(visit: Visit, resource: IntegrationResource, given: JsonObject): Promise<Json> {
    const isSdk = resource.integration === 'aws-sdk:sfn:startExecution';
    const input = { ...lowerFirst(given), ...('Input' in given && { input: asText(given.Input!) }) };
    const output = (await this.#ask(
      visit,
      'states',
      'StartExecution',
      input,
      isSdk ? 'Sfn' : 'StepFunctions',
    )) as StartExecutionCommandOutput;
    const ExecutionArn = output.executionArn!;
    if (isSdk) return { ExecutionArn, StartDate: output.startDate!.toISOString() };
    return withMetadata(
      this.#sim,
      visit,
      { ExecutionArn, StartDate: output.startDate!.getTime() },
      'application/x-amz-json-1.0',
    );
  }

  async #putEvents(visit: Visit, resource: IntegrationResource, given: JsonObject): Promise<Json> {
    const entries = Array.isArray(given.Entries) ? (given.Entries as readonly Json[]) : [];
    const { execution } = visit;
    const Entries = entries.map((entry) => {
      if (!isObject(entry)) return entry;
      // The integration adds the machine and the execution to each event's resources.
      const resources = Array.isArray(entry.Resources) ? entry.Resources : [];
      const Resources = [...resources, execution.machine.arn, execution.arn];
      return { ...entry, Resources, ...('Detail' in entry && { Detail: asText(entry.Detail!) }) };
    });
    const output = (await this.#ask(
      visit,
      'events',
      'PutEvents',
      { ...given, Entries },
      'EventBridge',
    )) as PutEventsCommandOutput;
    const answer = JSON.parse(
      JSON.stringify({ Entries: output.Entries, FailedEntryCount: output.FailedEntryCount }),
    ) as JsonObject;
    if (output.FailedEntryCount) throw new StateFailure('EventBridge.FailedEntry', JSON.stringify(answer));
    return resource.waitsForToken
      ? answer
      : withMetadata(this.#sim, visit, answer, 'application/x-amz-json-1.1');
  }

  async #publish(visit: Visit, _resource: IntegrationResource, given: JsonObject): Promise<Json> {
    const input = { ...given, ...('Message' in given && { Message: asText(given.Message!) }) };
    const output = (await this.#ask(visit, 'sns', 'Publish', input, 'SNS')) as PublishCommandOutput;
    return withMetadata(this.#sim, visit, { MessageId: output.MessageId! }, 'text/xml');
  }

  async #ask(
    visit: Visit,
    service: ServiceName,
    operation: string,
    input: unknown,
    prefix: string,
  ): Promise<unknown> {
    const { execution } = visit;
    const region = execution.machine.arn.split(':')[3]!;
    const accessKeyId = roleSession(this.#sim, visit);
    try {
      const requestId = this.#sim.draws.uuid('states.integration', visit.attempt);
      return await this.#sim.ask({ service, region, operation, accessKeyId, requestId, headers: {}, input });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw toFailure(error, prefix);
    }
  }
}

/** The access key of the machine's role in one attempt of a task. */
function roleSession(sim: Simulator, visit: Visit): string {
  const { machine, name } = visit.execution;
  const accessKeyId = `ASIA${sim.draws.hex('states.accessKeyId', visit.attempt, 16).toUpperCase()}`;
  const roleName = machine.roleArn.slice(machine.roleArn.lastIndexOf('/') + 1);
  const session = name.slice(0, 64);
  const arn = `arn:aws:sts::${sim.accountId}:assumed-role/${roleName}/${session}`;
  sim.addCaller({ accessKeyId, arn, userId: `${roleName}:${session}`, roleArn: machine.roleArn });
  return accessKeyId;
}

/** How Step Functions names and tells a service's error: `Service.CodeException`. */
function toFailure(error: AwsError, prefix: string): StateFailure {
  const code = error.code.endsWith('Exception') ? error.code : `${error.code}Exception`;
  return new StateFailure(
    `${prefix}.${code}`,
    `${error.message} (Service: ${prefix}; Status Code: ${error.httpStatus}; Error Code: ${error.code})`,
  );
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function lowerFirst(given: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]),
  );
}
