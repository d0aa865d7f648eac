import type { Run } from '../truth/truth.ts';
import { type Finding, type Law, timeOf } from './scene.ts';

type HistoryEvent = Run['execution']['history'][number];

/**
 * What the Lambda service answers when it is the one in trouble: "best practice to handle Lambda service exceptions" (Step
 * Functions Developer Guide, Handle transient Lambda service exceptions).
 */
const transient: ReadonlySet<string | undefined> = new Set([
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
]);

/** Whoever has been refused so often has been given its chance. */
const triesLeast = 3;

/** Where the Lambda service refuses or breaks, the machine asks again: by the execution's own history. */
export const transientIsRetried: Law = (scene) => scene.runs.flatMap(givenUpIn);

function givenUpIn(run: Run): readonly Finding[] {
  const { history, name } = run.execution;
  const byId = new Map(history.map((event) => [event.id, event]));
  const after = new Map(history.map((event) => [event.previousEventId, event]));
  return history.flatMap((event) => {
    const error = event.lambdaFunctionFailedEventDetails?.error;
    const next = after.get(event.id);
    if (!transient.has(error) || !next || next.type === 'LambdaFunctionScheduled') return [];
    const { tries, state } = visitOf(event, byId);
    if (tries >= triesLeast) return [];
    const atMs = event.timestamp?.getTime() ?? run.execution.startedAtMs;
    return [
      {
        atMs,
        plan: run.plan,
        recovery: run.recovery,
        message: `${name} gave up its state ${state} at ${timeOf(atMs)} after ${tries} of ${triesLeast} tries, where Lambda answered ${error}`,
      },
    ];
  });
}

/** The state that an event is of, and how often its function had been called by then. */
function visitOf(
  event: HistoryEvent,
  byId: ReadonlyMap<number | undefined, HistoryEvent>,
): { readonly tries: number; readonly state: string } {
  let tries = 0;
  for (let each: HistoryEvent | undefined = event; each; each = byId.get(each.previousEventId)) {
    if (each.type === 'LambdaFunctionScheduled') tries += 1;
    if (each.type === 'TaskStateEntered') return { tries, state: each.stateEnteredEventDetails?.name ?? '' };
  }
  return { tries, state: '' };
}
