import type { ChangeResourceRecordSetsCommandInput } from '@aws-sdk/client-route-53';
import { type ActionTable, withoutResource } from '../check.ts';

interface OfZone {
  readonly HostedZoneId?: string | undefined;
}

const zoneArn = ({ HostedZoneId: id = '' }: OfZone) =>
  `arn:aws:route53:::hostedzone/${id.replace(/^\/?hostedzone\//, '')}`;

/** Actions, resources and condition keys of Route 53 (Service Authorization Reference, Amazon Route 53). */
export const route53Actions: ActionTable = {
  ...withoutResource('route53', ['ListHostedZones']),
  ListResourceRecordSets: (input: OfZone) => [
    { action: 'route53:ListResourceRecordSets', resource: zoneArn(input) },
  ],
  GetChange: ({ Id: id = '' }: { readonly Id?: string }) => [
    { action: 'route53:GetChange', resource: `arn:aws:route53:::change/${id.replace(/^\/?change\//, '')}` },
  ],
  GetHealthCheck: ({ HealthCheckId: id = '' }: { readonly HealthCheckId?: string }) => [
    { action: 'route53:GetHealthCheck', resource: `arn:aws:route53:::healthcheck/${id}` },
  ],
  ChangeResourceRecordSets: (input: ChangeResourceRecordSetsCommandInput) => {
    const changes = input.ChangeBatch?.Changes ?? [];
    const each = (value: (change: (typeof changes)[number]) => string | undefined) => [
      ...new Set(changes.flatMap((change) => value(change) ?? [])),
    ];
    return [
      {
        action: 'route53:ChangeResourceRecordSets',
        resource: zoneArn(input),
        keys: {
          'route53:changeresourcerecordsetsactions': each(({ Action }) => Action),
          'route53:changeresourcerecordsetsrecordtypes': each(
            ({ ResourceRecordSet }) => ResourceRecordSet?.Type,
          ),
          'route53:changeresourcerecordsetsnormalizedrecordnames': each(
            ({ ResourceRecordSet }) => ResourceRecordSet?.Name && normalized(ResourceRecordSet.Name),
          ),
        },
      },
    ];
  },
};

/** In small letters, without the last dot, with octal escapes (Route 53 Developer Guide, Normalization). */
function normalized(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/\\\d{3}|[^a-z0-9._-]/g, (found) =>
      found.length === 4 ? found : `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`,
    );
}
