import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  InvalidChangeBatch,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  TestDNSAnswerCommand,
} from '@aws-sdk/client-route-53';
import fc from 'fast-check';
import { a, cname, create, openZone, remove, upsert, weighted, zoneId } from './route53-zone.ts';

test('a change is listed at once, is answered from when it is in sync, and GetChange says INSYNC from then on', async () => {
  const { sim, route53, change, drive, wait, list } = openZone();
  sim.route53.addRecord(zoneId, {
    name: 'app.shop.example.com',
    type: 'CNAME',
    data: { kind: 'values', ttlSeconds: 60, values: ['old.example.net'] },
  });
  const { ChangeInfo } = await change(upsert(cname('App.shop.example.com', 'new.example.net')));
  assert.equal(ChangeInfo?.Status, 'PENDING');
  const listed = (await list()).find((record) => record.Type === 'CNAME');
  assert.deepEqual(listed, {
    Name: 'app.shop.example.com.',
    Type: 'CNAME',
    TTL: 60,
    ResourceRecords: [{ Value: 'new.example.net' }],
  });
  const target = () => sim.route53.answer('app.shop.example.com', 'CNAME').records[0]?.value;
  const status = async () =>
    (await drive(route53.send(new GetChangeCommand({ Id: ChangeInfo?.Id })))).ChangeInfo?.Status;
  const seen = new Set<string>();
  for (let second = 0; second < 180; second += 1) {
    const before = target();
    const said = await status();
    if (before === target()) seen.add(`${said} ${before}`);
    await wait(1);
  }
  assert.deepEqual([...seen], ['PENDING old.example.net', 'INSYNC new.example.net']);
});

test('changes of one zone reach the name servers in the order in which they were accepted', async () => {
  const { sim, change, wait } = openZone();
  const values = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'];
  for (const value of values) {
    await change(upsert(a('app.shop.example.com', value)));
    await wait(3);
  }
  const answered: string[] = [];
  for (let second = 0; second < 200; second += 1) {
    const value = sim.route53.answer('app.shop.example.com', 'A').records[0]?.value;
    if (value !== undefined && value !== answered.at(-1)) answered.push(value);
    await wait(1);
  }
  assert.equal(answered.at(-1), '10.0.0.5');
  assert.deepEqual(
    answered,
    values.filter((value) => answered.includes(value)),
  );
});

test('a batch with one bad change changes nothing and names each objection', async () => {
  const { drive, send, list } = openZone();
  const before = await list();
  const answer = send([
    create(a('good.shop.example.com', '10.0.0.1')),
    create(a('bad.shop.example.com', 'not-an-address')),
    create(a('www.example.org', '10.0.0.1')),
  ]);
  await assert.rejects(drive(answer), (error) => {
    assert.ok(error instanceof InvalidChangeBatch);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.message, /ARRDATAIllegalIPv4Address/);
    assert.match(
      error.message,
      /RRSet with DNS name www\.example\.org\. is not permitted in zone shop\.example\.com\./,
    );
    return true;
  });
  assert.deepEqual(await list(), before);
});

test('a CNAME takes the place of an A record in one batch, whichever comes first', async () => {
  const { change, wait, list } = openZone();
  await change(create(a('x.shop.example.com', '10.0.0.1')));
  await wait(5);
  await change(
    create(cname('x.shop.example.com', 'y.example.net')),
    remove(a('x.shop.example.com', '10.0.0.1')),
  );
  const types = (await list())
    .filter((record) => record.Name === 'x.shop.example.com.')
    .map((record) => record.Type);
  assert.deepEqual(types, ['CNAME']);
});

test('an UPSERT repeated leaves what it made', async () => {
  const { change, wait, list } = openZone();
  await change(upsert(cname('x.shop.example.com', 'y.example.net')));
  const once = await list();
  await wait(5);
  await change(upsert(cname('x.shop.example.com', 'y.example.net')));
  assert.deepEqual(await list(), once);
});

test('a second batch while the zone takes one in is refused as PriorRequestNotComplete', async () => {
  const { sim, send } = openZone();
  const outcomes: string[] = [];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const first = send([upsert(cname('x.shop.example.com', 'y.example.net'))]);
    const second = send([upsert(cname('z.shop.example.com', 'y.example.net'))]);
    const settled = await sim.clock.drive(Promise.allSettled([first, second]));
    outcomes.push(...settled.map((one) => (one.status === 'rejected' ? one.reason.name : 'accepted')));
  }
  assert.ok(outcomes.includes('PriorRequestNotComplete'));
  assert.ok(outcomes.filter((outcome) => outcome === 'accepted').length >= 20);
});

test('more than fifty requests at once are throttled with the status 400', async () => {
  const { sim, route53 } = openZone();
  const calls = Array.from({ length: 120 }, () => route53.send(new GetHostedZoneCommand({ Id: zoneId })));
  const settled = await sim.clock.drive(Promise.allSettled(calls));
  const refused = settled.filter((one) => one.status === 'rejected').map((one) => one.reason);
  assert.ok(refused.length > 40 && refused.length < 70, `${refused.length} were refused`);
  assert.equal(refused[0].name, 'Throttling');
  assert.equal(refused[0].message, 'Rate exceeded');
  assert.equal(refused[0].$metadata.httpStatusCode, 400);
});

test('change tokens run out before requests do, and an UPSERT costs two', async () => {
  const { change, refusal, send, wait } = openZone();
  const batch = (round: number) =>
    Array.from({ length: 490 }, (_, index) => upsert(a(`x${index}.shop.example.com`, `10.0.${round}.1`)));
  await change(...batch(1));
  await wait(2);
  assert.match(await refusal(send(batch(2))), /^Throttling: Rate exceeded$/);
  await wait(5);
  await change(...batch(3));
});

test('records are listed page by page in the order of their reversed names', async () => {
  const { route53, change, drive } = openZone();
  await change(
    create(a('b.shop.example.com', '10.0.0.1')),
    create(a('a.b.shop.example.com', '10.0.0.1')),
    create(a('*.shop.example.com', '10.0.0.1')),
    create(weighted(cname('c.shop.example.com', 'x.example.net'), 'one', 1)),
    create(weighted(cname('c.shop.example.com', 'x.example.net'), 'two', 1)),
  );
  const seen: string[] = [];
  let from: Pick<ResourceRecordSet, never> & Record<string, string | undefined> = {};
  for (;;) {
    const page = await drive(
      route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems: 2, ...from })),
    );
    seen.push(
      ...(page.ResourceRecordSets ?? []).map((set) =>
        `${set.Name} ${set.Type} ${set.SetIdentifier ?? ''}`.trim(),
      ),
    );
    if (!page.IsTruncated) break;
    from = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
  assert.deepEqual(seen, [
    'shop.example.com. NS',
    'shop.example.com. SOA',
    '\\052.shop.example.com. A',
    'b.shop.example.com. A',
    'a.b.shop.example.com. A',
    'c.shop.example.com. CNAME one',
    'c.shop.example.com. CNAME two',
  ]);
});

test('StartRecordType without a name is refused', async () => {
  const { route53, refusal } = openZone();
  const answer = route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, StartRecordType: 'A' }),
  );
  assert.match(await refusal(answer), /^InvalidInput/);
});

test('what is unknown is refused by name', async () => {
  const { route53, refusal } = openZone();
  assert.match(
    await refusal(route53.send(new GetChangeCommand({ Id: 'C0NONE' }))),
    /^NoSuchChange: Could not find resource with ID: C0NONE/,
  );
  assert.match(
    await refusal(route53.send(new GetHostedZoneCommand({ Id: 'Z0NONE' }))),
    /^NoSuchHostedZone: No hosted zone found with ID: Z0NONE/,
  );
});

test('a zone is created with its name servers, and listed by id and by name', async () => {
  const { route53, drive, refusal } = openZone();
  const make = (name: string) =>
    route53.send(new CreateHostedZoneCommand({ Name: name, CallerReference: `make ${name}` }));
  const made = await drive(make('example.org'));
  await drive(make('a.example.com'));
  assert.equal(made.HostedZone?.Name, 'example.org.');
  assert.equal(made.DelegationSet?.NameServers?.length, 4);
  assert.match(await refusal(make('example.org')), /^HostedZoneAlreadyExists/);
  const byName = await drive(route53.send(new ListHostedZonesByNameCommand({ DNSName: 'shop.example.com' })));
  assert.deepEqual(
    byName.HostedZones?.map((zone) => zone.Name),
    ['shop.example.com.', 'example.org.'],
  );
  const listed = await drive(route53.send(new ListHostedZonesCommand({ MaxItems: 2 })));
  assert.equal(listed.HostedZones?.length, 2);
  const rest = await drive(route53.send(new ListHostedZonesCommand({ Marker: listed.NextMarker })));
  assert.equal(rest.HostedZones?.length, 1);
});

test('TestDNSAnswer tells what is in sync, not what was accepted', async () => {
  const { route53, change, drive, wait } = openZone();
  const ask = () =>
    drive(
      route53.send(
        new TestDNSAnswerCommand({ HostedZoneId: zoneId, RecordName: 'x.shop.example.com', RecordType: 'A' }),
      ),
    );
  await change(create(a('x.shop.example.com', '10.0.0.1')));
  assert.equal((await ask()).ResponseCode, 'NXDOMAIN');
  await wait(181);
  assert.deepEqual((await ask()).RecordData, ['10.0.0.1']);
});

test('while the control plane is down calls fail or hang, and answers go on', async () => {
  const { sim, route53 } = openZone();
  sim.route53.addRecord(zoneId, {
    name: 'x.shop.example.com',
    type: 'A',
    data: { kind: 'values', ttlSeconds: 60, values: ['10.0.0.1'] },
  });
  sim.route53.controlPlane = 'down';
  const outcomes = new Set<string>();
  for (let call = 0; call < 20; call += 1) {
    const answer = route53.send(new GetHostedZoneCommand({ Id: zoneId })).then(
      () => 'ok',
      (error: Error) => error.name,
    );
    outcomes.add(await sim.clock.drive(Promise.race([answer, sim.clock.sleep(60_000).then(() => 'hung')])));
  }
  assert.deepEqual([...outcomes].toSorted(), ['ServiceUnavailable', 'hung']);
  assert.equal(sim.route53.answer('x.shop.example.com', 'A').records[0]?.value, '10.0.0.1');
});

test('whatever is created can be deleted again with the values that are listed', async () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);
  const address = fc.ipV4();
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(label, { minLength: 1, maxLength: 6 }),
      fc.uniqueArray(address, { minLength: 1, maxLength: 4 }),
      async (labels, values) => {
        const { change, list, wait } = openZone();
        const before = await list();
        await change(...labels.map((one) => create(a(`${one}.shop.example.com`, ...values))));
        await wait(5);
        const made = (await list()).filter((record) => record.Type === 'A');
        assert.equal(made.length, labels.length);
        await change(
          ...made.map((record) =>
            remove({ ...record, ResourceRecords: record.ResourceRecords?.toReversed() }),
          ),
        );
        assert.deepEqual(await list(), before);
      },
    ),
    { seed: 53, numRuns: 15 },
  );
});
