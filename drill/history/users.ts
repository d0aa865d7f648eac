import type { Simulator } from '../../simulator/simulator.ts';
import { answerOf } from '../../simulator/world/answering.ts';
import { resolveFor } from '../../simulator/world/clients.ts';
import { worldOf } from '../../simulator/world/placed.ts';

/** How long somebody who asks for the live name got no good answer. */
export interface Users {
  readonly unservedSeconds: number;
  /** When a question went unanswered for the first time. */
  readonly firstAtMs: number | undefined;
}

const lookEverySeconds = 30;

/** Watches one user of the application, wherever the name leads, until the simulation ends. */
export function watchUsers(sim: Simulator): Users {
  const { liveName, health } = worldOf(sim).world.application;
  const users: { unservedSeconds: number; firstAtMs: number | undefined } = {
    unservedSeconds: 0,
    firstAtMs: undefined,
  };
  const look = () => {
    const destination = resolveFor(sim, 'history/user', liveName);
    const outcome = destination && answerOf(sim, destination, 443, health);
    if (outcome?.kind !== 'response' || outcome.status !== 200) {
      users.firstAtMs ??= sim.clock.nowMs();
      users.unservedSeconds += lookEverySeconds;
    }
    sim.clock.after(lookEverySeconds * 1000, look);
  };
  // The operating systems of the world are up after its first instant.
  sim.clock.after(1000, look);
  return users;
}
