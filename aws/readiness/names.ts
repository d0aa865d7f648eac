import {
  GetHealthCheckCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import type { SeenHealthCheck, SeenRecord } from '../../recovery/readiness/sight.ts';
import { sameName } from '../../recovery/steps/traffic.ts';
import { type Asking, ask, askAll, clientFor } from './asking.ts';

/** What readiness asks Route 53, whose control plane is in us-east-1. */
export function openNames(asking: Asking) {
  const client = clientFor(Route53Client, { ...asking, region: 'us-east-1' });
  return {
    /** The ids of the hosted zones, with their names; the zone of a name is the one with the longest ending of it. */
    zones: (): Promise<Answer<readonly { readonly id: string; readonly name: string }[]>> =>
      askAll(asking, {
        asked: 'route53:ListHostedZones',
        send: (Marker, abortSignal) => client.send(new ListHostedZonesCommand({ Marker }), { abortSignal }),
        next: ({ NextMarker }) => NextMarker,
        // A private zone answers nobody outside its VPCs.
        items: ({ HostedZones = [] }) =>
          HostedZones.filter(({ Config }) => Config?.PrivateZone !== true).map(({ Id = '', Name = '' }) => ({
            id: Id.replace(/^\/hostedzone\//, ''),
            name: Name,
          })),
      }),
    /** All record sets of one name in a zone. */
    records: async (zone: string, name: string): Promise<Answer<readonly SeenRecord[]>> => {
      const answer = await ask(asking, 'route53:ListResourceRecordSets', (abortSignal) =>
        client.send(
          new ListResourceRecordSetsCommand({ HostedZoneId: zone, StartRecordName: name, MaxItems: 100 }),
          { abortSignal },
        ),
      );
      return mapAnswer(answer, ({ ResourceRecordSets = [] }) =>
        ResourceRecordSets.filter((set) => sameName(set.Name ?? '', name)).map(toRecord),
      );
    },
    healthCheck: async (HealthCheckId: string): Promise<Answer<SeenHealthCheck>> => {
      const answer = await ask(asking, 'route53:GetHealthCheck', (abortSignal) =>
        client.send(new GetHealthCheckCommand({ HealthCheckId }), { abortSignal }),
      );
      return mapAnswer(answer, ({ HealthCheck }) => {
        const config = HealthCheck?.HealthCheckConfig;
        const { Region: region, Name: name } = config?.AlarmIdentifier ?? {};
        const insufficientData = config?.InsufficientDataHealthStatus;
        return {
          type: config?.Type ?? '',
          disabled: config?.Disabled ?? false,
          inverted: config?.Inverted ?? false,
          ...(insufficientData && { insufficientData }),
          ...(region && name && { alarm: { region, name } }),
        };
      });
    },
  };
}

function toRecord(set: ResourceRecordSet): SeenRecord {
  return {
    name: set.Name ?? '',
    type: set.Type ?? '',
    values: (set.ResourceRecords ?? []).flatMap(({ Value }) => Value ?? []),
    ...(set.TTL !== undefined && { ttlSeconds: set.TTL }),
    ...(set.AliasTarget?.DNSName && { alias: set.AliasTarget.DNSName }),
    ...(set.SetIdentifier && { setIdentifier: set.SetIdentifier }),
    ...(set.Failover && { failover: set.Failover }),
    ...(set.HealthCheckId && { healthCheck: set.HealthCheckId }),
  };
}

/** The zone that a name lies in. */
export function zoneOf(
  zones: readonly { readonly id: string; readonly name: string }[],
  name: string,
): string | undefined {
  const ends = (zone: string) =>
    `.${name.toLowerCase()}`.endsWith(`.${zone.toLowerCase().replace(/\.$/, '')}`);
  return zones.filter((zone) => ends(zone.name)).sort((a, b) => b.name.length - a.name.length)[0]?.id;
}
