import type { ExecutionStatus, HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Cancel } from '../clock.ts';
import defaults from '../defaults.json' with { type: 'json' };
import type { Json } from '../json.ts';
import type { Simulator } from '../simulator.ts';
import { StateFailure } from './failure.ts';
import { Lane, Stopped } from './lane.ts';
import type { StateMachine } from './machine.ts';

/** The details of an event, under the names that the Step Functions API gives them. */
export type EventDetails = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'>;

/** How an execution ended. */
export interface Ending {
  readonly status: Exclude<ExecutionStatus, 'RUNNING' | 'PENDING_REDRIVE'>;
  readonly output?: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** Told each event of an execution's history as it is recorded. */
export type HistoryListener = (execution: Execution, event: HistoryEvent) => void;

const { payloadBytes, historyEvents } = defaults.stepfunctions;

/** One execution of a state machine: its state, its history and its end. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly machine: StateMachine;
  readonly input: string;
  readonly startedAtMs: number;
  readonly history: HistoryEvent[] = [];
  /** Resolves with the execution itself once it has ended, however it ended. */
  readonly done: Promise<Execution>;
  /** The machine's own strand of states. */
  readonly lane: Lane;
  ending: Ending | undefined;
  stoppedAtMs: number | undefined;
  /** The largest input, parameters, result or output so far, in bytes of UTF-8; the quota is 256 KiB. */
  largestPayloadBytes = 0;
  readonly #sim: Simulator;
  readonly #listener: HistoryListener;
  #resolveDone: (execution: Execution) => void = () => undefined;
  #timeout: Cancel | undefined;

  constructor(sim: Simulator, machine: StateMachine, name: string, input: string, listener: HistoryListener) {
    this.#sim = sim;
    this.#listener = listener;
    this.machine = machine;
    this.name = name;
    this.arn = machine.arn.replace(':stateMachine:', ':execution:') + `:${name}`;
    this.input = input;
    this.startedAtMs = sim.clock.nowMs();
    this.lane = new Lane('', 0);
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
  }

  get status(): ExecutionStatus {
    return this.ending?.status ?? 'RUNNING';
  }

  /** Records the start and sets the machine's own time-out. */
  begin(): void {
    this.weigh(this.input, 'the execution');
    this.record(this.lane, 'ExecutionStarted', {
      executionStartedEventDetails: {
        input: this.input,
        inputDetails: { truncated: false },
        roleArn: this.machine.roleArn,
      },
    });
    // The first state's event follows none: so do AWS's own histories.
    this.lane.lastEventId = 0;
    const seconds = this.machine.definition.timeoutSeconds;
    if (seconds === undefined) return;
    this.#timeout = this.#sim.clock.after(seconds * 1000, () =>
      this.end({ status: 'TIMED_OUT', error: 'States.Timeout' }),
    );
  }

  /**
   * Records an event and returns its id. The 25,000th ends the execution; nothing can catch that (Step Functions Developer
   * Guide, "Service quotas").
   * @throws Stopped when the execution has ended
   */
  record(lane: Lane, type: HistoryEventType, details: EventDetails = {}, chained = true): number {
    if (this.ending) throw new Stopped();
    if (this.history.length >= historyEvents - 1) {
      const cause = `The execution reached the maximum number of history events (${historyEvents}).`;
      this.end({ status: 'FAILED', error: 'States.Runtime', cause });
      throw new Stopped();
    }
    const id = this.#append(lane.lastEventId, type, details);
    if (chained) lane.lastEventId = id;
    return id;
  }

  /**
   * Checks a payload against the quota of 256 KiB and remembers the largest; returns it.
   * @throws StateFailure `States.DataLimitExceeded`
   */
  weigh(payload: string, what: string): string {
    const bytes = Buffer.byteLength(payload);
    if (bytes > payloadBytes) {
      const cause = `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`;
      throw new StateFailure('States.DataLimitExceeded', cause);
    }
    this.largestPayloadBytes = Math.max(this.largestPayloadBytes, bytes);
    return payload;
  }

  /** Ends the execution: stops what waits, records the last event, resolves `done`. Only the first call counts. */
  end(ending: Ending): void {
    if (this.ending) return;
    this.ending = ending;
    this.stoppedAtMs = this.#sim.clock.nowMs();
    this.#timeout?.();
    this.lane.stop();
    const { error, cause } = ending;
    const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    const last = this.lane.lastEventId;
    switch (ending.status) {
      case 'SUCCEEDED':
        this.#append(last, 'ExecutionSucceeded', {
          executionSucceededEventDetails: { output: ending.output, outputDetails: { truncated: false } },
        });
        break;
      case 'FAILED':
        this.#append(last, 'ExecutionFailed', { executionFailedEventDetails: failure });
        break;
      case 'TIMED_OUT':
        this.#append(0, 'ExecutionTimedOut', { executionTimedOutEventDetails: failure });
        break;
      case 'ABORTED':
        this.#append(0, 'ExecutionAborted', { executionAbortedEventDetails: failure });
        break;
      default:
        ending.status satisfies never;
    }
    this.#resolveDone(this);
  }

  #append(previousEventId: number, type: HistoryEventType, details: EventDetails): number {
    const id = this.history.length + 1;
    const timestamp = new Date(this.#sim.clock.nowMs());
    const event: HistoryEvent = { timestamp, type, id, previousEventId, ...details };
    this.history.push(event);
    this.#listener(this, event);
    return id;
  }
}

/** A value as an execution's history and API carry it. */
export function toText(value: Json): string {
  return JSON.stringify(value);
}
