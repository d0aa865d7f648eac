import type {
  CreateHostedZoneCommandInput,
  CreateHostedZoneCommandOutput,
  GetHostedZoneCommandInput,
  GetHostedZoneCommandOutput,
  HostedZone as HostedZoneShape,
  ListHostedZonesByNameCommandInput,
  ListHostedZonesByNameCommandOutput,
  ListHostedZonesCommandInput,
  ListHostedZonesCommandOutput,
} from '@aws-sdk/client-route-53';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Call, Operations } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import type { Changes } from './changes.ts';
import { canonicalName, compareNames, isDomainName } from './names.ts';
import { invalidInput } from './shapes.ts';
import { type HostedZone, type RecordSet, recordKey } from './state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** What a world says of a hosted zone that is there from the start. */
export interface ZoneSeed {
  /** Such as `Z0123456789`; drawn when absent. */
  readonly id?: string;
  readonly name: string;
  readonly private?: boolean;
}

/** The hosted zones of the account, in the order in which they were made. */
export class Zones {
  readonly #sim: Simulator;
  readonly #byId = new Map<string, HostedZone>();

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  get all(): readonly HostedZone[] {
    return [...this.#byId.values()];
  }

  /** @throws AwsError NoSuchHostedZone */
  get(givenId: string | undefined): HostedZone {
    const id = bareId(givenId);
    const zone = this.#byId.get(id);
    if (!zone) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
    return zone;
  }

  /** Makes a zone with the NS and SOA records that Route 53 gives it. */
  add(seed: ZoneSeed, callerReference: string, comment?: string): HostedZone {
    const name = canonicalName(seed.name);
    const id = seed.id ?? this.#sim.draws.id('Z', `${name}/${callerReference}`, 20).toUpperCase();
    if (this.#byId.has(id)) throw new Error(`the hosted zone ${id} is there already`);
    const nameServers = nameServersOf(this.#sim.draws.hex('route53.nameServers', id, 8));
    const records = new Map(apexRecords(name, nameServers).map((record) => [recordKey(record), record]));
    const zone: HostedZone = {
      id,
      name,
      privateZone: seed.private ?? false,
      callerReference,
      ...(comment === undefined ? {} : { comment }),
      nameServers,
      records,
      served: records,
      busyUntilMs: 0,
      insyncAtMs: 0,
    };
    this.#byId.set(id, zone);
    return zone;
  }
}

/** The operations on hosted zones. Reusable delegation sets and zones of a VPC made by call are `NotSimulated`. */
export function zoneOperations(zones: Zones, changes: Changes): Operations {
  return {
    CreateHostedZone(input: CreateHostedZoneCommandInput, call: Call): Output<CreateHostedZoneCommandOutput> {
      if (input.VPC || input.HostedZoneConfig?.PrivateZone)
        throw new NotSimulated('route53:CreateHostedZone with VPC');
      if (input.DelegationSetId) throw new NotSimulated('route53:CreateHostedZone with DelegationSetId');
      const callerReference = input.CallerReference ?? '';
      if (callerReference.length < 1 || callerReference.length > 128)
        throw invalidInput('CallerReference must have 1 to 128 characters');
      if (!isDomainName(input.Name ?? '')) {
        throw new AwsError('InvalidDomainName', `${input.Name} is not a valid domain name`);
      }
      if (zones.all.some((zone) => zone.callerReference === callerReference)) {
        throw new AwsError(
          'HostedZoneAlreadyExists',
          `A hosted zone has already been created with the specified caller reference.`,
          409,
        );
      }
      const zone = zones.add({ name: input.Name ?? '' }, callerReference, input.HostedZoneConfig?.Comment);
      const change = changes.accept(zone, zone.records, call);
      return {
        HostedZone: shapeOf(zone),
        ChangeInfo: changes.describe(change),
        DelegationSet: { NameServers: [...zone.nameServers] },
        Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
      };
    },
    GetHostedZone(input: GetHostedZoneCommandInput): Output<GetHostedZoneCommandOutput> {
      const zone = zones.get(input.Id);
      if (zone.privateZone) throw new NotSimulated('route53:GetHostedZone of a private zone');
      return { HostedZone: shapeOf(zone), DelegationSet: { NameServers: [...zone.nameServers] } };
    },
    ...listOperations(zones),
  };
}

function listOperations(zones: Zones): Operations {
  return {
    ListHostedZones(input: ListHostedZonesCommandInput): Output<ListHostedZonesCommandOutput> {
      if (input.DelegationSetId || input.HostedZoneType)
        throw new NotSimulated('route53:ListHostedZones with a filter');
      const all = zones.all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const start = input.Marker === undefined ? 0 : all.findIndex((zone) => zone.id >= bareId(input.Marker));
      const { page, next, size } = pageOf(start < 0 ? [] : all.slice(start), input.MaxItems, 100);
      return {
        HostedZones: page.map(shapeOf),
        Marker: input.Marker ?? '',
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : { NextMarker: next.id }),
        MaxItems: size,
      };
    },
    ListHostedZonesByName(
      input: ListHostedZonesByNameCommandInput,
    ): Output<ListHostedZonesByNameCommandOutput> {
      if (input.HostedZoneId && !input.DNSName)
        throw invalidInput('HostedZoneId may be given only together with DNSName');
      const all = zones.all.toSorted((a, b) => compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1));
      const from = input.DNSName === undefined ? undefined : canonicalName(input.DNSName);
      const id = bareId(input.HostedZoneId);
      const start = all.findIndex((zone) => {
        const order = from === undefined ? 1 : compareNames(zone.name, from);
        return order > 0 || (order === 0 && zone.id >= id);
      });
      const { page, next, size } = pageOf(start < 0 ? [] : all.slice(start), input.MaxItems, 100);
      return {
        HostedZones: page.map(shapeOf),
        ...(input.DNSName === undefined ? {} : { DNSName: input.DNSName }),
        ...(input.HostedZoneId === undefined ? {} : { HostedZoneId: id }),
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : { NextDNSName: next.name, NextHostedZoneId: next.id }),
        MaxItems: size,
      };
    },
  };
}

/** One page of a list and the first element of the next. `MaxItems` is at least 1 and is cut to what the operation allows. */
export function pageOf<T>(
  rest: readonly T[],
  maxItems: number | undefined,
  most: number,
): { readonly page: readonly T[]; readonly next: T | undefined; readonly size: number } {
  if (maxItems !== undefined && !(Number.isInteger(maxItems) && maxItems >= 1)) {
    throw invalidInput(`The maxitems value ${maxItems} is not valid`);
  }
  const size = Math.min(maxItems ?? most, most);
  return { page: rest.slice(0, size), next: rest[size], size };
}

function bareId(id: string | undefined): string {
  return (id ?? '').replace(/^\/?hostedzone\//, '');
}

function shapeOf(zone: HostedZone): HostedZoneShape {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: {
      ...(zone.comment === undefined ? {} : { Comment: zone.comment }),
      PrivateZone: zone.privateZone,
    },
    ResourceRecordSetCount: zone.records.size,
  };
}

function nameServersOf(hex: string): readonly string[] {
  return ['com', 'net', 'org', 'co.uk'].map((top, index) => {
    const number = index * 512 + (Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16) % 512);
    return `ns-${number}.awsdns-${String(number % 64).padStart(2, '0')}.${top}.`;
  });
}

/** Route 53 Developer Guide, SOA and NS records that Route 53 creates for a public hosted zone. */
function apexRecords(name: string, nameServers: readonly string[]): readonly RecordSet[] {
  const soa = `${nameServers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  const simple = { name, routing: { policy: 'simple' } } as const;
  return [
    { ...simple, type: 'NS', data: { kind: 'values', ttlSeconds: 172800, values: nameServers } },
    { ...simple, type: 'SOA', data: { kind: 'values', ttlSeconds: 900, values: [soa] } },
  ];
}
