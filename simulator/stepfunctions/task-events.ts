import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { EventDetails } from './execution.ts';
import type { StateFailure } from './failure.ts';
import type { TaskResource } from './resource.ts';
import type { Visit } from './visit.ts';

const whole = { truncated: false };

/** The events of one attempt of a task; a function called by its own ARN has events of its own kind. */
export class TaskEvents {
  readonly #visit: Visit;
  readonly #resource: TaskResource;

  constructor(visit: Visit, resource: TaskResource) {
    this.#visit = visit;
    this.#resource = resource;
  }

  /** What messages call the resource. */
  get resourceName(): string {
    return this.#resource.kind === 'function' ? this.#resource.functionArn : this.#resource.resourceType;
  }

  scheduled(
    parameters: string,
    bounds: { timeoutSeconds: number | undefined; heartbeatSeconds: number | undefined },
  ): void {
    const { timeoutSeconds, heartbeatSeconds } = bounds;
    const timeout = timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds };
    if (this.#resource.kind === 'function') {
      const resource = this.#resource.functionArn;
      this.#record('LambdaFunctionScheduled', {
        lambdaFunctionScheduledEventDetails: { resource, input: parameters, inputDetails: whole, ...timeout },
      });
      return;
    }
    const { resourceType, resource } = this.#resource;
    const heartbeat = heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds };
    const region = this.#visit.execution.machine.arn.split(':')[3];
    this.#record('TaskScheduled', {
      taskScheduledEventDetails: { resourceType, resource, region, parameters, ...timeout, ...heartbeat },
    });
  }

  started(): void {
    if (this.#resource.kind === 'function') this.#record('LambdaFunctionStarted', {});
    else {
      const { resourceType, resource } = this.#resource;
      this.#record('TaskStarted', { taskStartedEventDetails: { resourceType, resource } });
    }
  }

  /** A task with a token was handed over; its end is still to come. */
  submitted(output: string): void {
    if (this.#resource.kind === 'function') return;
    const { resourceType, resource } = this.#resource;
    this.#record('TaskSubmitted', {
      taskSubmittedEventDetails: { resourceType, resource, output, outputDetails: whole },
    });
  }

  succeeded(output: string): void {
    const details = { output, outputDetails: whole };
    if (this.#resource.kind === 'function') {
      this.#record('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: details });
      return;
    }
    const { resourceType, resource } = this.#resource;
    this.#record('TaskSucceeded', { taskSucceededEventDetails: { resourceType, resource, ...details } });
  }

  failed({ error, cause }: StateFailure): void {
    const details = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    const isTimeout = error === 'States.Timeout';
    if (this.#resource.kind === 'function') {
      if (isTimeout) this.#record('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: details });
      else this.#record('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: details });
      return;
    }
    const { resourceType, resource } = this.#resource;
    const named = { resourceType, resource, ...details };
    if (isTimeout) this.#record('TaskTimedOut', { taskTimedOutEventDetails: named });
    else this.#record('TaskFailed', { taskFailedEventDetails: named });
  }

  #record(type: HistoryEventType, details: EventDetails): void {
    this.#visit.execution.record(this.#visit.lane, type, details);
  }
}
