import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer, PeerOptions } from '../peer.ts';

/** Something that happens to the shop in moto, and what must be seen there afterwards. */
export interface Scenario<Played = unknown> {
  readonly name: string;
  readonly options?: PeerOptions;
  play(peer: Peer): Promise<Played>;
  /** Each reads moto with plain clients of AWS, in order; the last ones may change something. */
  readonly witnesses: readonly Witness<Played>[];
}

export interface Witness<Played> {
  /** What is seen, as a clause: `the replica is promoted`. */
  readonly says: string;
  see(peer: Peer, played: Played): Promise<void>;
}

/** A scenario whatever it plays, with what each witness found: undefined where it saw what it should. */
export type AnyScenario = Omit<Scenario, 'play' | 'witnesses'> & {
  readonly witnesses: readonly string[];
  run(peer: Peer): Promise<ReadonlyMap<string, unknown>>;
};

export function scenario<Played>(one: Scenario<Played>): AnyScenario {
  return {
    ...one,
    witnesses: one.witnesses.map(({ says }) => says),
    run: async (peer) => {
      const played = await one.play(peer);
      const found = new Map<string, unknown>();
      for (const { says, see } of one.witnesses) {
        const error = await see(peer, played).then(
          () => undefined,
          (thrown: unknown) => thrown ?? new Error('thrown'),
        );
        found.set(says, error);
      }
      return found;
    },
  };
}

/** Waits for something to be so in moto or in the ledger. @throws AssertionError after `mostSeconds` */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  mostSeconds = 60,
): Promise<T> {
  const endsAt = Date.now() + mostSeconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < endsAt, `${what} did not come within ${mostSeconds} s`);
    await sleep(50);
  }
}

/**
 * The plan of `plans/shop.yaml` with less patience, so that what will never come is not waited for: every test of moto takes
 * it, and a mutant soon comes to its end.
 */
export function impatient(text: string): string {
  return changed(text, [
    ['tier: important, rto: 30m,', 'tier: important, rto: 10m,'],
    ['\nregions:', '\nmaxDuration: 15m\nregions:'],
    ['    orElse: launch', '    bound: 3m\n    agentBound: 1m\n    orElse: launch'],
    ['  worker: # launched', '  worker:\n    bound: 3m\n    agentBound: 1m # launched'],
    ['    mount: { path: /srv/data }', '    mount: { path: /srv/data }\n    bound: 1m'],
    ['    backupRetention: 7', '    bound: 3m\n    backupRetention: 7'],
    ['servers: [web, worker] }', 'servers: [web, worker], bound: 1m }'],
    ['  - http: https://recovery', '  - bound: 1m\n    http: https://recovery'],
  ]);
}

/** A text with some of it changed; each piece stands there once. */
export function changed(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((so, [from, to]) => {
    assert.equal(so.split(from).length, 2, `${JSON.stringify(from)} does not stand there once`);
    return so.replace(from, () => to);
  }, text);
}
