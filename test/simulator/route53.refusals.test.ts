import assert from 'node:assert/strict';
import test from 'node:test';
import type { Change } from '@aws-sdk/client-route-53';
import { a, cname, create, openZone, remove, upsert, weighted, zoneId } from './route53-zone.ts';

const refusals: readonly {
  readonly name: string;
  readonly first?: Change[];
  readonly batch: Change[];
  readonly says: RegExp;
}[] = [
  {
    name: 'CREATE of a set that exists',
    first: [create(a('x.shop.example.com', '10.0.0.1'))],
    batch: [create(a('x.shop.example.com', '10.0.0.2'))],
    says: /^InvalidChangeBatch: \[Tried to create resource record set \[name='x\.shop\.example\.com\.', type='A'\] but it already exists\]$/,
  },
  {
    name: 'DELETE of a set that is not there',
    batch: [remove(a('x.shop.example.com', '10.0.0.1'))],
    says: /^InvalidChangeBatch: \[Tried to delete resource record set \[name='x\.shop\.example\.com\.', type='A'\] but it was not found\]$/,
  },
  {
    name: 'DELETE with another value',
    first: [create(a('x.shop.example.com', '10.0.0.1'))],
    batch: [remove(a('x.shop.example.com', '10.0.0.2'))],
    says: /values provided do not match the current values/,
  },
  {
    name: 'DELETE with another TTL',
    first: [create(cname('x.shop.example.com', 'y.example.net', 60))],
    batch: [remove(cname('x.shop.example.com', 'y.example.net', 300))],
    says: /values provided do not match the current values/,
  },
  {
    name: 'the same DELETE twice in a batch',
    first: [create(a('x.shop.example.com', '10.0.0.1'))],
    batch: [remove(a('x.shop.example.com', '10.0.0.1')), remove(a('x.shop.example.com', '10.0.0.1'))],
    says: /The request contains an invalid set of changes for a resource record set 'A x\.shop\.example\.com\.'/,
  },
  {
    name: 'a CNAME at the apex',
    batch: [create(cname('shop.example.com', 'y.example.net'))],
    says: /RRSet of type CNAME with DNS name shop\.example\.com\. is not permitted at apex in zone shop\.example\.com\./,
  },
  {
    name: 'a CNAME beside an A record',
    first: [create(a('x.shop.example.com', '10.0.0.1'))],
    batch: [create(cname('x.shop.example.com', 'y.example.net'))],
    says: /is not permitted as it conflicts with other records with the same DNS name/,
  },
  {
    name: 'an A record beside a CNAME',
    first: [create(cname('x.shop.example.com', 'y.example.net'))],
    batch: [create(a('x.shop.example.com', '10.0.0.1'))],
    says: /not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists/,
  },
  {
    name: 'a CNAME with two values',
    batch: [
      create({
        Name: 'x.shop.example.com',
        Type: 'CNAME',
        TTL: 60,
        ResourceRecords: [{ Value: 'y.example.net' }, { Value: 'z.example.net' }],
      }),
    ],
    says: /invalid set of changes for a resource record set 'CNAME x/,
  },
  {
    name: 'a value given twice',
    batch: [create(a('x.shop.example.com', '10.0.0.1', '10.0.0.1'))],
    says: /Duplicate Resource Record: '10\.0\.0\.1'/,
  },
  {
    name: 'a text without quotation marks',
    batch: [
      create({ Name: 'x.shop.example.com', Type: 'TXT', TTL: 60, ResourceRecords: [{ Value: 'plain' }] }),
    ],
    says: /Value should be enclosed in quotation marks/,
  },
  {
    name: 'a negative TTL',
    batch: [create(cname('x.shop.example.com', 'y.example.net', -1))],
    says: /^InvalidInput: .*tTL.*greater than or equal to 0/,
  },
  {
    name: 'no TTL',
    batch: [create({ Name: 'x.shop.example.com', Type: 'A', ResourceRecords: [{ Value: '10.0.0.1' }] })],
    says: /^InvalidInput: Invalid request: Expected exactly one of \[AliasTarget, all of \[TTL, and ResourceRecords\], or TrafficPolicyInstanceId\], but found none/,
  },
  {
    name: 'a weight without a set identifier',
    batch: [create({ ...a('x.shop.example.com', '10.0.0.1'), Weight: 1 })],
    says: /^InvalidInput: Invalid request: Missing field 'SetIdentifier' in Change with \[Action=CREATE, Name=x\.shop\.example\.com, Type=A, SetIdentifier=null\]/,
  },
  {
    name: 'a set identifier without a policy',
    batch: [create({ ...a('x.shop.example.com', '10.0.0.1'), SetIdentifier: 'blue' })],
    says: /^InvalidInput: .*Expected exactly one of \[Weight, Region, Failover, GeoLocation, or MultiValueAnswer\], but found none/,
  },
  {
    name: 'a simple set beside a weighted one',
    first: [create(weighted(a('x.shop.example.com', '10.0.0.1'), 'blue', 1))],
    batch: [create(a('x.shop.example.com', '10.0.0.2'))],
    says: /type A cannot be created as other RRSets exist with the same name and type/,
  },
  {
    name: 'a weighted set beside a simple one',
    first: [create(a('x.shop.example.com', '10.0.0.2'))],
    batch: [create(weighted(a('x.shop.example.com', '10.0.0.1'), 'blue', 1))],
    says: /SetIdentifier blue cannot be created as a non-weighted set exists/,
  },
  {
    name: 'weighted sets of different TTL',
    first: [create(weighted({ ...a('x.shop.example.com', '10.0.0.1'), TTL: 60 }, 'blue', 1))],
    batch: [create(weighted({ ...a('x.shop.example.com', '10.0.0.2'), TTL: 30 }, 'green', 1))],
    says: /weighted sets must contain the same TTL/,
  },
  {
    name: 'two primaries',
    first: [create({ ...a('x.shop.example.com', '10.0.0.1'), SetIdentifier: 'one', Failover: 'PRIMARY' })],
    batch: [create({ ...a('x.shop.example.com', '10.0.0.2'), SetIdentifier: 'two', Failover: 'PRIMARY' })],
    says: /Failover=PRIMARY cannot be created because a failover RRSet/,
  },
  {
    name: 'a health check that is not there',
    batch: [
      create({
        ...a('x.shop.example.com', '10.0.0.1'),
        SetIdentifier: 'one',
        Failover: 'PRIMARY',
        HealthCheckId: 'none',
      }),
    ],
    says: /^NoSuchHealthCheck/,
  },
  {
    name: 'an alias with a TTL',
    batch: [
      create({
        ...a('x.shop.example.com', '10.0.0.1'),
        AliasTarget: { HostedZoneId: zoneId, DNSName: 'y.shop.example.com', EvaluateTargetHealth: false },
      }),
    ],
    says: /^InvalidInput: .*but found more than one/,
  },
  {
    name: 'an alias to a record that is not there',
    batch: [
      create({
        Name: 'x.shop.example.com',
        Type: 'A',
        AliasTarget: { HostedZoneId: zoneId, DNSName: 'y.shop.example.com', EvaluateTargetHealth: false },
      }),
    ],
    says: /Tried to create an alias that targets y\.shop\.example\.com\., type A in zone Z0SHOP, but that target was not found/,
  },
  {
    name: 'an alias to a zone that is not AWS’s',
    batch: [
      create({
        Name: 'x.shop.example.com',
        Type: 'A',
        AliasTarget: { HostedZoneId: 'Z0OTHER', DNSName: 'y.example.net', EvaluateTargetHealth: false },
      }),
    ],
    says: /does not lie within the target zone/,
  },
  {
    name: 'an empty batch',
    batch: [],
    says: /^InvalidInput: .*Member must have length greater than or equal to 1/,
  },
  {
    name: 'a batch of more than 1,000 records, an UPSERT counting twice',
    batch: Array.from({ length: 501 }, (_, index) => upsert(a(`x${index}.shop.example.com`, '10.0.0.1'))),
    says: /^InvalidChangeBatch: \[Number of records limit of 1000 exceeded\.\]$/,
  },
  {
    name: 'a batch of more than 32,000 characters',
    batch: Array.from({ length: 161 }, (_, index) =>
      create({
        Name: `x${index}.shop.example.com`,
        Type: 'TXT',
        TTL: 60,
        ResourceRecords: [{ Value: `"${'a'.repeat(198)}"` }],
      }),
    ),
    says: /^InvalidChangeBatch: \[Number of characters limit of 32000 exceeded\.\]$/,
  },
];

for (const { name, first, batch, says } of refusals) {
  test(`Route 53 refuses ${name}`, async () => {
    const { change, send, refusal, wait } = openZone();
    if (first) {
      await change(...first);
      await wait(5);
    }
    assert.match(await refusal(send(batch)), says);
  });
}

test('Route 53 refuses to leave a zone without its own NS and SOA records', async () => {
  const { list, send, refusal } = openZone();
  const own = (await list()).map(remove);
  assert.match(
    await refusal(send(own)),
    /\[A HostedZone must contain at least one NS record for the zone itself\., A HostedZone must contain exactly one SOA record\.\]/,
  );
});
