import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../json.ts';
import type { Simulator } from '../simulator.ts';
import type { State } from './definition.ts';
import { type Execution, toText } from './execution.ts';
import type { Evaluation } from './expression.ts';
import { StateFailure } from './failure.ts';
import type { Lane } from './lane.ts';
import { select } from './payload.ts';

/** The item of a Map that an iteration is for. */
export interface MapItem {
  readonly index: number;
  readonly value: Json;
}

/** One entry into a state until it is left: what its fields are evaluated with. */
export class Visit {
  readonly execution: Execution;
  readonly lane: Lane;
  readonly state: State;
  readonly rawInput: Json;
  readonly item: MapItem | undefined;
  /** Names this visit among all others of the simulation; draws are made from it. */
  readonly identity: string;
  retryCount = 0;
  taskToken: string | undefined;
  readonly #sim: Simulator;
  readonly #enteredAtMs: number;
  readonly #enteredId: number;

  /** Enters the state and records that. */
  constructor(
    sim: Simulator,
    execution: Execution,
    lane: Lane,
    state: State,
    rawInput: Json,
    item: MapItem | undefined,
  ) {
    this.#sim = sim;
    this.execution = execution;
    this.lane = lane;
    this.state = state;
    this.rawInput = rawInput;
    this.item = item;
    this.identity = `${execution.arn}${lane.path}/${state.name}#${lane.visit(state.name)}`;
    this.#enteredAtMs = sim.clock.nowMs();
    lane.current = state;
    this.#enteredId = execution.record(lane, `${state.type}StateEntered` as HistoryEventType, {
      stateEnteredEventDetails: {
        name: state.name,
        input: toText(rawInput),
        inputDetails: { truncated: false },
      },
    });
  }

  /** What names this attempt of the visit; the first is 0. */
  get attempt(): string {
    return `${this.identity}.${this.retryCount}`;
  }

  /** Leaves the state with an output and records that. */
  leave(output: Json): Json {
    const text = this.execution.weigh(toText(output), this.state.name);
    this.execution.record(this.lane, `${this.state.type}StateExited` as HistoryEventType, {
      stateExitedEventDetails: { name: this.state.name, output: text, outputDetails: { truncated: false } },
    });
    this.lane.current = undefined;
    return output;
  }

  /** What the state's fields are evaluated with, over `data`. */
  over(data: Json, item = this.item): Evaluation {
    const { draws } = this.#sim;
    const { identity } = this;
    return {
      data,
      context: this.#context(item),
      chance: {
        unit: () => draws.unit('States.MathRandom', identity),
        uuid: () => draws.uuid('States.UUID', identity),
      },
    };
  }

  /** The raw input after `InputPath`. */
  input(): Json {
    if (this.state.type === 'Fail') return this.rawInput;
    const { inputPath } = this.state;
    return this.within(() => select(inputPath, this.over(this.rawInput)));
  }

  /** A state's data after `OutputPath`. */
  output(data: Json): Json {
    if (this.state.type === 'Fail') return data;
    const { outputPath } = this.state;
    return this.within(() => select(outputPath, this.over(data)));
  }

  /** Runs what reads the state's fields; a failure in there is told with the state's name, as AWS does. */
  within<T>(evaluateFields: () => T): T {
    try {
      return evaluateFields();
    } catch (failure) {
      if (!(failure instanceof StateFailure)) throw failure;
      const place = `An error occurred while executing the state '${this.state.name}' (entered at the event id #${this.#enteredId}).`;
      throw new StateFailure(failure.error, `${place} ${failure.cause}`);
    }
  }

  /** The context object (Step Functions Developer Guide, "Accessing execution data from the Context object"). */
  #context(item: MapItem | undefined): JsonObject {
    const { execution } = this;
    const { machine } = execution;
    return {
      Execution: {
        Id: execution.arn,
        Input: JSON.parse(execution.input) as Json,
        StartTime: new Date(execution.startedAtMs).toISOString(),
        Name: execution.name,
        RoleArn: machine.roleArn,
        RedriveCount: 0,
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
      State: {
        Name: this.state.name,
        EnteredTime: new Date(this.#enteredAtMs).toISOString(),
        RetryCount: this.retryCount,
      },
      ...(this.taskToken !== undefined && { Task: { Token: this.taskToken } }),
      ...(item && { Map: { Item: { Index: item.index, Value: item.value } } }),
    };
  }
}
