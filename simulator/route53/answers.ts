import type { Simulator } from '../simulator.ts';
import { candidates, canonicalName, isWithin } from './names.ts';
import { chooseSet, type HealthView, isSetHealthy } from './routing.ts';
import type { Alias, HostedZone, RecordSet, RecordType } from './state.ts';

/** One record of an answer. Names are canonical: lower case, with a dot at the end. */
export interface DnsRecord {
  readonly name: string;
  readonly type: RecordType;
  readonly ttlSeconds: number;
  readonly value: string;
}

export interface DnsAnswer {
  /** `NXDOMAIN`: nothing has the name at the end of the chain. `NOERROR` without that type's records: no data. */
  readonly status: 'NOERROR' | 'NXDOMAIN';
  /** The CNAMEs that were followed, in order, then the records of the type that was asked for. */
  readonly records: readonly DnsRecord[];
}

/** Who asks: the draws of weighted answers are the asker's own, and a private zone is seen only from inside its VPC. */
export interface Asker {
  readonly id: string;
  readonly insideVpc?: boolean;
}

/** What the name servers say of one name. Without records of a name that exists, it has no data of that type. */
export interface Step {
  readonly exists: boolean;
  /** Of the type that was asked for, or the name's CNAME. */
  readonly records: readonly DnsRecord[];
}

/** Names outside the hosted zones that answer: load balancers, database endpoints, the rest of the Internet. */
export interface NameSource {
  /** Hosted zone ids under which its names may be alias targets, such as a Region's for load balancers. */
  readonly zoneIds?: readonly string[];
  /** What a canonical name has; `undefined` when the name is not one of this source's. */
  lookup(name: string): NameEntry | undefined;
}

export interface NameEntry {
  readonly ttlSeconds: number;
  readonly values: Partial<Record<RecordType, readonly string[]>>;
  /** False when every target behind it is unhealthy: what an alias with EvaluateTargetHealth looks at. */
  readonly healthy?: boolean;
}

const cnamesMost = 16;
/** How long an absence may be remembered, by Route 53's default SOA: the lower of the record's TTL (900) and the minimum (86400); RFC 2308 §5. */
export const negativeTtlSeconds = 900;

/** Follows CNAMEs from a name to the records of a type, asking for one name at a time. */
export function followChain(name: string, type: RecordType, ask: (name: string) => Step): DnsAnswer {
  const records: DnsRecord[] = [];
  let next = canonicalName(name);
  for (let hops = 0; hops < cnamesMost; hops++) {
    const step = ask(next);
    records.push(...step.records);
    const cname = type === 'CNAME' ? undefined : step.records.find((record) => record.type === 'CNAME');
    if (!cname) return { status: step.exists ? 'NOERROR' : 'NXDOMAIN', records };
    next = canonicalName(cname.value);
  }
  // A loop of CNAMEs: resolvers give up; there is no address at its end.
  return { status: 'NXDOMAIN', records };
}

/** Answers queries as the authoritative name servers would at this instant. */
export class Answers {
  readonly sources: NameSource[] = [];
  readonly #sim: Simulator;
  readonly #zones: () => readonly HostedZone[];
  readonly #isHealthy: (healthCheckId: string) => boolean;

  constructor(
    sim: Simulator,
    zones: () => readonly HostedZone[],
    isHealthy: (healthCheckId: string) => boolean,
  ) {
    this.#sim = sim;
    this.#zones = zones;
    this.#isHealthy = isHealthy;
  }

  /** Asks for one name; a CNAME in the answer is not followed. */
  ask(name: string, type: RecordType, asker: Asker): Step {
    const records = this.#resolve(canonicalName(name), type, asker, 0);
    return { exists: records !== undefined, records: records ?? [] };
  }

  /** The entry of a name outside the hosted zones. */
  external(givenName: string, zoneId?: string): NameEntry | undefined {
    // The console puts it before a load balancer's name; both names have the same addresses.
    const name = givenName.replace(/^dualstack\./, '');
    const sources =
      zoneId === undefined ? this.sources : this.sources.filter((source) => source.zoneIds?.includes(zoneId));
    for (const source of sources) {
      const entry = source.lookup(name);
      if (entry) return entry;
    }
    return undefined;
  }

  /** Records of one name: of the type, or its CNAME; `[]` is no data, `undefined` no such name. */
  #resolve(name: string, type: RecordType, asker: Asker, depth: number): DnsRecord[] | undefined {
    const zone = this.#zoneOf(name, asker);
    if (!zone) {
      const entry = this.external(name);
      return entry && recordsOfEntry(name, type, entry);
    }
    const sets = setsFor(zone, name);
    if (!sets) return undefined;
    const ofType = sets.filter((set) => set.type === type || set.type === 'CNAME');
    const draw = () => this.#sim.draws.unit('route53.weighted', `${asker.id}/${name}/${type}`);
    const chosen = chooseSet(ofType, this.#healthView(zone, asker, depth), draw);
    return chosen ? this.#recordsOf(zone, name, chosen, asker, depth) : [];
  }

  #recordsOf(zone: HostedZone, name: string, set: RecordSet, asker: Asker, depth: number): DnsRecord[] {
    const { data, type } = set;
    if (data.kind === 'values')
      return data.values.map((value) => ({ name, type, ttlSeconds: data.ttlSeconds, value }));
    if (depth >= cnamesMost) return [];
    // An alias answers under its own name, with the TTL of its target (Developer Guide, choosing between alias and non-alias records).
    if (data.zoneId === zone.id) {
      return (this.#resolve(data.dnsName, type, asker, depth + 1) ?? []).map((record) => ({
        ...record,
        name,
      }));
    }
    const entry = this.external(data.dnsName, data.zoneId);
    return entry ? recordsOfEntry(name, type, entry) : [];
  }

  #healthView(zone: HostedZone, asker: Asker, depth: number): HealthView {
    return {
      isHealthy: this.#isHealthy,
      isTargetHealthy: (alias, type) => this.#isTargetHealthy(zone, alias, type, asker, depth),
    };
  }

  #isTargetHealthy(zone: HostedZone, alias: Alias, type: RecordType, asker: Asker, depth: number): boolean {
    if (alias.zoneId !== zone.id) {
      const entry = this.external(alias.dnsName, alias.zoneId);
      return entry !== undefined && entry.healthy !== false;
    }
    if (depth >= cnamesMost) return false;
    const view = this.#healthView(zone, asker, depth + 1);
    const targets = (setsFor(zone, alias.dnsName) ?? []).filter((set) => set.type === type);
    return targets.some((set) => isSetHealthy(set, view));
  }

  /** The zone that is asked for a name: the one with the longest name; of equal ones the private, then the first made. */
  #zoneOf(name: string, asker: Asker): HostedZone | undefined {
    const holding = this.#zones().filter(
      (zone) => isWithin(name, zone.name) && (!zone.privateZone || asker.insideVpc),
    );
    const rank = (zone: HostedZone) => zone.name.length * 2 + (zone.privateZone ? 1 : 0);
    return holding.reduce<HostedZone | undefined>(
      (best, zone) => (best && rank(best) >= rank(zone) ? best : zone),
      undefined,
    );
  }
}

/**
 * The sets that hold a name: its own, or those of the nearest wildcard above it. `[]` for a name that exists only as the
 * parent of others; `undefined` for one that does not exist. A wildcard does not reach below a name that exists (RFC 4592).
 */
function setsFor(zone: HostedZone, name: string): readonly RecordSet[] | undefined {
  const sets = [...zone.served.values()];
  for (const candidate of candidates(name)) {
    const found = sets.filter((set) => set.name === candidate);
    if (found.length > 0) return found;
    const encloser = candidate === name ? name : candidate.slice('\\052.'.length);
    if (sets.some((set) => isWithin(set.name, encloser))) return candidate === name ? [] : undefined;
  }
  return undefined;
}

function recordsOfEntry(name: string, type: RecordType, { ttlSeconds, values }: NameEntry): DnsRecord[] {
  const found = values[type] ? type : 'CNAME';
  return (values[found] ?? []).map((value) => ({ name, type: found, ttlSeconds, value }));
}
