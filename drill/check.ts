import { readSight } from '../aws/readiness/sight.ts';
import type { Plan } from '../recovery/plan/plan.ts';
import type { ReadinessFinding } from '../recovery/readiness/finding.ts';
import { readinessOf } from '../recovery/readiness/readiness.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { buildWorld } from '../simulator/world/build.ts';
import type { World } from '../simulator/world/schema.ts';
import { isolateFromMachine } from './isolation.ts';

/** Whoever looks: an operator whose credentials may read. */
const operator = { accessKeyId: 'AKIALIFEBOATCHECK', name: 'lifeboat-check' };
/** No check of one plan takes longer, however a world answers. */
const patienceMs = 300_000;

/** What is ready for a plan in a simulated account, at the first instant of its world. */
export async function checkWorld(plan: Plan, world: World): Promise<readonly ReadinessFinding[]> {
  isolateFromMachine(process.env);
  return checkSimulated(buildWorld(world, { seed: 1 }), plan);
}

/** The same in a simulated account as it is now. */
export async function checkSimulated(sim: Simulator, plan: Plan): Promise<readonly ReadinessFinding[]> {
  const { accessKeyId, name } = operator;
  sim.addCaller({
    accessKeyId,
    arn: `arn:aws:iam::${sim.accountId}:user/${name}`,
    userId: 'AIDALIFEBOATCHECK',
  });
  const access = {
    region: plan.regions.recovery,
    clock: {
      nowMs: () => sim.clock.nowMs(),
      after: (ms: number, fire: () => void) => sim.clock.after(ms, fire),
    },
    stopAtMs: sim.clock.nowMs() + patienceMs,
    transport: {
      requestHandler: sim.connect(),
      credentials: { accessKeyId, secretAccessKey: 'simulated' },
    },
  };
  const now = new Date(sim.clock.nowMs()).toISOString();
  return readinessOf(plan, await sim.clock.drive(readSight(access, plan, now)));
}
