import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { openAccount } from './guest-account.ts';

export const zoneId = 'Z0SHOP';

export function openZone() {
  const account = openAccount();
  account.sim.route53.addHostedZone({ id: zoneId, name: 'shop.example.com' });
  const send = (Changes: Change[]) =>
    account.route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }),
    );
  const list = async () => {
    const answer = account.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }));
    return (await account.drive(answer)).ResourceRecordSets ?? [];
  };
  return { ...account, send, list, change: (...changes: Change[]) => account.drive(send(changes)) };
}

export function cname(name: string, value: string, TTL = 60): ResourceRecordSet {
  return { Name: name, Type: 'CNAME', TTL, ResourceRecords: [{ Value: value }] };
}

export function a(name: string, ...values: string[]): ResourceRecordSet {
  return { Name: name, Type: 'A', TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) };
}

export function weighted(
  record: ResourceRecordSet,
  SetIdentifier: string,
  Weight: number,
): ResourceRecordSet {
  return { ...record, SetIdentifier, Weight };
}

export const create = (ResourceRecordSet: ResourceRecordSet): Change => ({
  Action: 'CREATE',
  ResourceRecordSet,
});
export const upsert = (ResourceRecordSet: ResourceRecordSet): Change => ({
  Action: 'UPSERT',
  ResourceRecordSet,
});
export const remove = (ResourceRecordSet: ResourceRecordSet): Change => ({
  Action: 'DELETE',
  ResourceRecordSet,
});
