import type { EventEnvelope } from '../../simulator/events/events.ts';
import { Simulator } from '../../simulator/simulator.ts';

/** Midnight in UTC, a multiple of every period that metrics have. */
export const startMs = Date.UTC(2026, 0, 15);
export const primary = 'ap-northeast-2';
export const recovery = 'ap-northeast-1';

/** An account with two Regions and one caller, for the tests of the services that keep data. */
export function openAccount(seed: string | number = 1): Simulator {
  const sim = new Simulator({
    seed,
    startMs,
    accountId: '123456789012',
    regions: { [primary]: ['a', 'c'], [recovery]: ['a', 'c', 'd'] },
  });
  sim.addCaller({
    accessKeyId: 'AKIATEST',
    arn: 'arn:aws:sts::123456789012:assumed-role/tester/session',
    userId: 'AROATEST:session',
  });
  return sim;
}

/** What an SDK client needs to speak with the account in a Region. */
export function settings(sim: Simulator, region: string, accessKeyId = 'AKIATEST') {
  return {
    region,
    requestHandler: sim.connect(),
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'secret' },
  };
}

/** The events that come onto a Region's default bus from now on. */
export function recordEvents(sim: Simulator, region: string): EventEnvelope[] {
  const events: EventEnvelope[] = [];
  sim.region(region).events.onEvent((_bus, event) => events.push(event));
  return events;
}
