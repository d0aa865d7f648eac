import type { LambdaFault } from '../../simulator/lambda/function.ts';
import { twinOf } from '../truth/acts.ts';
import { between, type End, endAll, type Scenarios, type Stage } from './scenario.ts';

/** What goes wrong with functions, wherever they run. */
export const functionScenarios: Scenarios = {
  'functions-die': {
    says: 'a share of all invocations is killed, before any of its calls or after some of them',
    facts: ['F15'],
    probability: 0.25,
    seconds: [120, 1800],
    begin: (stage, given) => {
      const share = between(0.03, 0.3, given);
      return invocations(stage, (sim) => ({ requestId }) => {
        if (!sim.draws.chance(share, 'storm.functions-die', requestId)) return undefined;
        const seconds = 6 * sim.draws.unit('storm.functions-die.seconds', requestId) ** 2;
        return seconds < 0.05 ? { kind: 'killBeforeStart' } : { kind: 'killAfter', seconds };
      });
    },
  },
  'functions-die-at-calls': {
    says: 'a share of all invocations is killed when one of its calls has acted, before it learns so',
    facts: ['F15'],
    probability: 0.2,
    seconds: [120, 1800],
    begin: (stage, given) => struckAtCalls(stage, 'killAtCall', between(0.05, 0.4, given)),
  },
  'functions-time-out': {
    says: 'a share of all invocations stands still after one of its calls, or before the first, until its own time-out',
    facts: ['F15'],
    probability: 0.15,
    seconds: [120, 1800],
    begin: (stage, given) => struckAtCalls(stage, 'freezeAtCall', between(0.03, 0.3, given)),
  },
  'functions-refused': {
    says: 'the Lambda service refuses a share of all invocations',
    probability: 0.1,
    seconds: [60, 900],
    begin: (stage, given) =>
      invocations(
        stage,
        (sim) =>
          ({ requestId }) =>
            sim.draws.chance(between(0.1, 1, given), 'storm.functions-refused', requestId)
              ? { kind: 'refuse' }
              : undefined,
      ),
  },
  'function-answers-lost': {
    says: 'a share of all functions does its work, and its answer is lost',
    facts: ['F15'],
    probability: 0.15,
    seconds: [120, 1800],
    begin: (stage, given) =>
      invocations(
        stage,
        (sim) =>
          ({ requestId }) =>
            sim.draws.chance(between(0.05, 0.4, given), 'storm.function-answers-lost', requestId)
              ? { kind: 'loseAnswer' }
              : undefined,
      ),
  },
  'invoked-twice': {
    says: 'a share of all invocations is made again, at once or up to half a minute late',
    probability: 0.2,
    seconds: [120, 1800],
    begin: (stage, given) => {
      const seconds = new Set<unknown>();
      return invocations(stage, (sim, lambda) => ({ functionArn, requestId }, event) => {
        if (seconds.has(event)) return undefined;
        const { draws, clock } = sim;
        if (!draws.chance(between(0.1, 1, given), 'storm.invoked-twice', requestId)) return undefined;
        const afterMs = 30_000 * draws.unit('storm.invoked-twice.seconds', requestId) ** 3;
        clock.after(afterMs, () => {
          const again = structuredClone(event);
          seconds.add(again);
          lambda.invoke(functionArn, again, twinOf({ requestId })).catch(() => {});
        });
        return undefined;
      });
    },
  },
};

/** Invocations make a few calls, and some of them dozens. */
const callsMost = 24;

/** Strikes a share of all invocations at one of their calls, the early ones more often. One that makes fewer goes through. */
function struckAtCalls(stage: Stage, kind: 'killAtCall' | 'freezeAtCall', share: number): End {
  return invocations(stage, ({ draws }) => ({ requestId }) => {
    if (!draws.chance(share, `storm.${kind}`, requestId)) return undefined;
    const nth = Math.floor(callsMost ** draws.unit(`storm.${kind}.nth`, requestId));
    // A process that is killed before its first call is one that never began, which is a scenario of its own.
    return { kind, nth: kind === 'freezeAtCall' ? nth - 1 : nth };
  });
}

type Lambda = Stage['recovery']['lambda'];

/** Looks at each invocation in every Region. */
function invocations({ sim }: Stage, fault: (sim: Stage['sim'], lambda: Lambda) => LambdaFault): End {
  return endAll(
    ...sim.regions.map(({ lambda }) => {
      const own = fault(sim, lambda);
      lambda.faults.push(own);
      return () => {
        lambda.faults.splice(lambda.faults.indexOf(own), 1);
      };
    }),
  );
}
