import { AwsError } from '../../simulator/errors.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { breakService, loseZone } from '../../simulator/world/ailments.ts';
import { interfere } from '../../simulator/world/call-faults.ts';
import { healthNews, healthRegions, tellHealth } from '../../simulator/world/health-event.ts';
import type { End } from '../../simulator/world/outage.ts';
import type { Effect, Outage, Phase } from './outage.ts';

type Calls = Extract<Effect, { readonly effect: 'callsFail' | 'callsHang' }>;
type Told = Extract<Effect, { readonly effect: 'healthSays' }>;

const forever: End = () => {};

/** Lets each phase of an outage begin and end at its time; what began before the world does is there from its beginning. */
export function letHappen(sim: Simulator, outage: Outage, zones: Outage['zones']): void {
  const { clock } = sim;
  for (const phase of outage.phases) {
    if ((phase.to ?? Number.POSITIVE_INFINITY) <= clock.nowMs()) continue;
    clock.at(Math.max(phase.from, clock.nowMs()), () => {
      const ends = phase.does.map((effect) => begin(sim, effect, phase, zones));
      if (phase.to === undefined) return;
      clock.at(phase.to, () => {
        for (const end of ends.toReversed()) end();
      });
    });
  }
}

/** Begins one effect. Regions that the world does not have are nobody's concern in it. */
function begin(sim: Simulator, effect: Effect, phase: Phase, zones: Outage['zones']): End {
  if (effect.effect === 'recordsFrozen') return freezeRecords(sim);
  const region = sim.regions.find(({ name }) => name === effect.region);
  if (effect.effect === 'healthSays') return sayByHealth(sim, effect, phase);
  if (!region) return forever;
  switch (effect.effect) {
    case 'serviceFails':
      return breakService(sim, region.name, effect.service);
    case 'zoneLost': {
      const letter = zones[effect.zone];
      return letter === undefined ? forever : loseZone(sim, region, region.name + letter);
    }
    case 'callsFail':
    case 'callsHang':
      return spoilCalls(sim, effect);
    case 'eventsHeld':
      region.events.pauseDeliveries();
      return () => region.events.resumeDeliveries();
    case 'noNetwork': {
      const standing = new Set(
        [...region.ec2.instances.values()].filter(({ state }) => state === 'running').map(({ id }) => id),
      );
      return region.ssm.keepOffline(({ id }) => !standing.has(id));
    }
    default:
      throw new TypeError(`there is no effect ${effect satisfies never}`);
  }
}

function freezeRecords({ route53 }: Simulator): End {
  route53.controlPlane = 'down';
  return () => {
    route53.controlPlane = 'up';
  };
}

function spoilCalls(sim: Simulator, spoiled: Calls): End {
  const { region, services, operations, share } = spoiled;
  const isMeant = (names: readonly string[], name: string) => names.length === 0 || names.includes(name);
  return interfere(sim, ({ service, operation, region: where, caller }) => {
    if (where !== region || !isMeant(services, service) || !isMeant(operations, operation)) return undefined;
    if (share < 1 && !sim.draws.chance(share, 'history.calls', `${caller.accessKeyId}/${operation}`))
      return undefined;
    if (spoiled.effect === 'callsHang') return { kind: 'hang' };
    return { kind: 'error', error: new AwsError(spoiled.code, spoiled.message, spoiled.status) };
  });
}

/** AWS Health tells of it on the Region's own bus and on that of its backup Region; what lasted then is not closed. */
function sayByHealth(sim: Simulator, { region, service, since, text }: Told, { to }: Phase): End {
  const news = { ...healthNews(sim, region, service, since), says: text };
  const tell = (statusCode: 'open' | 'closed') => {
    // Each telling has an id of its own, the same on every bus.
    const subject = `${region}/${sim.clock.nowMs()}/${statusCode}`;
    const communicationId = `${sim.draws.hex('history.communication', subject, 40)}-1`;
    for (const on of healthRegions(region)) tellHealth(sim, on, { ...news, communicationId, statusCode });
  };
  tell('open');
  return to === undefined ? forever : () => tell('closed');
}
