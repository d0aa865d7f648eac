import {
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import type { Json } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { account, addFunction, eventBridge, here } from './stepfunctions-world.ts';

export const pattern = JSON.stringify({ source: ['test'] });
export const functionArn = `arn:aws:lambda:${here}:${account}:function:f`;

/** Puts the rule `r` for events of the source `test`, with targets. */
export async function withRule(
  sim: Simulator,
  targets: readonly Target[] = [],
  members: object = {},
): Promise<EventBridgeClient> {
  const client = eventBridge(sim);
  await sim.clock.drive(client.send(new PutRuleCommand({ Name: 'r', EventPattern: pattern, ...members })));
  if (targets.length > 0) {
    await sim.clock.drive(
      client.send(new PutTargetsCommand({ Rule: 'r', Targets: [...targets], ...members })),
    );
  }
  return client;
}

/** Lets time pass. */
export function settle(sim: Simulator, seconds = 60): Promise<void> {
  return sim.clock.driveUntil(sim.clock.nowMs() + seconds * 1000);
}

/** A function that keeps the events that it gets. */
export function keepEvents(sim: Simulator): Json[] {
  const got: Json[] = [];
  addFunction(sim, 'f', async (event) => {
    got.push(event);
  });
  return got;
}
