import type { Json } from '../json.ts';
import type { Simulator } from '../simulator.ts';
import { isMet } from './choice.ts';
import type {
  ChoiceState,
  FailState,
  Flow,
  PassState,
  TextOrPath,
  WaitState,
  WorkingState,
} from './definition.ts';
import { type Execution, toText } from './execution.ts';
import { evaluate } from './expression.ts';
import { matchesError, StateFailure } from './failure.ts';
import { type Lane, Stopped } from './lane.ts';
import { runBranches, runIterations } from './parallel.ts';
import { evaluatePath } from './path.ts';
import { errorOutput, fill, placeResult, select } from './payload.ts';
import { Retries } from './retry.ts';
import type { Tasks } from './tasks.ts';
import { parseTimestamp } from './timestamp.ts';
import { type MapItem, Visit } from './visit.ts';

/** Where a state leads: its output, and the next state's name unless the flow ends here. */
interface Exit {
  readonly output: Json;
  readonly next: string | undefined;
}

/** Step Functions Developer Guide, "Wait workflow state": at most this far ahead. */
const longestWaitSeconds = 99_999_999;

/** Runs executions of state machines in Amazon States Language with JSONPath on the simulated clock. */
export class Interpreter {
  readonly #sim: Simulator;
  readonly #tasks: Tasks;

  constructor(sim: Simulator, tasks: Tasks) {
    this.#sim = sim;
    this.#tasks = tasks;
  }

  /** Begins an execution and lets it run to its end; `execution.done` tells when that is. */
  start(execution: Execution): void {
    execution.begin();
    this.#run(execution).catch((error: unknown) => {
      if (error instanceof Stopped) return;
      if (error instanceof StateFailure) {
        execution.end({ status: 'FAILED', error: error.error, cause: error.cause });
      } else {
        this.#sim.clock.abort(error);
      }
    });
  }

  async #run(execution: Execution): Promise<void> {
    const { definition } = execution.machine;
    const input = JSON.parse(execution.input) as Json;
    const output = await this.runFlow(execution, execution.lane, definition, input, undefined);
    execution.end({ status: 'SUCCEEDED', output: toText(output) });
  }

  /**
   * Runs the states of a flow in a lane, one after the other; returns the last one's output.
   * @throws StateFailure that no state of the flow caught
   * @throws Stopped
   */
  async runFlow(
    execution: Execution,
    lane: Lane,
    flow: Flow,
    input: Json,
    item: MapItem | undefined,
  ): Promise<Json> {
    let name = flow.startAt;
    let data = input;
    for (;;) {
      const state = flow.states.get(name)!;
      const subject = `${execution.arn}${lane.path}/${name}`;
      await this.#sleep(lane, this.#sim.draws.sample('stepfunctions.stateTransitionLatency', subject));
      const { output, next } = await this.#runState(new Visit(this.#sim, execution, lane, state, data, item));
      if (next === undefined) return output;
      name = next;
      data = output;
    }
  }

  async #runState(visit: Visit): Promise<Exit> {
    const { state } = visit;
    switch (state.type) {
      case 'Pass':
        return { output: visit.leave(runPass(visit, state)), next: state.next };
      case 'Succeed':
        return { output: visit.leave(visit.output(visit.input())), next: undefined };
      case 'Fail':
        throw toFailure(visit, state);
      case 'Choice':
        return this.#choose(visit, state);
      case 'Wait':
        return this.#wait(visit, state);
      case 'Task':
        return this.#work(visit, state, () => this.#tasks.attempt(visit, state));
      case 'Parallel':
        return this.#work(visit, state, () => runBranches(this, visit, state));
      case 'Map':
        return this.#work(visit, state, () => runIterations(this, visit, state));
      default:
        return state satisfies never;
    }
  }

  #choose(visit: Visit, state: ChoiceState): Exit {
    const scope = visit.over(visit.input());
    const met = visit.within(() => state.choices.find(({ test }) => isMet(test, scope)));
    const next = met?.next ?? state.otherwise;
    if (next === undefined) {
      const what = 'Failed to transition out of the state. The state does not point to a next state.';
      visit.within(() => {
        throw new StateFailure('States.NoChoiceMatched', what);
      });
    }
    return { output: visit.leave(visit.output(scope.data)), next };
  }

  async #wait(visit: Visit, state: WaitState): Promise<Exit> {
    const input = visit.input();
    const seconds = visit.within(() => this.#secondsToWait(visit, state, input));
    await this.#sleep(visit.lane, seconds);
    return { output: visit.leave(visit.output(input)), next: state.next };
  }

  #secondsToWait(visit: Visit, { until }: WaitState, input: Json): number {
    const nowMs = this.#sim.clock.nowMs();
    switch (until.kind) {
      case 'seconds':
        return until.seconds;
      case 'timestamp':
        return bounded((until.atMs - nowMs) / 1000);
      case 'secondsPath':
        return bounded(wholeSeconds(evaluatePath(until.path, visit.over(input)), until.path.text));
      case 'timestampPath': {
        const found = select(until.path, visit.over(input));
        const atMs = typeof found === 'string' ? parseTimestamp(found) : undefined;
        if (atMs !== undefined) return bounded((atMs - nowMs) / 1000);
        const what =
          'The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string';
        throw new StateFailure('States.Runtime', `${what}: ${until.path.text} == ${plain(found)}`);
      }
      default:
        return until satisfies never;
    }
  }

  /** Runs a Task, Parallel or Map: attempts with retries, then the result's way into the output, or a catcher. */
  async #work(visit: Visit, state: WorkingState, attempt: () => Promise<Json>): Promise<Exit> {
    const retries = new Retries(state.retry);
    for (;;) {
      try {
        const result = await attempt();
        return { output: this.#conclude(visit, state, result), next: state.next };
      } catch (failure) {
        if (!(failure instanceof StateFailure)) throw failure;
        const unit = () => this.#sim.draws.unit('stepfunctions.retryJitter', visit.attempt);
        const verdict = retries.judge(failure, unit);
        if (verdict.kind === 'giveUp') return this.#fallBack(visit, state, failure);
        await this.#sleep(visit.lane, verdict.delaySeconds);
        visit.retryCount += 1;
      }
    }
  }

  #conclude(visit: Visit, state: WorkingState, result: Json): Json {
    const data = visit.within(() => {
      const selected = state.resultSelector ? fill(state.resultSelector, visit.over(result)) : result;
      return placeResult(state.resultPath, visit.rawInput, selected);
    });
    return visit.leave(visit.output(data));
  }

  #fallBack(visit: Visit, state: WorkingState, failure: StateFailure): Exit {
    if (state.type !== 'Task') visit.execution.record(visit.lane, `${state.type}StateFailed`);
    const catcher = state.catch.find(({ errorEquals }) =>
      errorEquals.some((name) => matchesError(name, failure)),
    );
    if (!catcher) throw failure;
    const output = visit.within(() => placeResult(catcher.resultPath, visit.rawInput, errorOutput(failure)));
    return { output: visit.leave(output), next: catcher.next };
  }

  #sleep(lane: Lane, seconds: number): Promise<void> {
    return lane.wait(({ resolve }) => this.#sim.clock.after(seconds * 1000, resolve));
  }
}

function runPass(visit: Visit, state: PassState): Json {
  const input = visit.input();
  const data = visit.within(() => {
    const effective = state.parameters ? fill(state.parameters, visit.over(input)) : input;
    return placeResult(
      state.resultPath,
      visit.rawInput,
      state.result === undefined ? effective : state.result,
    );
  });
  return visit.output(data);
}

function toFailure(visit: Visit, state: FailState): StateFailure {
  const read = (given: TextOrPath | undefined) => {
    if (given === undefined || given.kind === 'text') return given?.value;
    const found = evaluate(given.expression, visit.over(visit.rawInput), given.field);
    if (typeof found === 'string') return found;
    throw new StateFailure(
      'States.Runtime',
      `The ${given.field} parameter does not reference a string: ${plain(found)}`,
    );
  };
  return visit.within(() => new StateFailure(read(state.error), read(state.cause)));
}

function wholeSeconds(found: Json | undefined, path: string): number {
  if (found === undefined) {
    throw new StateFailure(
      'States.Runtime',
      `The SecondsPath parameter does not reference an input value: ${path}`,
    );
  }
  if (typeof found !== 'number' || !Number.isInteger(found)) {
    const what = `The SecondsPath parameter cannot be parsed as a long value: ${path} == ${plain(found)}`;
    throw new StateFailure('States.Runtime', what);
  }
  if (found >= 0) return found;
  throw new StateFailure(
    'States.Runtime',
    `The SecondsPath parameter references a negative value: ${path} == ${found}`,
  );
}

function bounded(seconds: number): number {
  if (seconds <= longestWaitSeconds) return seconds;
  throw new StateFailure('States.Runtime', 'Wait state delay is too long.');
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
