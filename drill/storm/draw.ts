import { Draws } from '../../simulator/draws.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { scenarios } from '../scenarios/scenarios.ts';
import type { Disaster, DisasterKind, Mishap } from './disaster.ts';
import { type Chance, drawOrders } from './draw-orders.ts';
import { drawnSetting } from './settings.ts';

/** How often each kind comes, as shares of one. */
const kindShares: Readonly<Record<DisasterKind, number>> = {
  outage: 0.45,
  byHand: 0.15,
  drill: 0.15,
  practice: 0.07,
  noise: 0.18,
};

/** What the disaster is about begins within the first time, whatever else goes wrong within the second. */
const beginsWithinSeconds = 300;
const mishapsWithinSeconds = 900;

/** The disaster of a seed: the same seed draws the same one, wherever it is drawn. */
export function drawDisaster(seed: number, plans: readonly string[]): Disaster {
  const draws = new Draws(`storm ${seed}`);
  const chance: Chance = { unit: (name) => draws.unit('disaster', name) };
  const kind = pick(chance.unit('kind'), kindShares);
  const plan = plans[Math.floor(chance.unit('plan') * plans.length)] ?? '';
  const setting = drawnSetting(chance.unit('setting'));
  const mishaps = drawMishaps(chance, kind);
  return { seed, setting, kind, mishaps, orders: drawOrders(chance, kind, plan) };
}

/** Some disasters are nearly clean, so that it shows what one thing does; in others everything comes together. */
const badnessFrom = 0.15;
const badnessTo = 1.3;

function drawMishaps(chance: Chance, kind: DisasterKind): readonly Mishap[] {
  const all = Object.entries(scenarios).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const badness = badnessFrom + (badnessTo - badnessFrom) * chance.unit('badness');
  const outage = kind === 'outage' ? outageOf(chance, all) : undefined;
  const broken = new Set<string>(outage?.[1].breaks === undefined ? [] : [outage[1].breaks]);
  const others = all.filter(([name, { isOutage, breaks, probability }]) => {
    if (isOutage && kind !== 'byHand') return false;
    if (breaks !== undefined && broken.has(breaks)) return false;
    const happens = chance.unit(`${name} happens`) < probability * badness;
    if (happens && breaks !== undefined) broken.add(breaks);
    return happens;
  });
  return [...(outage ? [outage] : []), ...others].map(([name, scenario]) =>
    drawMishap(chance, name, scenario),
  );
}

/** One of those that take the application away from its users, by their probabilities. */
function outageOf(
  chance: Chance,
  all: readonly (readonly [string, Scenario])[],
): readonly [string, Scenario] | undefined {
  const outages = all.filter(([, { isOutage }]) => isOutage);
  let left = chance.unit('outage') * outages.reduce((sum, [, { probability }]) => sum + probability, 0);
  return outages.find(([, { probability }]) => {
    left -= probability;
    return left < 0;
  });
}

function drawMishap(chance: Chance, name: string, { seconds, isOutage }: Scenario): Mishap {
  const [least, most] = seconds;
  const within = isOutage ? beginsWithinSeconds : mishapsWithinSeconds;
  // Short ones are as likely as long ones, by their order of magnitude.
  const forSeconds = Math.round(least * (most / least) ** chance.unit(`${name} lasts`));
  const atSeconds = Math.round(chance.unit(`${name} begins`) * within);
  const strength = Math.round(chance.unit(`${name} strength`) * 999) / 1000;
  return { scenario: name, atSeconds, forSeconds, strength };
}

function pick<T extends string>(drawn: number, shares: Readonly<Record<T, number>>): T {
  let sum = 0;
  const entries = Object.entries(shares) as [T, number][];
  const found = entries.find(([, share]) => {
    sum += share;
    return drawn < sum;
  });
  return (found ?? entries[0]!)[0];
}
