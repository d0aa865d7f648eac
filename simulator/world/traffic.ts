import { Resolver } from '../dns/resolver.ts';
import type { RegionName } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { answerOf, destinationOf } from './answering.ts';
import { worldOf } from './placed.ts';

/** What the users of the application got while they were watched. */
export interface LiveTraffic {
  /** From when on every watched client was answered by a healthy application in the Region that was waited for. */
  readonly answeredAtMs: number | undefined;
  /** When the first of them was. */
  readonly firstAnsweredAtMs: number | undefined;
  /** Where the name led them then. */
  readonly target: string | undefined;
  stop(): void;
}

const clientsMost = 5;
const askEveryMs = 1000;

/**
 * Watches users who ask for the live name each second, until all of them are answered by a healthy application in the
 * Region `from`, at most for `forSeconds`. Each has a resolver of its own that keeps to the TTL, and they began to ask at
 * different times, so that their caches end at different times: the last one shows what the TTL costs.
 */
export function watchLiveTraffic(
  sim: Simulator,
  options: { readonly from: RegionName; readonly forSeconds?: number },
): LiveTraffic {
  const { application } = worldOf(sim).world;
  const endMs = sim.clock.nowMs() + (options.forSeconds ?? 6 * 3600) * 1000;
  const waiting = new Set<Resolver>();
  let [begun, stopped] = [0, false];
  let [answeredAtMs, firstAnsweredAtMs, target]: [
    number | undefined,
    number | undefined,
    string | undefined,
  ] = [undefined, undefined, undefined];
  const ask = (resolver: Resolver): void => {
    const destination = destinationOf(sim, resolver.resolve(application.liveName, 'A'));
    if (destination?.region !== options.from) return;
    const outcome = answerOf(sim, destination, 443, application.health);
    if (outcome.kind !== 'response' || outcome.status !== 200) return;
    waiting.delete(resolver);
    firstAnsweredAtMs ??= sim.clock.nowMs();
    target = destination.target;
    if (waiting.size > 0 || begun < clientsMost) return;
    answeredAtMs = sim.clock.nowMs();
    worldOf(sim).timeline.noteAnswered(options.from);
  };
  const turn = (): void => {
    if (stopped || answeredAtMs !== undefined || sim.clock.nowMs() > endMs) return;
    for (const resolver of [...waiting]) ask(resolver);
    sim.clock.after(askEveryMs, turn);
  };
  for (let client = 0; client < clientsMost; client++) {
    const name = `client/${client}`;
    sim.clock.after(sim.draws.unit('world.clientBegins', name) * 60_000, () => {
      begun += 1;
      waiting.add(new Resolver(sim, { name, clientTtlTail: 'never' }));
    });
  }
  turn();
  return {
    get answeredAtMs() {
      return answeredAtMs;
    },
    get firstAnsweredAtMs() {
      return firstAnsweredAtMs;
    },
    get target() {
      return target;
    },
    stop: () => {
      stopped = true;
    },
  };
}
