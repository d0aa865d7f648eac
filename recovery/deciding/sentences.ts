import type { Instant } from '../terms.ts';
import type { Facts } from './facts.ts';
import type { Observation } from './observation.ts';

/** `00:03:00`, with its date where that is not the day of `now`. */
export function timeOf(at: Instant, now: Instant): string {
  const [day, time] = [at.slice(0, 10), at.slice(11, 19)];
  return day === now.slice(0, 10) ? time : `${day} ${time}`;
}

/** What people write may run over lines and end like a sentence; inside a sentence of ours it does neither. */
export function clause(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!;:,]+$/, '');
}

/**
 * What a verdict rests on: what stands at `down`, what the best witnesses of the plan say otherwise (its probes, or what it
 * has in their place while that is silent), and what could not be read.
 */
export function evidenceOf({ plan, downs, observations, isBlind, unread }: Facts): readonly string[] {
  const isWitness =
    plan.trigger.signals.probes || !isBlind
      ? ({ kind }: Observation) => kind === 'probe'
      : ({ kind }: Observation) => kind !== 'health';
  const others = observations.filter((seen) => seen.vote !== 'down' && isWitness(seen));
  return [...downs.map(({ says }) => says), ...others.map(({ says }) => says), ...unread].map(clause);
}

/** One sentence: the claim, then its evidence. */
export function sentence(claim: string, evidence: readonly string[]): string {
  return evidence.length > 0 ? `${claim}: ${evidence.join('; ')}` : claim;
}

/** `1 place`, `2 places`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
