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

/** The events that the account's services put on a Region's default bus, from now on. */
export function recordEvents(sim: Simulator, region: string) {
  const events: { source: string; detailType: string; resources: string[]; detail: Record<string, unknown> }[] = [];
  const bus = sim.region(region).events;
  const publish = bus.publish.bind(bus);
  bus.publish = (event) => {
    events.push({ ...event, detail: JSON.parse(JSON.stringify(event.detail)) });
    return publish(event);
  };
  return events;
}
