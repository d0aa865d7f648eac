/** What is on the wire where SDK clients would not notice a difference, but others would. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { AwsError } from '../../simulator/errors.ts';
import { ec2Dialect, parseForm, queryDialect, readForm } from '../../simulator/wire/form.ts';
import { jsonOf, valueOfJson } from '../../simulator/wire/json.ts';
import { structureOf } from '../../simulator/wire/schema.ts';
import { readMembers, writeStructure } from '../../simulator/wire/xml.ts';
import { parseXml } from '../../simulator/wire/xmltext.ts';
import { Bench, throwing } from './wire-bench.ts';

const id = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const declaration = '<\\?xml version="1.0" encoding="UTF-8"\\?>\\n';

test('an action of EC2 without output answers true', async () => {
  const { body } = await new Bench().dispatch('ec2', { body: 'Action=DeleteTags&ResourceId.1=i-1' });
  const namespace = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';
  const content = `<requestId>${id}</requestId><return>true</return>`;
  assert.match(
    body,
    new RegExp(`^${declaration}<DeleteTagsResponse ${namespace}>${content}</DeleteTagsResponse>$`),
  );
});

test('an error of EC2 is in a list of errors', async () => {
  const bench = new Bench(
    throwing(new AwsError('InvalidVolume.NotFound', "The volume 'vol-1' does not exist.")),
  );
  const { status, body } = await bench.dispatch('ec2', { body: 'Action=DescribeVolumes&VolumeId.1=vol-1' });
  assert.equal(status, 400);
  const error =
    "<Error><Code>InvalidVolume.NotFound</Code><Message>The volume 'vol-1' does not exist.</Message></Error>";
  const content = `<Errors>${error}</Errors><RequestID>${id}</RequestID>`;
  assert.match(body, new RegExp(`^${declaration}<Response>${content}</Response>$`));
});

test('an action of the query protocol has a result only if its model has an output', async () => {
  const metadata = `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
  const rds = 'xmlns="http://rds.amazonaws.com/doc/2014-10-31/"';
  const tagged = await new Bench().dispatch('rds', {
    body: 'Action=AddTagsToResource&ResourceName=a&Tags.Tag.1.Key=b',
  });
  assert.match(
    tagged.body,
    new RegExp(`^${declaration}<AddTagsToResourceResponse ${rds}>${metadata}</AddTagsToResourceResponse>$`),
  );
  const listed = await new Bench().dispatch('rds', { body: 'Action=DescribeDBInstances' });
  assert.match(listed.body, new RegExp(`<DescribeDBInstancesResult></DescribeDBInstancesResult>${metadata}`));
});

test('an error of the query protocol says whose fault it is', async () => {
  const answer = async (status: number) => {
    const bench = new Bench(throwing(new AwsError('Throttling', 'Rate exceeded', status)));
    return (await bench.dispatch('sts', { body: 'Action=GetCallerIdentity' })).body;
  };
  assert.match(
    await answer(400),
    /<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type><Code>Throttling<\/Code><Message>Rate/,
  );
  assert.match(await answer(503), /<Type>Receiver<\/Type>/);
});

test('an operation of AWS JSON without output answers with an empty body', async () => {
  const bench = new Bench();
  const ask = (operation: string) =>
    bench.dispatch('events', { headers: { 'x-amz-target': `AWSEvents.${operation}` }, body: '{}' });
  assert.deepEqual(await ask('DeleteRule'), { status: 200, body: '' });
  assert.deepEqual(await ask('PutRule'), { status: 200, body: '{}' });
});

test('an error of AWS JSON spells its message as the model does', async () => {
  const ask = async (code: string) => {
    const bench = new Bench(throwing(new AwsError(code, 'why')));
    const { body } = await bench.dispatch('ssm', {
      headers: { 'x-amz-target': 'AmazonSSM.GetParameter' },
      body: '{}',
    });
    return JSON.parse(body);
  };
  assert.deepEqual(await ask('AccessDeniedException'), { __type: 'AccessDeniedException', Message: 'why' });
  assert.deepEqual(await ask('ParameterNotFound'), { __type: 'ParameterNotFound', message: 'why' });
});

test('a code of CloudWatch that is the name of one error and the code of another means the first', async () => {
  const bench = new Bench(throwing(new AwsError('ResourceNotFound', 'why', 404)));
  const headers = { 'x-amz-target': 'GraniteServiceVersion20100801.GetDashboard' };
  const { body } = await bench.dispatch('monitoring', { headers, body: '{}' });
  assert.equal(JSON.parse(body).__type, 'ResourceNotFound');
});

test('a document of S3 has the root that the model gives it, and nothing that a header holds', async () => {
  const s3 = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  const until = new Date('2026-02-01T00:00:00Z');
  const retained = new Bench(() => ({ Retention: { Mode: 'COMPLIANCE', RetainUntilDate: until } }));
  const retention = await retained.dispatch('s3', { method: 'GET', path: '/b/k', query: { retention: '' } });
  const content = '<Mode>COMPLIANCE</Mode><RetainUntilDate>2026-02-01T00:00:00.000Z</RetainUntilDate>';
  assert.match(retention.body, new RegExp(`^${declaration}<Retention ${s3}>${content}</Retention>$`));
  const listed = new Bench(() => ({ Contents: [{ Key: 'a&b' }, { Key: 'c' }], RequestCharged: 'requester' }));
  const list = await listed.dispatch('s3', { method: 'GET', path: '/b', query: { 'list-type': '2' } });
  const contents = '<Contents><Key>a&amp;b</Key></Contents><Contents><Key>c</Key></Contents>';
  assert.match(
    list.body,
    new RegExp(`^${declaration}<ListBucketResult ${s3}>${contents}</ListBucketResult>$`),
  );
});

test('a grantee of S3 has its type as an attribute of a declared namespace', async () => {
  const bench = new Bench(() => ({ Grants: [{ Grantee: { Type: 'CanonicalUser', ID: '1' } }] }));
  const { body } = await bench.dispatch('s3', { method: 'GET', path: '/b', query: { acl: '' } });
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"';
  assert.ok(
    body.includes(
      `<AccessControlList><Grant><Grantee ${xsi}><ID>1</ID></Grantee></Grant></AccessControlList>`,
    ),
    body,
  );
});

/** A model that uses what the protocols allow and none of the installed clients does today. */
const model = structureOf([
  3,
  'test',
  'Model',
  0,
  ['lower', 'flat', 'named', 'number'],
  [
    [0, { xmlName: 'lowerName' }],
    [128 | 0, { xmlFlattened: 1, xmlName: 'Flat' }],
    [[2, 'test', 'Named', 0, [0, { xmlName: 'K' }], [0, { xmlName: 'V' }]], 0],
    1,
  ],
] as Parameters<typeof structureOf>[0]);

test('EC2 capitalizes a name that has no name for its queries', () => {
  assert.deepEqual(readForm(model, parseForm('LowerName=a'), ec2Dialect), { lower: 'a' });
});

test('maps may be flattened and name their keys and values, in a form and in XML', () => {
  const form = 'Flat.1.key=a&Flat.1.value=1&Flat.2.key=b&Flat.2.value=2&named.entry.1.K=c&named.entry.1.V=3';
  const value = { flat: { a: '1', b: '2' }, named: { c: '3' } };
  assert.deepEqual(readForm(model, parseForm(form), queryDialect), value);
  const entry = (key: string, content: string) => `<Flat><key>${key}</key><value>${content}</value></Flat>`;
  const named = '<named><entry><K>c</K><V>3</V></entry></named>';
  const xml = `<Model>${entry('a', '1')}${entry('b', '2')}${named}</Model>`;
  assert.equal(writeStructure('Model', model, value, ''), xml);
  assert.deepEqual(readMembers(model, parseXml(xml)), value);
});

test('numbers that have no digits are words', () => {
  for (const [number, word] of [
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ] as const) {
    assert.deepEqual(jsonOf(model, { number }), { number: word });
    assert.deepEqual(valueOfJson(model, { number: word }), { number });
    assert.deepEqual(readForm(model, parseForm(`number=${word}`), queryDialect), { number });
    assert.equal(writeStructure('Model', model, { number }, ''), `<Model><number>${word}</number></Model>`);
  }
});

test('what the wire does not know of a model is refused, not guessed', () => {
  const withMember = (member: unknown) =>
    structureOf([3, 'test', 'New', 0, ['new'], [member]] as unknown as Parameters<typeof structureOf>[0]);
  const bigInteger = 17;
  assert.throws(
    () => readForm(withMember(bigInteger), parseForm('new=1'), queryDialect),
    /does not know the schema of/,
  );
  assert.throws(() => withMember([0, { httpResponseCode: 1 }]), /does not know this binding/);
});
