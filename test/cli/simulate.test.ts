import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';

interface Served {
  readonly url: string;
  readonly region: string;
  readonly now: string;
  readonly machineArns: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, { accessKeyId: string; secretAccessKey: string }>>;
}

const root = join(import.meta.dirname, '../..');
let serving: ChildProcess;
let served: Served;

/** Time stands but for calls, so that nothing here depends on how fast this machine is. */
before(async () => {
  const args = ['cli/lifeboat.ts', 'simulate', '--port', '0', '--speed', '0', '--asleep', '--json'];
  serving = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(serving, 'exit').then(([code]) => assert.fail(`it ended with ${code} before it served`));
  ended.catch(() => undefined);
  const [line] = (await Promise.race([once(serving.stdout!, 'data'), ended])) as [Buffer];
  served = JSON.parse(line.toString()) as Served;
});

after(() => {
  serving.kill('SIGKILL');
});

function config(who = served.credentials['alice']!) {
  return { region: served.region, endpoint: served.url, credentials: who, maxAttempts: 1 };
}

function controlled(method: string, path: string): Promise<Response> {
  return fetch(`${served.url}/_lifeboat/${path}`, { method });
}

test('an SDK client with an endpoint and a key reads the account, over loopback', async () => {
  assert.match(served.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const { Reservations = [] } = await new EC2Client(config()).send(new DescribeInstancesCommand({}));
  assert.ok(Reservations.length > 0);
});

test('a key that the account does not have is refused as each service refuses it', async () => {
  const stranger = config({ accessKeyId: 'AKIASTRANGER', secretAccessKey: 'any' });
  await assert.rejects(new EC2Client(stranger).send(new DescribeInstancesCommand({})), {
    name: 'AuthFailure',
  });
  await assert.rejects(new SNSClient(stranger).send(new ListTopicsCommand({})), {
    name: 'InvalidClientTokenId',
  });
  await assert.rejects(new S3Client(stranger).send(new ListBucketsCommand({})), {
    name: 'InvalidAccessKeyId',
  });
  const input = { executionArn: `${served.machineArns['drill']}:none` };
  await assert.rejects(new SFNClient(stranger).send(new DescribeExecutionCommand(input)), {
    name: 'UnrecognizedClientException',
  });
});

test('what is not simulated is said to the caller, and the account goes on', async () => {
  await assert.rejects(new S3Client(config()).send(new ListBucketsCommand({})), {
    name: 'NotSimulated',
    message: /s3:ListBuckets is not simulated/,
  });
  await new EC2Client(config()).send(new DescribeInstancesCommand({}));
});

test('time stands until it is told to move', async () => {
  const now = async () => ((await (await controlled('GET', 'clock')).json()) as { now: string }).now;
  const first = await now();
  assert.equal(await now(), first);
  const moved = (await (await controlled('POST', 'advance?seconds=90')).json()) as { now: string };
  assert.equal(Date.parse(moved.now) - Date.parse(first), 90_000);
  assert.equal((await controlled('POST', 'advance?seconds=-1')).status, 400);
  assert.equal((await controlled('GET', 'advance?seconds=1')).status, 404);
});

test('a drill that is started through the API runs in the deployed machine', async () => {
  const states = new SFNClient(config());
  const input = JSON.stringify({ plan: 'shop', recovery: 'shop-served', run: 1 });
  const started = { stateMachineArn: served.machineArns['drill'], name: 'shop-served-r1', input };
  const { executionArn } = await states.send(new StartExecutionCommand(started));
  const { status: first } = await states.send(new DescribeExecutionCommand({ executionArn }));
  assert.equal(first, 'RUNNING');
  assert.equal((await controlled('POST', 'advance?seconds=7200')).status, 200);
  const { status, output } = await states.send(new DescribeExecutionCommand({ executionArn }));
  assert.equal(status, 'SUCCEEDED', output);
});

test('the application of the world answers until its Region is gone', async () => {
  const health = `get?region=us-west-2&url=${encodeURIComponent('https://app.shop.example.com/healthz')}`;
  assert.equal((await controlled('GET', health)).status, 200);
  assert.equal((await controlled('POST', 'fault?name=no-such')).status, 400);
  assert.equal((await controlled('POST', 'fault?name=primary-outage')).status, 200);
  assert.equal((await controlled('GET', health)).status, 502);
});

test('a request by another name than this machine is refused, such as from a page that had its name point here', async () => {
  const { port } = new URL(served.url);
  const asked = request({ port, host: '127.0.0.1', path: '/', headers: { host: 'evil.example.com' } });
  asked.end();
  const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  assert.equal(response.statusCode, 421);
});

test('it ends when it is asked to, and ends well', async () => {
  serving.kill('SIGTERM');
  const [code] = (await once(serving, 'exit')) as [number];
  assert.equal(code, 0);
});
