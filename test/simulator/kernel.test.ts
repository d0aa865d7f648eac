/** What every call goes through, whatever service it is for. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { DescribeAddressesCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Draws } from '../../simulator/draws.ts';
import { AwsError, NotSimulated } from '../../simulator/errors.ts';
import type { CallRecord, Interference, Simulator } from '../../simulator/simulator.ts';
import { openAccount, primary, recovery, settings, startMs } from './data-account.ts';

const put = (name: string) => new PutParameterCommand({ Name: name, Value: 'on', Type: 'String' });
const whoAmI = () => new GetCallerIdentityCommand({});

/** What becomes of an answer within an hour: what it settles to, or that it does not. */
function within(sim: Simulator, answer: Promise<unknown>): Promise<string> {
  const settled = answer.then(
    () => 'answered',
    (error: Error) => error.name,
  );
  return sim.clock.drive(Promise.race([settled, sim.clock.sleep(3_600_000).then(() => 'no answer')]));
}

/** Interferes with the first call of an operation. */
function disturb(sim: Simulator, operation: string, interference: Interference): void {
  let isFirst = true;
  sim.faults.push((call) => {
    if (call.operation !== operation || !isFirst) return undefined;
    isFirst = false;
    return interference;
  });
}

const secondsOf = ({ atMs, endedAtMs = Number.NaN }: CallRecord): number => (endedAtMs - atMs) / 1000;

test('a call of somebody unknown ends the run, and names the access key', async () => {
  const sim = openAccount();
  const client = new STSClient(settings(sim, recovery, 'AKIASTRANGER'));
  await assert.rejects(sim.clock.drive(client.send(whoAmI())), (error: Error) => {
    assert.equal(
      error.message,
      'a caller with the access key AKIASTRANGER is not simulated; docs/simulator.md lists what is',
    );
    return error instanceof NotSimulated;
  });
  assert.deepEqual(sim.transcript, []);
});

test('each caller is who its own access key says', async () => {
  const sim = openAccount();
  const other = {
    accessKeyId: 'ASIAOTHER',
    arn: 'arn:aws:sts::123456789012:assumed-role/other/s',
    userId: 'AROAOTHER:s',
  };
  sim.addCaller(other);
  const arns = await sim.clock.drive(
    Promise.all(
      ['AKIATEST', 'ASIAOTHER'].map(async (key) => {
        const { Arn } = await new STSClient(settings(sim, recovery, key)).send(whoAmI());
        return Arn;
      }),
    ),
  );
  assert.deepEqual(arns, ['arn:aws:sts::123456789012:assumed-role/tester/session', other.arn]);
  assert.deepEqual(
    sim.transcript.map(({ callerArn }) => callerArn),
    arns,
  );
});

test('a gap in the model ends the run even when the caller swallows the error', async () => {
  const sim = openAccount();
  const ec2 = new EC2Client(settings(sim, recovery));
  const heedless = async () => {
    try {
      await ec2.send(new DescribeAddressesCommand({}));
    } catch {
      await sim.clock.sleep(1000);
    }
    return 'all is well';
  };
  await assert.rejects(sim.clock.drive(heedless()), /^NotSimulated: ec2:DescribeAddresses is not simulated/);
  await assert.rejects(sim.clock.drive(Promise.resolve()), NotSimulated);
});

test('so it does when AWS itself makes the call', async () => {
  const sim = openAccount();
  const call = {
    service: 'rds',
    region: recovery,
    operation: 'CreateDBCluster',
    requestId: 'r',
    headers: {},
  } as const;
  const answer = sim.ask({ ...call, accessKeyId: 'AKIATEST', input: {} }).catch(() => 'swallowed');
  await assert.rejects(sim.clock.drive(answer), /^NotSimulated: rds:CreateDBCluster is not simulated/);
});

test('a Region that the world does not have is a gap in the model', async () => {
  const sim = openAccount();
  assert.throws(() => sim.region('eu-west-1'), /^NotSimulated: Region eu-west-1 is not simulated/);
  const client = new SSMClient(settings(sim, 'eu-west-1'));
  await assert.rejects(sim.clock.drive(client.send(put('/a'))), /^NotSimulated: Region eu-west-1/);
});

test('a defect of the simulator ends the run and is no answer of AWS', async () => {
  const sim = openAccount();
  sim.faults.push(() => ({ kind: 'error', error: new TypeError('a defect') }));
  const client = new STSClient(settings(sim, recovery));
  await assert.rejects(
    sim.clock.drive(client.send(whoAmI()).catch(() => undefined)),
    /^TypeError: a defect$/,
  );
  assert.equal(sim.transcript[0]?.outcome, 'defect');
});

test('a call takes the latency that is drawn for its caller and operation, and acts half-way', async () => {
  const sim = openAccount('latency');
  const ssm = new SSMClient(settings(sim, recovery));
  const drawn = new Draws('latency').sample('api.latency', 'AKIATEST/PutParameter') * 1000;
  const answer = ssm.send(put('/shop/endpoint'));
  const value = () => sim.region(recovery).ssm.parameterValue('/shop/endpoint');
  await sim.clock.driveUntil(startMs + drawn / 2 - 0.001);
  assert.equal(value(), undefined);
  await sim.clock.driveUntil(startMs + drawn / 2 + 0.001);
  assert.equal(value(), 'on');
  await sim.clock.drive(answer);
  assert.ok(Math.abs(sim.clock.nowMs() - startMs - drawn) < 0.01);
});

test('a service may be slower or faster than the others', async () => {
  const sim = openAccount('latency');
  sim.s3.createBucket({ name: 'ledger', region: recovery });
  await sim.clock.drive(
    new S3Client(settings(sim, recovery)).send(new HeadBucketCommand({ Bucket: 'ledger' })),
  );
  const drawn = new Draws('latency').sample('s3.latency', 'AKIATEST/HeadBucket');
  assert.ok(Math.abs(secondsOf(sim.transcript[0]!) - drawn) < 1e-5);
});

test('the calls of others change nothing about the latency of a call', async () => {
  const run = async (others: number): Promise<number[]> => {
    const sim = openAccount('crowd');
    const crowd = Array.from({ length: others }, (_, i) => {
      const accessKeyId = `ASIAOTHER${i}`;
      sim.addCaller({ accessKeyId, arn: `arn:aws:iam::123456789012:user/${i}`, userId: String(i) });
      return new STSClient(settings(sim, recovery, accessKeyId)).send(whoAmI());
    });
    const client = new STSClient(settings(sim, recovery));
    const mine = async () => {
      for (let call = 0; call < 3; call++) await client.send(whoAmI());
    };
    await sim.clock.drive(Promise.all([mine(), ...crowd]));
    return sim.transcript.filter(({ callerArn }) => callerArn.includes('tester')).map(secondsOf);
  };
  const [alone, amidst] = [await run(0), await run(5)];
  assert.equal(alone.length, 3);
  // Sums of fractions of milliseconds end a bit beside one another.
  assert.ok(alone.every((seconds, i) => Math.abs(seconds - amidst[i]!) < 1e-6));
});

test('the transcript has every call in the order in which they were made, with what became of it', async () => {
  const sim = openAccount();
  const ssm = new SSMClient(settings(sim, primary));
  const absent = async () => {
    await ssm.send(new GetParameterCommand({ Name: '/absent' })).catch(() => undefined);
  };
  await sim.clock.drive(ssm.send(put('/a')).then(absent));
  const seen = sim.transcript.map(({ service, region, operation, outcome }) => [
    service,
    region,
    operation,
    outcome,
  ]);
  assert.deepEqual(seen, [
    ['ssm', primary, 'PutParameter', 'ok'],
    ['ssm', primary, 'GetParameter', 'ParameterNotFound'],
  ]);
  const [first, second] = sim.transcript;
  assert.equal(first!.atMs, startMs);
  assert.equal(second!.atMs, first!.endedAtMs);
  assert.notEqual(first!.requestId, second!.requestId);
});

test('a closed connection never answers: neither what is asked later nor what was under way, though that still acts', async () => {
  const sim = openAccount();
  const requestHandler = sim.connect();
  const ssm = new SSMClient({ ...settings(sim, recovery), requestHandler });
  const underWay = ssm.send(put('/under-way'));
  await sim.clock.drive(sim.clock.sleep(0.001));
  requestHandler.close();
  assert.equal(await within(sim, underWay), 'no answer');
  assert.equal(await within(sim, ssm.send(put('/later'))), 'no answer');
  const { ssm: store } = sim.region(recovery);
  assert.deepEqual([store.parameterValue('/under-way'), store.parameterValue('/later')], ['on', undefined]);
  assert.equal(await within(sim, new SSMClient(settings(sim, recovery)).send(put('/other'))), 'answered');
});

test('a call that hangs is never answered and does not act', async () => {
  const sim = openAccount();
  disturb(sim, 'PutParameter', { kind: 'hang' });
  const ssm = new SSMClient(settings(sim, recovery));
  assert.equal(await within(sim, ssm.send(put('/a'))), 'no answer');
  assert.equal(sim.region(recovery).ssm.parameterValue('/a'), undefined);
  assert.deepEqual([sim.transcript[0]!.outcome, sim.transcript[0]!.endedAtMs], ['hung', undefined]);
  assert.equal(await within(sim, ssm.send(put('/a'))), 'answered');
});

test('a call whose answer is lost acts, and is never answered', async () => {
  const sim = openAccount();
  disturb(sim, 'PutParameter', { kind: 'loseAnswer' });
  const ssm = new SSMClient(settings(sim, recovery));
  assert.equal(await within(sim, ssm.send(put('/a'))), 'no answer');
  assert.equal(sim.region(recovery).ssm.parameterValue('/a'), 'on');
  assert.equal(sim.transcript[0]!.outcome, 'ok');
});

test('a refusal is an answer too, and is lost as well; a gap in the model is not', async () => {
  const sim = openAccount();
  sim.faults.push(() => ({ kind: 'loseAnswer' }));
  const ssm = new SSMClient(settings(sim, recovery));
  assert.equal(await within(sim, ssm.send(new GetParameterCommand({ Name: '/absent' }))), 'no answer');
  assert.equal(sim.transcript[0]!.outcome, 'ParameterNotFound');
  const unmodelled = new PutParameterCommand({ Name: '/b', Value: 'on', Policies: 'any' });
  await assert.rejects(within(sim, ssm.send(unmodelled)), NotSimulated);
});

test('a delayed call acts and answers later by that much', async () => {
  const seconds = async (delay: number): Promise<number> => {
    const sim = openAccount('delay');
    if (delay > 0) disturb(sim, 'PutParameter', { kind: 'delay', seconds: delay });
    await sim.clock.drive(new SSMClient(settings(sim, recovery)).send(put('/a')));
    assert.equal(sim.region(recovery).ssm.parameterValue('/a'), 'on');
    return secondsOf(sim.transcript[0]!);
  };
  assert.ok(Math.abs((await seconds(7.5)) - (await seconds(0)) - 7.5) < 1e-6);
});

test('an error that a fault gives is the answer, and the service is not asked', async () => {
  const sim = openAccount();
  disturb(sim, 'PutParameter', {
    kind: 'error',
    error: new AwsError('ThrottlingException', 'Rate exceeded'),
  });
  const ssm = new SSMClient(settings(sim, recovery));
  assert.equal(await within(sim, ssm.send(put('/a'))), 'ThrottlingException');
  assert.equal(sim.region(recovery).ssm.parameterValue('/a'), undefined);
  assert.equal(sim.transcript[0]!.outcome, 'ThrottlingException');
});

test('a fault sees the call and its input, and the first one that speaks decides', async () => {
  const sim = openAccount();
  const seen: unknown[] = [];
  sim.faults.push(
    ({ service, operation, region, caller }, input) => {
      seen.push([service, operation, region, caller.accessKeyId, (input as { Name: string }).Name]);
      return undefined;
    },
    () => ({ kind: 'error', error: new AwsError('InternalServerError', 'first', 500) }),
    () => assert.fail('the second one that speaks is not asked'),
  );
  assert.equal(
    await within(sim, new SSMClient(settings(sim, recovery)).send(put('/a'))),
    'InternalServerError',
  );
  assert.deepEqual(seen, [['ssm', 'PutParameter', recovery, 'AKIATEST', '/a']]);
});

test('a call from inside AWS goes through faults, latency and transcript like any other', async () => {
  const sim = openAccount();
  const call = {
    service: 'ec2',
    region: recovery,
    operation: 'DescribeVpcs',
    requestId: 'r',
    headers: {},
  } as const;
  const ask = () => sim.ask({ ...call, accessKeyId: 'AKIATEST', input: {} });
  const { Vpcs } = (await sim.clock.drive(ask())) as { readonly Vpcs: readonly unknown[] };
  const wire = await sim.clock.drive(
    new EC2Client(settings(sim, recovery)).send(new DescribeVpcsCommand({})),
  );
  assert.equal(Vpcs.length, wire.Vpcs?.length);
  assert.ok(sim.clock.nowMs() > startMs);
  disturb(sim, 'DescribeVpcs', { kind: 'hang' });
  assert.equal(await within(sim, ask()), 'no answer');
  assert.deepEqual(
    sim.transcript.map(({ outcome }) => outcome),
    ['ok', 'ok', 'hung'],
  );
});

test('what AWS does in the name of a role needs the consent of every guard', () => {
  const sim = openAccount();
  const asked = ['arn:aws:iam::1:role/r', 'states:StartExecution', 'arn:aws:states:x'] as const;
  assert.equal(sim.permits(...asked), true);
  sim.guards.push((_principal, action) => action.startsWith('states:'));
  assert.equal(sim.permits(...asked), true);
  sim.guards.push(() => false);
  assert.equal(sim.permits(...asked), false);
});

test('a drawn wait tells how long it is and can be taken back', async () => {
  const sim = openAccount('waits');
  let fired = 0;
  const wait = sim.afterDraw('ebs.attach', 'vol-1', () => {
    fired += 1;
  });
  sim.afterDraw('ebs.attach', 'vol-2', () => assert.fail('it was taken back')).cancel();
  assert.equal(wait.seconds, new Draws('waits').sample('ebs.attach', 'vol-1'));
  await sim.clock.driveUntil(startMs + wait.seconds * 1000 - 0.01);
  assert.equal(fired, 0);
  await sim.clock.driveUntil(startMs + 600_000);
  assert.equal(fired, 1);
});
