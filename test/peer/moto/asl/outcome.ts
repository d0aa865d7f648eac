import type { DescribeExecutionCommandOutput, HistoryEvent } from '@aws-sdk/client-sfn';
import { isObject, type Json, type JsonObject, parseJson } from '../../../../simulator/json.ts';

export type Entered = Readonly<Record<string, readonly string[]>>;

/** What one engine made of a machine: what both must agree on. */
export interface Outcome {
  /** The execution's status, or `REFUSED` where the definition was not accepted. */
  readonly status: string;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: Json;
  /** The names of the states entered, in order, for each strand: the machine's own is `/`. */
  readonly entered: Entered;
  /** Whether a Parallel or a Map broke off: how far its other strands had come by then is a matter of time. */
  readonly brokeOff: boolean;
  /** The events that each function got; those of parallel strands have no order. */
  readonly calls: Readonly<Record<string, readonly string[]>>;
}

/** What an ended execution and its history say. */
export function outcomeOf(
  definition: JsonObject,
  { status, error, cause }: Partial<DescribeExecutionCommandOutput>,
  history: readonly HistoryEvent[],
  calls: Outcome['calls'],
): Outcome {
  // Moto's DescribeExecution gives a text without its quotes and null not at all; its history gives both as JSON.
  const succeeded = history.find(({ type }) => type === 'ExecutionSucceeded')?.executionSucceededEventDetails;
  return {
    status: status ?? 'none',
    ...(succeeded && { output: comparable(parseJson(succeeded.output ?? '') ?? 'no JSON') }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && isDocumented(error) && { cause: plainCause(cause) }),
    entered: enteredIn(definition, history),
    brokeOff: history.some(({ type }) => type === 'ParallelStateFailed' || type === 'MapStateFailed'),
    calls,
  };
}

/** How the context object writes the time, which is another in each engine. */
const instant = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The words with which an engine itself explains an error are its own; those of a function or a Fail state are the machine's. */
function isDocumented(error: Json | undefined): boolean {
  return typeof error !== 'string' || !/^(States|Lambda|StepFunctions)\./.test(error);
}

/** A caught error of a function tells where in its code that was, which is no matter of the engine. */
function plainCause(cause: string): Json {
  const told = parseJson(cause);
  if (!isObject(told)) return cause;
  const { trace, ...rest } = told;
  return rest;
}

/** A value without what the engines need not agree on: instants, the words of causes and the traces of functions. */
export function comparable(value: Json): Json {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]): [string, Json] => {
    if (typeof member === 'string' && instant.test(member)) return [key, 'an instant'];
    if (key !== 'Cause' || typeof member !== 'string') return [key, comparable(member)];
    return [key, isDocumented(value.Error) ? plainCause(member) : 'in words of its own'];
  });
  return Object.fromEntries(entries);
}

/** The strand of a state: the branches that it is in, and the Maps, whose iterations only the history can tell. */
interface Strand {
  readonly path: string;
  readonly maps: readonly string[];
}

function strandsOf(
  flow: JsonObject,
  within: Strand,
  strands = new Map<string, Strand>(),
): Map<string, Strand> {
  for (const [name, state] of Object.entries(flow.States as JsonObject)) {
    strands.set(name, within);
    const { Branches = [], ItemProcessor, Iterator } = state as Record<string, JsonObject | undefined>;
    for (const [index, branch] of (Branches as readonly JsonObject[]).entries())
      strandsOf(branch, { ...within, path: `${within.path}${name}[${index}]/` }, strands);
    const processor = ItemProcessor ?? Iterator;
    if (processor)
      strandsOf(processor, { path: `${within.path}${name}/`, maps: [...within.maps, name] }, strands);
  }
  return strands;
}

function enteredIn(definition: JsonObject, history: readonly HistoryEvent[]): Entered {
  const strands = strandsOf(definition, { path: '/', maps: [] });
  const events = new Map(history.map((event) => [event.id, event]));
  const entered: Record<string, string[]> = {};
  for (const event of [...events.values()].sort((a, b) => a.id! - b.id!)) {
    const name = event.stateEnteredEventDetails?.name;
    if (name === undefined) continue;
    const { path, maps } = strands.get(name)!;
    const key = [path, ...maps.map((map) => `${map} ${iterationOf(event, map, events)}`)].join(' ');
    entered[key] = [...(entered[key] ?? []), name];
  }
  return entered;
}

/** The iteration of a Map in which an event is: the start of it is the first that is met on the way back. */
function iterationOf(
  event: HistoryEvent,
  map: string,
  events: ReadonlyMap<number | undefined, HistoryEvent>,
): number {
  for (let at: HistoryEvent | undefined = event; at; at = events.get(at.previousEventId)) {
    const started = at.mapIterationStartedEventDetails;
    if (started?.name === map) return started.index!;
  }
  throw new Error(`event ${event.id} of the history is in no iteration of ${map}`);
}
