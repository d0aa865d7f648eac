import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Json } from '../json.ts';
import type { Flow, MapState, ParallelState } from './definition.ts';
import { type Execution, toText } from './execution.ts';
import { StateFailure } from './failure.ts';
import { Lane, Stopped } from './lane.ts';
import { fill, numberOf, select } from './payload.ts';
import type { MapItem, Visit } from './visit.ts';

/** Runs the states of one flow in one lane. */
export interface FlowRunner {
  runFlow(
    execution: Execution,
    lane: Lane,
    flow: Flow,
    input: Json,
    item: MapItem | undefined,
  ): Promise<Json>;
}

/** An inline Map runs about this many iterations at one time (Step Functions Developer Guide, "Inline mode"). */
const mostIterationsAtOnce = 40;

/** One attempt of a Parallel: all branches at once; the first that fails stops the others and fails the state. */
export async function runBranches(flows: FlowRunner, visit: Visit, state: ParallelState): Promise<Json> {
  const { execution, lane } = visit;
  const input = visit.input();
  const effective = visit.within(() =>
    state.parameters ? fill(state.parameters, visit.over(input)) : input,
  );
  execution.weigh(toText(effective), state.name);
  execution.record(lane, 'ParallelStateStarted');
  const group = new LaneGroup(visit);
  const results = await group.run(
    state.branches.map((branch, index) => {
      const own = group.open(index);
      return () => flows.runFlow(execution, own, branch, effective, visit.item);
    }),
  );
  execution.record(lane, 'ParallelStateSucceeded', {}, false);
  return results;
}

/** One attempt of a Map in its inline mode. */
export async function runIterations(flows: FlowRunner, visit: Visit, state: MapState): Promise<Json> {
  const { execution, lane } = visit;
  const input = visit.input();
  const items = visit.within(() => readItems(visit, state, input));
  const most = visit.within(() => numberOf(state.maxConcurrency, visit.over(input), 'MaxConcurrency'));
  execution.record(lane, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  const group = new LaneGroup(visit, 'MapIteration');
  const iterations = items.map((value, index) => {
    const own = group.open(index);
    const item = { index, value };
    return async () => {
      const selector = state.itemSelector;
      const selected = visit.within(() => (selector ? fill(selector, visit.over(input, item)) : value));
      execution.weigh(toText(selected), state.name);
      return flows.runFlow(execution, own, state.processor, selected, item);
    };
  });
  const results = await group.run(iterations, most === 0 ? mostIterationsAtOnce : most);
  execution.record(lane, 'MapStateSucceeded', {}, false);
  return results;
}

function readItems(visit: Visit, state: MapState, input: Json): readonly Json[] {
  const items = state.itemsPath ? select(state.itemsPath, visit.over(input)) : input;
  if (Array.isArray(items)) return items as readonly Json[];
  throw new StateFailure(
    'States.Runtime',
    `Map state input must be an array but was: ${JSON.stringify(items)}`,
  );
}

/** Lanes that run side by side inside one state; the first that fails stops the rest. */
class LaneGroup {
  readonly #visit: Visit;
  /** The prefix of the events of each lane, where the state records any. */
  readonly #eventPrefix: 'MapIteration' | undefined;
  readonly #lanes: Lane[] = [];
  readonly #running = new Set<number>();
  /** The lane whose event the next one follows. */
  #last: Lane | undefined;
  #failure: unknown;
  #isStopped = false;

  constructor(visit: Visit, eventPrefix?: 'MapIteration') {
    this.#visit = visit;
    this.#eventPrefix = eventPrefix;
  }

  open(index: number): Lane {
    const { execution, lane, attempt } = this.#visit;
    const own = new Lane(`${attempt.slice(execution.arn.length)}[${index}]`, lane.lastEventId);
    this.#lanes.push(own);
    return own;
  }

  /** Runs what each lane does, at most so many at once; returns their results in the lanes' order. */
  async run(
    works: readonly (() => Promise<Json>)[],
    most = Number.POSITIVE_INFINITY,
  ): Promise<readonly Json[]> {
    const { lane } = this.#visit;
    lane.children = this.#lanes;
    const results: Json[] = [];
    let next = 0;
    const worker = async () => {
      while (next < works.length && this.#failure === undefined && !this.#isStopped) {
        const index = next++;
        results[index] = await this.#runOne(index, works[index]!);
      }
    };
    await Promise.allSettled(Array.from({ length: Math.min(most, works.length) }, worker));
    lane.children = [];
    if (this.#last) lane.lastEventId = this.#last.lastEventId;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isStopped) throw new Stopped();
    return results;
  }

  async #runOne(index: number, work: () => Promise<Json>): Promise<Json> {
    const own = this.#lanes[index]!;
    // An iteration that had to wait for a place follows the one that made room for it.
    if (this.#last) own.lastEventId = this.#last.lastEventId;
    this.#running.add(index);
    try {
      this.#record(index, own, 'Started');
      const result = await work();
      this.#record(index, own, 'Succeeded', false);
      this.#last = own;
      return result;
    } catch (error) {
      this.#fail(index, error);
      throw error;
    } finally {
      this.#running.delete(index);
    }
  }

  #fail(index: number, error: unknown): void {
    if (this.#failure !== undefined) return;
    if (error instanceof Stopped) {
      this.#isStopped = true;
      return;
    }
    this.#failure = error;
    const failed = this.#lanes[index]!;
    this.#last = failed;
    this.#record(index, failed, 'Failed', false);
    this.#running.delete(index);
    for (const other of this.#running) {
      this.#abort(this.#lanes[other]!, failed);
      this.#record(other, failed, 'Aborted', false);
      this.#lanes[other]!.stop();
    }
  }

  /** Records that the states in which a lane is are given up, the inner ones first. */
  #abort(lane: Lane, failed: Lane): void {
    for (const child of lane.children) this.#abort(child, failed);
    const type = lane.current?.type;
    if (type === 'Task' || type === 'Wait' || type === 'Parallel' || type === 'Map') {
      this.#visit.execution.record(failed, `${type}StateAborted`, {}, false);
    }
  }

  #record(
    index: number,
    lane: Lane,
    what: 'Started' | 'Succeeded' | 'Failed' | 'Aborted',
    chained = true,
  ): void {
    if (this.#eventPrefix === undefined) return;
    const details = { name: this.#visit.state.name, index };
    const type: HistoryEventType = `${this.#eventPrefix}${what}`;
    this.#visit.execution.record(lane, type, { [`mapIteration${what}EventDetails`]: details }, chained);
  }
}
