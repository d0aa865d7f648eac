import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type RRType,
} from '@aws-sdk/client-route-53';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { ObservedRecord } from '../recovery/observed.ts';
import type { RecordSwitch } from '../recovery/plan/plan.ts';
import { sameName } from '../recovery/steps/traffic.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';

export type Route53 = ReturnType<typeof openRoute53>;

/** Route 53's control plane, which lives in us-east-1 wherever it is called from. */
export function openRoute53(access: Access) {
  const client = openClient(Route53Client, access, 'us-east-1');
  return {
    /** The record set of this name and type, or `absent`. */
    record: async (item: RecordSwitch): Promise<Answer<ObservedRecord | 'absent'>> =>
      mapAnswer(
        await call(access, 'route53:ListResourceRecordSets', (abortSignal) =>
          client.send(
            new ListResourceRecordSetsCommand({
              HostedZoneId: item.record.zone,
              StartRecordName: item.record.name,
              StartRecordType: item.record.type,
              MaxItems: 2,
            }),
            { abortSignal },
          ),
        ),
        (output) => {
          const found = output.ResourceRecordSets?.find(
            (set) =>
              set.Type === item.record.type && sameName(unescapeName(set.Name ?? ''), item.record.name),
          );
          if (!found) return 'absent';
          return {
            name: found.Name ?? '',
            type: found.Type ?? '',
            values: (found.ResourceRecords ?? []).flatMap((record) => record.Value ?? []),
            ...(found.TTL !== undefined && { ttlSeconds: found.TTL }),
            ...(found.SetIdentifier && { setIdentifier: found.SetIdentifier }),
            ...(found.AliasTarget?.DNSName && { alias: found.AliasTarget.DNSName }),
          };
        },
      ),
    /** Puts the record as the plan wants it and returns the id of the change. A repetition changes nothing more. */
    upsert: async (item: RecordSwitch, comment: string): Promise<Answer<string>> =>
      mapAnswer(
        await call(access, 'route53:ChangeResourceRecordSets', (abortSignal) =>
          client.send(
            new ChangeResourceRecordSetsCommand({
              HostedZoneId: item.record.zone,
              ChangeBatch: {
                Comment: comment,
                Changes: [
                  {
                    Action: 'UPSERT',
                    ResourceRecordSet: {
                      Name: item.record.name,
                      Type: item.record.type as RRType,
                      TTL: item.record.ttlSeconds,
                      ResourceRecords: [{ Value: item.record.value }],
                    },
                  },
                ],
              },
            }),
            { abortSignal },
          ),
        ),
        (output) => (output.ChangeInfo?.Id ?? '').replace(/^\/change\//, ''),
      ),
    change: async (id: string): Promise<Answer<'PENDING' | 'INSYNC'>> =>
      mapAnswer(
        await call(access, 'route53:GetChange', (abortSignal) =>
          client.send(new GetChangeCommand({ Id: id }), { abortSignal }),
        ),
        (output) => (output.ChangeInfo?.Status === 'INSYNC' ? 'INSYNC' : 'PENDING'),
      ),
  };
}

/** Route 53 writes unusual characters of a name as octal escapes, `*` as `\052` (Route 53 Developer Guide, domain name format). */
function unescapeName(name: string): string {
  return name.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
