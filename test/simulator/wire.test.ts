import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeFpgaImagesCommand,
  DescribeInstancesCommand,
  DescribeTagsCommand,
  EC2Client,
  type EC2ServiceException,
} from '@aws-sdk/client-ec2';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsError, NotSimulated } from '../../simulator/errors.ts';
import type { Operations } from '../../simulator/service.ts';
import { Simulator } from '../../simulator/simulator.ts';
import { Bench, signedFor, throwing } from './wire-bench.ts';

test('a request tells its service, Region, caller and operation', async () => {
  const bench = new Bench();
  await new EC2Client(bench.config('ap-northeast-1')).send(new DescribeTagsCommand({ MaxResults: 5 }));
  const { service, region, accessKeyId, operation, input } = bench.call;
  assert.deepEqual(
    { service, region, accessKeyId, operation, input },
    {
      service: 'ec2',
      region: 'ap-northeast-1',
      accessKeyId: 'AKIATEST',
      operation: 'DescribeTags',
      input: { MaxResults: 5 },
    },
  );
});

test('RDS sends DBInstanceNotFound, which its client throws as DBInstanceNotFoundFault', async () => {
  const bench = new Bench(throwing(new AwsError('DBInstanceNotFound', 'DBInstance orders not found.', 404)));
  await assert.rejects(new RDSClient(bench.config()).send(new DescribeDBInstancesCommand({})), {
    name: 'DBInstanceNotFoundFault',
    message: 'DBInstance orders not found.',
    Code: 'DBInstanceNotFound',
    Type: 'Sender',
    $fault: 'client',
  });
});

test('a service that throws the name of the model where AWS sends another code has a defect', async () => {
  const bench = new Bench(throwing(new AwsError('DBInstanceNotFoundFault', 'gone', 404)));
  await assert.rejects(new RDSClient(bench.config()).send(new DescribeDBInstancesCommand({})), {
    name: 'InternalFailure',
  });
  assert.match(String(bench.defects[0]), /sends DBInstanceNotFoundFault as 'DBInstanceNotFound'/);
});

test('CloudWatch sends the code of its query protocol beside the name of the error', async () => {
  const bench = new Bench(throwing(new AwsError('InvalidNextToken', 'no such token', 400)));
  await assert.rejects(new CloudWatchClient(bench.config()).send(new DescribeAlarmsCommand({})), {
    name: 'InvalidNextToken',
    message: 'no such token',
    Code: 'InvalidNextToken',
    Type: 'Sender',
  });
});

test('errors of EC2, which has no models of them, keep their code and message', async () => {
  const message = "The instance ID 'i-0' <&> does not exist";
  const bench = new Bench(throwing(new AwsError('InvalidInstanceID.NotFound', message)));
  const sent = new EC2Client(bench.config()).send(new DescribeInstancesCommand({}));
  await assert.rejects(sent, (error: EC2ServiceException) => {
    assert.equal(error.name, 'InvalidInstanceID.NotFound');
    assert.equal(error.message, message);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.equal(error.$metadata.requestId, bench.call.requestId);
    return true;
  });
});

test('members of an error can be read, and a client knows the class of an error of SSM', async () => {
  const bench = new Bench(throwing(new AwsError('ParameterNotFound', '')));
  await assert.rejects(new SSMClient(bench.config()).send(new GetParameterCommand({ Name: '/x' })), {
    name: 'ParameterNotFound',
  });
  const validation = new AwsError('ValidationException', 'bad', 400, {
    reason: 'API_DOES_NOT_SUPPORT_LABELED_ARNS',
  });
  const states = new Bench(throwing(validation));
  await assert.rejects(
    new SFNClient(states.config()).send(new DescribeExecutionCommand({ executionArn: 'a' })),
    {
      name: 'ValidationException',
      reason: 'API_DOES_NOT_SUPPORT_LABELED_ARNS',
    },
  );
});

test('a refused change batch of Route 53 carries its messages, and a busy zone its code', async () => {
  const change = new ChangeResourceRecordSetsCommand({
    HostedZoneId: '/hostedzone/Z1',
    ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: { Name: 'a.example', Type: 'A' } }] },
  });
  const messages = ['Tried to create <a.example>, but it already exists', 'and another'];
  const bench = new Bench(throwing(new AwsError('InvalidChangeBatch', 'refused', 400, { messages })));
  await assert.rejects(new Route53Client(bench.config()).send(change), {
    name: 'InvalidChangeBatch',
    message: 'refused',
    messages,
  });
  assert.equal(bench.input['HostedZoneId'], 'Z1');
  const busy = new Bench(throwing(new AwsError('PriorRequestNotComplete', 'a change is pending', 400)));
  await assert.rejects(new Route53Client(busy.config()).send(change), { name: 'PriorRequestNotComplete' });
});

test('a signature that is missing or malformed is refused before any service hears of it', async () => {
  const bench = new Bench();
  for (const authorization of ['', 'Bearer x', signedFor('ec2').replace('aws4_request', 'aws4')]) {
    const { status, body } = await bench.dispatch('ec2', { headers: { authorization } });
    assert.equal(status, 403);
    assert.match(body, /<Code>MissingAuthenticationToken<\/Code>/);
  }
  const headers = { authorization: '', 'x-amz-target': 'AmazonSSM.GetParameter' };
  const { status, body } = await bench.dispatch('ssm', { headers });
  assert.equal(status, 403);
  assert.equal(JSON.parse(body).__type, 'MissingAuthenticationToken');
  assert.deepEqual(bench.calls, []);
});

test('a service that is not there is refused by name', async () => {
  const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem' };
  const { status, body } = await new Bench().dispatch('dynamodb', { headers, body: '{}' });
  assert.equal(status, 400);
  assert.match(JSON.parse(body).message, /no service 'dynamodb'/);
});

test('an operation that is not there is refused as its protocol does', async () => {
  const bench = new Bench();
  const answers = [
    await bench.dispatch('ec2', { body: 'Action=LaunchRockets&Version=2016-11-15' }),
    await bench.dispatch('rds', { body: 'Version=2014-10-31' }),
    await bench.dispatch('ssm', { headers: { 'x-amz-target': 'AmazonSSM.LaunchRockets' }, body: '{}' }),
    await bench.dispatch('route53', { method: 'GET', path: '/2013-04-01/rockets' }),
    await bench.dispatch('s3', { method: 'PATCH', path: '/bucket/key' }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [400, 400, 400, 404, 405],
  );
  const codes = [
    'InvalidAction',
    'MissingAction',
    'UnknownOperationException',
    'UnknownOperationException',
    'MethodNotAllowed',
  ];
  for (const [index, { body }] of answers.entries()) assert.ok(body.includes(codes[index]!), body);
});

test('what does not fit the model is refused as its protocol does', async () => {
  const bench = new Bench();
  const refused = async (service: string, code: string, request: Parameters<Bench['dispatch']>[1]) => {
    const { status, body } = await bench.dispatch(service, request);
    assert.equal(status, 400);
    assert.ok(body.includes(code), body);
  };
  const ssm = { 'x-amz-target': 'AmazonSSM.GetParameter' };
  await refused('ec2', 'UnknownParameter', { body: 'Action=DescribeTags&Filters.1.Name=x' });
  await refused('ec2', 'MalformedInput', { body: 'Action=DescribeTags&MaxResults=many' });
  await refused('ec2', 'MalformedInput', { body: 'Action=DescribeTags&Filter.one.Name=x' });
  await refused('rds', 'MalformedInput', { body: 'Action=DescribeDBSnapshots&IncludeShared=maybe' });
  await refused('ssm', 'SerializationException', { headers: ssm, body: '{"Name":5}' });
  await refused('ssm', 'SerializationException', { headers: ssm, body: '{"Name":' });
  const route53 = {
    path: '/2013-04-01/hostedzone/Z1/rrset/',
    body: '<ChangeResourceRecordSetsRequest><Odd/></ChangeResourceRecordSetsRequest>',
  };
  await refused('route53', 'MalformedInput', route53);
  await refused('route53', 'MalformedInput', { ...route53, body: '<Other/>' });
  assert.deepEqual(bench.calls, []);
});

test('JSON may hold null for what is absent and members that the model lacks', async () => {
  const bench = new Bench();
  const body = '{"Name":"/a","WithDecryption":null,"Invented":{"by":"a newer client"}}';
  await bench.dispatch('ssm', { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body });
  assert.deepEqual(bench.input, { Name: '/a' });
});

test('the case of header names does not matter, nor how the body is carried', async () => {
  const text = '{"Name":"/é"}';
  const streamed = Readable.from([Buffer.from(text).subarray(0, 11), Buffer.from(text).subarray(11)]);
  for (const body of [text, Buffer.from(text), streamed]) {
    const bench = new Bench();
    const headers = { Authorization: signedFor('ssm'), 'X-Amz-Target': 'AmazonSSM.GetParameter' };
    await bench.server.dispatch({
      method: 'POST',
      hostname: 'ssm.eu-west-1.amazonaws.com',
      path: '/',
      headers,
      body,
    });
    assert.deepEqual(bench.input, { Name: '/é' });
  }
});

test('an error that is no answer of AWS is reported as a defect and answered with 500', async () => {
  const defect = new TypeError('undefined is not a volume');
  const bench = new Bench(throwing(defect));
  await assert.rejects(new EC2Client(bench.config()).send(new DescribeInstancesCommand({})), {
    name: 'InternalFailure',
    $fault: 'server',
  });
  assert.deepEqual(bench.defects, [defect]);
});

test('an output that does not fit the model is a defect that names the culprit', async () => {
  const instance = { InstanceId: 'i-1', LaunchTime: '2026-01-01' };
  const outputs: [unknown, RegExp][] = [
    [
      { Reservations: [{ Instances: [instance] }] },
      /ec2:DescribeInstances: \.Reservations\[0\]\.Instances\[0\]\.LaunchTime is not a valid Date/,
    ],
    [{ Reservations: { length: 0 } }, /\.Reservations is not a list/],
    [{ Reservation: [] }, /\.Reservation is not in the model/],
    [{ Reservations: [{ Instances: [{ AmiLaunchIndex: '0' }] }] }, /AmiLaunchIndex is not a number/],
    [{ Reservations: [{ Instances: [{ Tags: [null] }] }] }, /Tags\[0\] is not a structure/],
    ['text', /is not a structure/],
  ];
  for (const [output, message] of outputs) {
    const bench = new Bench(() => output);
    await assert.rejects(new EC2Client(bench.config()).send(new DescribeInstancesCommand({})), {
      name: 'InternalFailure',
    });
    assert.match(String(bench.defects[0]), message);
  }
});

test('a union with more or fewer than one member is a defect', async () => {
  for (const Filter of [{ Prefix: 'a', Tag: { Key: 'k', Value: 'v' } }, {}, { Prefix: undefined }]) {
    const bench = new Bench(() => ({ AnalyticsConfiguration: { Filter } }));
    await bench.dispatch('s3', { method: 'GET', path: '/bucket', query: { analytics: '', id: '1' } });
    assert.match(String(bench.defects[0]), /Filter must have one member, as AnalyticsFilter is a union/);
  }
});

test('members that are set to undefined are absent', async () => {
  const bench = new Bench(() => ({ Reservations: [], NextToken: undefined }));
  const output = await new EC2Client(bench.config()).send(new DescribeInstancesCommand({}));
  assert.deepEqual(output.Reservations, []);
  assert.ok(!('NextToken' in output));
});

test('request ids are unique, and the same whatever other callers did before', async () => {
  const idsOf = async (before: number) => {
    const bench = new Bench();
    const { server } = bench;
    const ask = (accessKeyId: string) =>
      server.dispatch({
        method: 'POST',
        hostname: 'ec2.eu-west-1.amazonaws.com',
        path: '/',
        headers: { authorization: signedFor('ec2', accessKeyId) },
        body: 'Action=DescribeTags',
      });
    for (let index = 0; index < before; index++) await ask('AKIAOTHER');
    const responses = [await ask('AKIATEST'), await ask('AKIATEST'), await ask('AKIATHIRD')];
    const ids = responses.map(({ headers }) => headers['x-amzn-requestid']!);
    assert.deepEqual(
      bench.calls.slice(before).map(({ requestId }) => requestId),
      ids,
    );
    return ids;
  };
  const ids = await idsOf(0);
  assert.deepEqual(await idsOf(3), ids);
  assert.equal(new Set(ids).size, 3);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('a client learns the id of its request', async () => {
  const bench = new Bench(() => ({ ResourceRecordSets: [], IsTruncated: false, MaxItems: 300 }));
  const output = await new Route53Client(bench.config()).send(
    new ListResourceRecordSetsCommand({ HostedZoneId: 'Z1' }),
  );
  assert.equal(output.$metadata.requestId, bench.call.requestId);
  assert.equal(output.IsTruncated, false);
});

const world = {
  seed: 1,
  startMs: Date.UTC(2026, 0, 1),
  accountId: '123456789012',
  regions: { 'eu-west-1': ['a'] },
};
const caller = {
  accessKeyId: 'AKIATEST',
  arn: 'arn:aws:sts::123456789012:assumed-role/test/1',
  userId: 'AROATEST:1',
};

test('what is not simulated stops the run, and so does a defect', async () => {
  const ask = (sim: Simulator) => {
    sim.addCaller(caller);
    const client = new EC2Client({ ...new Bench().config(), requestHandler: sim.connect() });
    return sim.clock.drive(client.send(new DescribeFpgaImagesCommand({})));
  };
  await assert.rejects(ask(new Simulator(world)), NotSimulated);
  const broken = new Simulator(world);
  const ec2 = broken.region('eu-west-1').ec2 as { operations: Operations };
  ec2.operations = { DescribeFpgaImages: throwing(new TypeError('a defect')) };
  await assert.rejects(ask(broken), new TypeError('a defect'));
});

test('a service whose model is not loaded yet hears its first call before a later one is heard elsewhere', async () => {
  const order: string[] = [];
  const bench = new Bench(({ service }) => order.push(service) && {});
  await Promise.all([
    bench.dispatch('sns', { body: 'Action=ListTopics' }),
    bench.dispatch('ec2', { body: 'Action=DescribeTags' }),
    bench.dispatch('sts', { body: 'Action=GetCallerIdentity' }),
  ]);
  assert.deepEqual(order, ['sns', 'ec2', 'sts']);
});
