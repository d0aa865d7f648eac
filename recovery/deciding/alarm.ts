import { type Instant, secondsBetween } from '../terms.ts';
import type { Observation, Vote } from './observation.ts';
import { timeOf } from './sentences.ts';

/** CloudWatch's states of an alarm (CloudWatch API Reference, MetricAlarm, StateValue). */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

const votes: Readonly<Record<AlarmState, Vote>> = { ALARM: 'down', OK: 'up', INSUFFICIENT_DATA: 'stale' };

/** An alarm that nobody has looked after for a day says nothing about now, as an AWS Health event that was never closed. */
const countsForSeconds = 24 * 3600;

/**
 * What a CloudWatch alarm says now. Its `up` speaks of one metric and holds nothing back, unlike a probe's.
 *
 * @param region - where its samples come from. An alarm on the samples of a probe looks from the probe's Region, wherever
 * the alarm itself stands: otherwise one probe would be counted as two places.
 * @param transitionedAt - since when it has been in this state (StateTransitionedTimestamp; StateUpdatedTimestamp also moves
 * when only the reason changes, and would never stand long enough)
 */
export function alarmObservation(
  name: string,
  region: string,
  state: AlarmState,
  transitionedAt: Instant,
  now: Instant,
): Observation {
  const isForgotten = state === 'ALARM' && secondsBetween(transitionedAt, now) >= countsForSeconds;
  const says = `the alarm ${name} on ${region} has been in ${state} since ${timeOf(transitionedAt, now)}`;
  return {
    kind: 'alarm',
    signal: `alarm ${name}`,
    vantage: region,
    vote: isForgotten ? 'stale' : votes[state],
    since: transitionedAt,
    says: isForgotten ? `${says}, too long to be about now` : says,
  };
}
