import type { Json } from '../json.ts';
import type { Simulator } from '../simulator.ts';
import type { TaskState } from './definition.ts';
import { toText } from './execution.ts';
import { StateFailure } from './failure.ts';
import type { Integrations } from './integrations.ts';
import type { Settle } from './lane.ts';
import { fill, numberOf } from './payload.ts';
import { TaskEvents } from './task-events.ts';
import { type TaskTokens, tokenFrom } from './tokens.ts';
import type { Visit } from './visit.ts';

/** The bounds of one attempt, in seconds. */
interface Bounds {
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

/** Runs single attempts of Task states. */
export class Tasks {
  readonly #sim: Simulator;
  readonly #integrations: Integrations;
  readonly #tokens: TaskTokens;

  constructor(sim: Simulator, integrations: Integrations, tokens: TaskTokens) {
    this.#sim = sim;
    this.#integrations = integrations;
    this.#tokens = tokens;
  }

  /**
   * Calls the task's resource once and returns its result.
   * @throws StateFailure the task's error, or `States.Timeout`
   */
  async attempt(visit: Visit, state: TaskState): Promise<Json> {
    const { resource } = state;
    const waitsForToken = resource.kind === 'integration' && resource.waitsForToken;
    // A task that is tried again gets a new token (Step Functions Developer Guide, "Wait for a callback").
    visit.taskToken = waitsForToken
      ? tokenFrom(this.#sim.draws.hex('taskToken', visit.attempt, 64))
      : undefined;
    const input = visit.input();
    const { parameters, bounds } = visit.within(() => {
      const filled = state.parameters ? fill(state.parameters, visit.over(input)) : input;
      return { parameters: filled, bounds: readBounds(visit, state, input) };
    });
    const events = new TaskEvents(visit, resource);
    events.scheduled(visit.execution.weigh(toText(parameters), state.name), bounds);
    events.started();
    try {
      const result = await this.#perform(visit, state, parameters, bounds, events);
      events.succeeded(visit.execution.weigh(toText(result), events.resourceName));
      return result;
    } catch (failure) {
      if (failure instanceof StateFailure) events.failed(failure);
      throw failure;
    }
  }

  #perform(
    visit: Visit,
    state: TaskState,
    parameters: Json,
    bounds: Bounds,
    events: TaskEvents,
  ): Promise<Json> {
    const { clock } = this.#sim;
    const token = visit.taskToken;
    return visit.lane.wait<Json>((settle) => {
      const timeOut = (alias?: string) => settle.reject(new StateFailure('States.Timeout', undefined, alias));
      const { timeoutSeconds, heartbeatSeconds } = bounds;
      const cancelTimeout = timeoutSeconds && clock.after(timeoutSeconds * 1000, () => timeOut());
      let cancelBeat: (() => void) | undefined;
      const beat = () => {
        cancelBeat?.();
        if (heartbeatSeconds === undefined) return;
        cancelBeat = clock.after(heartbeatSeconds * 1000, () => timeOut('States.HeartbeatTimeout'));
      };
      beat();
      if (token !== undefined) {
        this.#tokens.open(token, { succeed: settle.resolve, fail: settle.reject, beat });
      }
      this.#call(visit, state, parameters, settle, (output) => events.submitted(output));
      return () => {
        if (cancelTimeout) cancelTimeout();
        cancelBeat?.();
        if (token !== undefined) this.#tokens.close(token);
      };
    });
  }

  /** Calls the resource. With a task token its answer only says that the task was handed over. */
  #call(
    visit: Visit,
    state: TaskState,
    parameters: Json,
    settle: Settle<Json>,
    submitted: (output: string) => void,
  ): void {
    this.#integrations.call(visit, state.resource, parameters).then(
      (result) => {
        if (visit.taskToken === undefined) settle.resolve(result);
        else if (!settle.isOver) submitted(toText(result));
      },
      (error: unknown) => {
        // Anything but an error of the task is a defect, or a gap in the model: no state may catch that.
        if (error instanceof StateFailure) settle.reject(error);
        else this.#sim.clock.abort(error);
      },
    );
  }
}

function readBounds(visit: Visit, state: TaskState, input: Json): Bounds {
  const { timeoutSeconds, heartbeatSeconds } = state;
  const scope = visit.over(input);
  return {
    timeoutSeconds: timeoutSeconds && numberOf(timeoutSeconds, scope, 'TimeoutSeconds', 1),
    heartbeatSeconds: heartbeatSeconds && numberOf(heartbeatSeconds, scope, 'HeartbeatSeconds', 1),
  };
}
