import type { Cancel } from '../clock.ts';
import { NotSimulated } from '../errors.ts';
import type { Simulator } from '../simulator.ts';

/** The Regions from which Route 53 checks endpoints unless told otherwise (API Reference, HealthCheckConfig Regions). */
export const checkerRegions = [
  'us-east-1',
  'us-west-1',
  'us-west-2',
  'eu-west-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'sa-east-1',
] as const;

/** Judges an endpoint: true when it answers 2xx or 3xx within Route 53's time limits. */
export type Probe = (url: string, checkerRegion: string) => boolean;

/** One of the checkers that watch an endpoint. */
export interface Checker {
  readonly region: string;
  readonly ipAddress: string;
  /** What this checker holds the endpoint for; `undefined` until enough answers in a row agreed. */
  healthy: boolean | undefined;
  lastAnswer: boolean | undefined;
  checkedAtMs: number | undefined;
}

export interface Watch {
  readonly healthCheckId: string;
  readonly url: string;
  readonly intervalSeconds: number;
  readonly failureThreshold: number;
}

const checkersPerRegion = 2;
/** More than 18 % of the checkers must find an endpoint healthy (Developer Guide, How Route 53 determines the status). */
const healthyShare = 0.18;

/**
 * The checkers of one endpoint: each asks at its own phase of the interval and changes its mind after `failureThreshold`
 * answers in a row. So an outage is noticed after 2 to 3 intervals, as Route 53 documents. Timers run only while watched.
 */
export class Watchers {
  readonly checkers: readonly Checker[];
  readonly #sim: Simulator;
  readonly #probe: () => Probe | undefined;
  #cancels: Cancel[] = [];

  constructor(
    sim: Simulator,
    probe: () => Probe | undefined,
    regions: readonly string[],
    healthCheckId: string,
  ) {
    this.#sim = sim;
    this.#probe = probe;
    this.checkers = regions.flatMap((region) =>
      Array.from({ length: checkersPerRegion }, (_, index): Checker => {
        const octet =
          Math.floor(sim.draws.unit('route53.checkerAddress', `${healthCheckId}/${region}/${index}`) * 254) +
          1;
        return {
          region,
          ipAddress: `15.177.${index}.${octet}`,
          healthy: undefined,
          lastAnswer: undefined,
          checkedAtMs: undefined,
        };
      }),
    );
  }

  /** Begins to ask, or goes on with other settings; what the checkers know stays. */
  start(watch: Watch): void {
    this.stop();
    this.#cancels = this.checkers.map((checker, index) => {
      let streak = 0;
      let cancel: Cancel = () => undefined;
      const ask = () => {
        cancel = this.#sim.clock.after(watch.intervalSeconds * 1000, ask);
        const answer = this.#ask(watch.url, checker.region);
        streak = answer === checker.lastAnswer ? streak + 1 : 1;
        checker.lastAnswer = answer;
        checker.checkedAtMs = this.#sim.clock.nowMs();
        if (streak >= watch.failureThreshold) checker.healthy = answer;
      };
      const phase = this.#sim.draws.unit('route53.checkerPhase', `${watch.healthCheckId}/${index}`);
      cancel = this.#sim.clock.after(phase * watch.intervalSeconds * 1000, ask);
      return () => cancel();
    });
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
  }

  /** New checks count as healthy until enough is known (Developer Guide, same page). */
  get healthy(): boolean {
    const holding = this.checkers.filter((checker) => checker.healthy !== false).length;
    return holding > this.checkers.length * healthyShare;
  }

  #ask(url: string, region: string): boolean {
    const probe = this.#probe();
    if (probe) return probe(url, region);
    // Nobody said what the endpoint answers: a guess would decide where traffic goes.
    this.#sim.clock.abort(new NotSimulated('a Route 53 endpoint health check without route53.probe'));
    return false;
  }
}
