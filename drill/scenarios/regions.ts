import { cutOff, loseRegion } from '../../simulator/world/outage.ts';
import { serverError, someCalls } from './calls.ts';
import { worldFault } from './compute.ts';
import { between, type End, endAll, type Scenarios, type Stage } from './scenario.ts';

/** Whole Regions that fail, come back, and fail again. */
export const regionScenarios: Scenarios = {
  'primary-outage': worldFault('primary-outage', {
    facts: ['F1', 'F11'],
    probability: 0.6,
    seconds: [240, 5400],
    isOutage: true,
    breaks: 'primary',
  }),
  'primary-flapping': {
    says: 'the primary Region is gone for some minutes and back for some, again and again',
    facts: ['F17'],
    probability: 0.15,
    seconds: [600, 3600],
    isOutage: true,
    breaks: 'primary',
    begin: (stage, given) => flap(stage, between(60, 400, given)),
  },
  'primary-api-outage': worldFault('primary-api-outage', {
    facts: ['F11'],
    probability: 0.1,
    seconds: [120, 3600],
    breaks: 'primary',
  }),
  'recovery-impaired': {
    says: 'the recovery Region answers a share of all calls with errors, or not at all',
    facts: ['F18'],
    probability: 0.15,
    seconds: [120, 1800],
    // Three of five calls fail: a fence is some ten of them in a row.
    silencesLifeboat: { fromStrength: 0.66 },
    begin: (stage, given) => {
      const isThere = ({ region }: { readonly region: string }) => region === stage.recovery.name;
      return endAll(
        someCalls(stage, 'recovery-impaired', between(0.2, 0.8, given), (call) =>
          isThere(call) ? { kind: 'error', error: serverError(call.service) } : undefined,
        ),
        someCalls(stage, 'recovery-silent', 0.1, (call) => (isThere(call) ? { kind: 'hang' } : undefined)),
      );
    },
  },
  'recovery-api-outage': {
    says: "the recovery Region's APIs are gone for some minutes, and its events are held back",
    facts: ['F18'],
    probability: 0.08,
    seconds: [60, 900],
    silencesLifeboat: true,
    begin: ({ sim, recovery }) => cutOff(sim, recovery.name),
  },
  'witness-outage': {
    says: 'the Region that looks on from a third place is gone',
    misleads: 'witness',
    probability: 0.1,
    seconds: [300, 3600],
    begin: ({ sim, plans }) => {
      const ends = plans.flatMap(({ regions }) => regions.witness ?? []);
      return endAll(...[...new Set(ends)].map((region) => loseRegion(sim, region)));
    },
  },
  'clocks-apart': {
    says: 'the clocks of the Regions differ by up to some minutes',
    probability: 0.15,
    seconds: [600, 3600],
    begin: ({ sim }, given) =>
      endAll(
        ...sim.regions.map(({ lambda, name }) => {
          const most = between(1, 120, given);
          lambda.clockSkewMs = Math.round((sim.draws.unit('storm.clocks-apart', name) * 2 - 1) * most * 1000);
          return () => {
            lambda.clockSkewMs = 0;
          };
        }),
      ),
  },
};

/** Loses the primary Region and gives it back in turn, beginning with its loss. */
function flap({ sim, primary }: Stage, seconds: number): End {
  let bringBack: End | undefined;
  let isOver = false;
  const turn = () => {
    if (isOver) return;
    if (bringBack) {
      bringBack();
      bringBack = undefined;
    } else bringBack = loseRegion(sim, primary.name);
    sim.clock.after(seconds * 1000, turn);
  };
  turn();
  return () => {
    isOver = true;
    bringBack?.();
  };
}
