import assert from 'node:assert/strict';
import test from 'node:test';
import { call } from '../../aws/call.ts';
import { openEc2 } from '../../aws/ec2.ts';
import { openRds } from '../../aws/rds.ts';
import { openSns } from '../../aws/sns.ts';
import { AwsError } from '../../simulator/errors.ts';
import { emptyAccount } from './account.ts';

test('a call that hangs is unknown at its deadline, and costs no more than that', async () => {
  const { sim, access } = emptyAccount();
  sim.faults.push(() => ({ kind: 'hang' }));
  const startMs = sim.clock.nowMs();
  const answer = await sim.clock.drive(openEc2(access()).instances({ App: 'shop' }));
  assert.ok(!answer.ok && answer.kind === 'unknown' && answer.code === 'Deadline');
  assert.equal((sim.clock.nowMs() - startMs) / 1000, 5);
});

test('RunInstances is waited for longer than other calls', async () => {
  const { sim, access } = emptyAccount();
  sim.faults.push(() => ({ kind: 'hang' }));
  const startMs = sim.clock.nowMs();
  const request = {
    token: 't',
    count: 1,
    image: 'ami-0123456789abcdef0',
    type: 'm7g.large',
    subnet: 'subnet-0123456789abcdef0',
    tags: {},
  };
  const answer = await sim.clock.drive(openEc2(access()).launch(request));
  assert.ok(!answer.ok && answer.kind === 'unknown');
  assert.equal((sim.clock.nowMs() - startMs) / 1000, 12);
});

test('a throttled read is repeated on the simulated clock and succeeds', async () => {
  const { sim, access } = emptyAccount();
  let refusals = 2;
  sim.faults.push(() =>
    refusals-- > 0
      ? { kind: 'error', error: new AwsError('RequestLimitExceeded', 'slow down', 503) }
      : undefined,
  );
  const answer = await sim.clock.drive(openEc2(access()).instances({ App: 'shop' }));
  assert.ok(answer.ok);
  assert.equal(sim.transcript.length, 3);
});

test('a call that must not be repeated is made once, however transient its error', async () => {
  const { sim, access } = emptyAccount();
  sim.faults.push(() => ({ kind: 'error', error: new AwsError('Throttling', 'slow down', 400) }));
  const answer = await sim.clock.drive(
    openSns(access()).publish('arn:aws:sns:ap-northeast-1:123456789012:t', 's', 'm'),
  );
  assert.ok(!answer.ok && answer.kind === 'transient');
  assert.equal(sim.transcript.length, 1);
});

test('no call is started when the invocation has too little time left', async () => {
  const { sim, access } = emptyAccount();
  const late = { ...access(), stopAtMs: sim.clock.nowMs() };
  const answer = await sim.clock.drive(openEc2(late).instances({ App: 'shop' }));
  assert.ok(!answer.ok && answer.code === 'OutOfTime');
  assert.equal(sim.transcript.length, 0);
});

const codes: readonly (readonly [code: string, status: number, kind: string])[] = [
  ['RequestLimitExceeded', 503, 'transient'],
  ['InternalError', 500, 'transient'],
  ['SomethingNew', 500, 'transient'],
  ['SomethingNew', 400, 'unlisted'],
  ['InvalidInstanceID.NotFound', 400, 'absent'],
  ['IncorrectInstanceState', 400, 'conflict'],
  ['UnauthorizedOperation', 403, 'denied'],
  ['InsufficientInstanceCapacity', 500, 'capacity'],
  ['VcpuLimitExceeded', 400, 'capacity'],
];

for (const [code, status, kind] of codes) {
  test(`EC2's ${code} (${status}) is ${kind}`, async () => {
    const { sim, access } = emptyAccount();
    sim.faults.push(() => ({ kind: 'error', error: new AwsError(code, 'because', status) }));
    const answer = await sim.clock.drive(openEc2(access()).start(['i-0123456789abcdef0']));
    assert.ok(!answer.ok);
    assert.deepEqual([answer.kind, answer.code, answer.asked], [kind, code, 'ec2:StartInstances']);
  });
}

test('an instance of RDS that is not there is absent under the name that the SDK gives the error', async () => {
  const { sim, access } = emptyAccount();
  const answer = await sim.clock.drive(openRds(access()).promote('nobody', 7));
  assert.ok(!answer.ok && answer.kind === 'absent');
});

test('what is not an answer of AWS is thrown on: a defect is never taken for a refusal', async () => {
  const { sim, access } = emptyAccount();
  const broken = call(access(), 'ec2:Nothing', () => Promise.reject(new TypeError('our own mistake')));
  await assert.rejects(sim.clock.drive(broken), { name: 'TypeError' });
});
