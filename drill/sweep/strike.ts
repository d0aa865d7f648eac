import { AwsError } from '../../simulator/errors.ts';
import type { Json } from '../../simulator/json.ts';
import type { Lambda, LambdaInterference } from '../../simulator/lambda/lambda.ts';
import type { Interference, Simulator } from '../../simulator/simulator.ts';
import { twinOf } from '../truth/acts.ts';
import type { Aim, Blow, SweepCase } from './case.ts';
import { Counter } from './names.ts';

/** How often a case met what it aims at: once, unless the run went another way than the one that was recorded. */
export interface Struck {
  times: number;
  /** Fulfilled when the second of two invocations has ended; absent where there is none. */
  twin?: Promise<void>;
}

/** Arranges for one call or one invocation of a run to meet its blow. */
export function strike(sim: Simulator, region: string, { aim, blow }: SweepCase): Struck {
  const struck: Struck = { times: 0 };
  const counter = new Counter();
  const isMeant = ({ target, nth }: Aim) => target === aim.target && nth === aim.nth;
  const interference = callInterference(blow);
  if (interference) {
    sim.faults.push((call) => {
      if (!isMeant(counter.call(call))) return undefined;
      struck.times += 1;
      return interference;
    });
    return struck;
  }
  const { lambda } = sim.region(region);
  let second: Json | undefined;
  lambda.faults.push((invocation, event) => {
    // The second one of the two is none of those that are counted.
    if (event === second) return undefined;
    const isThis =
      'requestId' in blow ? invocation.requestId === blow.requestId : isMeant(counter.invocation(invocation));
    if (!isThis) return undefined;
    struck.times += 1;
    const laterSeconds = twinAfterSeconds(blow);
    if (laterSeconds !== undefined) {
      second = structuredClone(event);
      struck.twin = invokeAgain(sim, lambda, invocation, second, laterSeconds);
    }
    return invocationInterference(blow);
  });
  return struck;
}

function callInterference(blow: Blow): Interference | undefined {
  if (blow.kind === 'hang' || blow.kind === 'loseAnswer') return { kind: blow.kind };
  if (blow.kind !== 'error') return undefined;
  return { kind: 'error', error: new AwsError(blow.code, 'swept', blow.httpStatus) };
}

function invocationInterference(blow: Blow): LambdaInterference | undefined {
  switch (blow.kind) {
    case 'die':
      return { kind: 'killAfter', seconds: blow.seconds };
    case 'timeOut':
      return blow.seconds === undefined
        ? { kind: 'freezeAtCall', nth: 0 }
        : { kind: 'freezeAfter', seconds: blow.seconds };
    case 'refuse':
      return { kind: 'refuse' };
    case 'neverStart':
      return { kind: 'killBeforeStart' };
    case 'loseResult':
      return { kind: 'loseAnswer' };
    default:
      return undefined;
  }
}

/** How long after the start of the first the second one is invoked, where there are two. */
function twinAfterSeconds(blow: Blow): number | undefined {
  switch (blow.kind) {
    case 'twice':
      return 0;
    case 'twiceInTurn':
    case 'twiceLate':
      return blow.seconds;
    default:
      return undefined;
  }
}

/** Nobody learns the answer of the second one, whatever it is. */
function invokeAgain(
  { clock }: Simulator,
  lambda: Lambda,
  { functionArn, requestId }: { readonly functionArn: string; readonly requestId: string },
  event: Json,
  seconds: number,
): Promise<void> {
  return new Promise((resolve) => {
    const over = () => resolve();
    clock.after(seconds * 1000, () => {
      lambda.invoke(functionArn, event, twinOf({ requestId })).then(over, over);
    });
  });
}
