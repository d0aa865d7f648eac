import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import type { Call, Operation, Operations, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { Answers, type Asker, type DnsAnswer, followChain, type NameSource, type Step } from './answers.ts';
import { Changes, changeOperations } from './changes.ts';
import type { Probe } from './checkers.ts';
import { HealthChecks } from './health.ts';
import { healthOperations } from './health-operations.ts';
import { RequestLimits } from './limits.ts';
import { canonicalName } from './names.ts';
import { recordOperations } from './records.ts';
import { type Alias, type HostedZone, type RecordSet, type RecordType, recordKey } from './state.ts';
import { type ZoneSeed, Zones, zoneOperations } from './zones.ts';

/** A record set that is in sync from the start of a world. */
export type RecordSeed = Omit<RecordSet, 'routing'> & { readonly routing?: RecordSet['routing'] };

/**
 * Route 53: a control plane in us-east-1, which may be down, and name servers and health checks everywhere, which go on
 * without it (AWS Fault Isolation Boundaries, global services).
 */
export class Route53 implements Service {
  readonly name = 'route53';
  readonly operations: Operations;
  /**
   * While `down`, half of the calls (drawn) are never answered and the others fail. Answers and health checks go on, and
   * so does what was accepted before on its way to the name servers.
   */
  controlPlane: 'up' | 'down' = 'up';
  readonly zones: Zones;
  readonly health: HealthChecks;
  readonly #sim: Simulator;
  readonly #answers: Answers;
  readonly #limits: RequestLimits;

  constructor(sim: Simulator) {
    this.#sim = sim;
    this.zones = new Zones(sim);
    this.health = new HealthChecks(sim);
    this.#answers = new Answers(
      sim,
      () => this.zones.all,
      (id) => this.health.isHealthy(id),
    );
    this.#limits = new RequestLimits(sim.clock);
    const changes = new Changes(sim);
    const aliasProblem = (alias: Alias, type: RecordType) => this.#aliasProblem(alias, type);
    const hasHealthCheck = (id: string) => this.health.has(id);
    this.operations = this.#behindControlPlane({
      ...zoneOperations(this.zones, changes),
      ...changeOperations({ sim, zones: this.zones, changes, aliasProblem, hasHealthCheck }),
      ...recordOperations(this.zones, this.#answers),
      ...healthOperations(this.health, this.zones, sim.draws),
    });
  }

  throttle(call: Call, input: unknown): void {
    if (this.controlPlane === 'up') this.#limits.take(call, input);
  }

  /** A hosted zone that is there from the start, with its NS and SOA records. */
  addHostedZone(seed: ZoneSeed): HostedZone {
    return this.zones.add(seed, `seed/${seed.id ?? seed.name}`);
  }

  /** A record set that is in sync from the start; it replaces one with the same name, type and set identifier. */
  addRecord(zoneId: string, seed: RecordSeed): void {
    const zone = this.zones.get(zoneId);
    const record: RecordSet = { routing: { policy: 'simple' }, ...seed, name: canonicalName(seed.name) };
    zone.records = zone.served = new Map(zone.records).set(recordKey(record), record);
  }

  /** Makes names outside the hosted zones known, such as those of a Region's load balancers. */
  addNames(source: NameSource): void {
    this.#answers.sources.push(source);
  }

  /** What endpoints answer to Route 53's health checkers. */
  set probe(probe: Probe) {
    this.health.probe = probe;
  }

  /** The truth of the name servers now, CNAMEs followed; what clients see goes through the caches of `dns/resolver.ts`. */
  answer(name: string, type: RecordType, asker: Asker = { id: 'authoritative' }): DnsAnswer {
    return followChain(name, type, (next) => this.ask(next, type, asker));
  }

  /** What the name servers say of one name; a CNAME is not followed. */
  ask(name: string, type: RecordType, asker: Asker): Step {
    return this.#answers.ask(name, type, asker);
  }

  #aliasProblem(alias: Alias, type: RecordType): string | undefined {
    const tried = `Tried to create an alias that targets ${alias.dnsName}, type ${type} in zone ${alias.zoneId}`;
    if (!this.#answers.sources.some((source) => source.zoneIds?.includes(alias.zoneId))) {
      return `${tried}, but the alias target name does not lie within the target zone`;
    }
    const entry = this.#answers.external(alias.dnsName, alias.zoneId);
    return entry?.values[type] ? undefined : `${tried}, but that target was not found`;
  }

  #behindControlPlane(operations: Operations): Operations {
    const guarded = Object.entries(operations).map(([name, operation]): [string, Operation] => [
      name,
      (input, call) => (this.controlPlane === 'up' ? operation(input, call) : this.#unreachable(call)),
    ]);
    return Object.fromEntries(guarded);
  }

  /** The outage of December 2021 showed both: calls that failed and calls that never returned. */
  #unreachable(call: Call): Promise<never> {
    const { hangShare } = defaults.route53.controlPlaneDown;
    if (
      this.#sim.draws.chance(
        hangShare,
        'route53.controlPlaneDown',
        `${call.caller.accessKeyId}/${call.operation}`,
      )
    ) {
      return new Promise(() => undefined);
    }
    throw new AwsError('ServiceUnavailable', 'Service Unavailable', 503);
  }
}
