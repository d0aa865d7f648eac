import assert from 'node:assert/strict';
import test from 'node:test';
import { passes } from '../../drill/sweep/case.ts';
import { casesOf } from '../../drill/sweep/cases.ts';
import {
  countsOf,
  type RecordedCall,
  type RecordedInvocation,
  type Recording,
} from '../../drill/sweep/record.ts';
import { errorsOf } from '../../simulator/error-catalogue.ts';
import type { ServiceName } from '../../simulator/service.ts';

function call(target: string, nth: number, asked = 'the same'): RecordedCall {
  const [service, operation] = target.replace(/^.*\//, '').split(':') as [ServiceName, string];
  const caller = { accessKeyId: 'key', arn: 'arn', userId: 'user' };
  const requestId = `${target}#${nth}`;
  const made = { service, operation, region: 'here', caller, requestId, headers: {} };
  return { aim: { target, nth }, call: made, input: {}, asked };
}

function invocation(nth: number, calls: readonly RecordedCall[]): RecordedInvocation {
  const did = calls.map(({ asked }) => asked).join();
  return {
    aim: { target: 'web', nth },
    requestId: `web ${nth}`,
    startedAtMs: 1000,
    endedAtMs: 2000,
    calls,
    did,
  };
}

function recording(...invocations: readonly RecordedInvocation[]): Recording {
  const calls = invocations.flatMap((each) => each.calls);
  const answeredAtMs = new Map(calls.map((each) => [each.call.requestId, 1500]));
  return { invocations, others: [], answeredAtMs };
}

const looks = (nth: number, asked?: string) => call('web/ec2:DescribeVolumes', nth, asked);
const changes = (nth: number) => call('web/ec2:DeleteVolume', nth, 'deletes');
const one = recording(invocation(1, [looks(1), changes(1)]));
const names = (cases: readonly { readonly name: string }[]) => cases.map(({ name }) => name);

test('each call meets each of its errors and its time-outs, each invocation those of Lambda, a death and a standstill after each change, and three twins', () => {
  const cases = casesOf(one, { isAll: false });
  const errors = (target: string, operation: string) =>
    errorsOf('ec2', operation, {}).map(({ code }) => `${target}#1:${code}`);
  assert.deepEqual(names(cases), [
    ...errors('web/ec2:DescribeVolumes', 'DescribeVolumes'),
    'web/ec2:DescribeVolumes#1:hang',
    ...errors('web/ec2:DeleteVolume', 'DeleteVolume'),
    'web/ec2:DeleteVolume#1:hang',
    'web/ec2:DeleteVolume#1:loseAnswer',
    'web#1:refuse',
    'web#1:loseResult',
    'web#1:neverStart',
    'web/ec2:DeleteVolume#1:die',
    'web#1:timeOut',
    'web/ec2:DeleteVolume#1:timeOut',
    'web#1:twice',
    'web#1:twiceInTurn',
    'web#1:twiceLate',
  ]);
  assert.equal(new Set(names(cases)).size, cases.length);
});

test('an error about what a request names is answered only to a request that names it', () => {
  assert.ok(
    !names(casesOf(one, { isAll: true })).includes('web/ec2:DescribeVolumes#1:InvalidVolume.NotFound'),
  );
  const named = recording(invocation(1, [{ ...looks(1), input: { VolumeIds: ['vol-1'] } }]));
  assert.ok(
    names(casesOf(named, { isAll: true })).includes('web/ec2:DescribeVolumes#1:InvalidVolume.NotFound'),
  );
});

test('an invocation that asked what one before it asked is swept only with everything', () => {
  const twice = recording(
    invocation(1, [looks(1)]),
    invocation(2, [looks(2)]),
    invocation(3, [looks(3, 'else')]),
  );
  assert.deepEqual(countsOf(twice), { calls: 3, invocations: 3, distinct: 2 });
  const swept = (isAll: boolean) =>
    names(casesOf(twice, { isAll })).filter((name) => name.endsWith(':hang') || name.endsWith(':twice'));
  assert.deepEqual(
    swept(false),
    [1, 3].map((nth) => `web/ec2:DescribeVolumes#${nth}:hang`).concat('web#1:twice', 'web#3:twice'),
  );
  assert.equal(swept(true).length, 6);
});

test('a function dies once its call has acted and before it learns so', () => {
  const death = casesOf(one, { isAll: false }).find(({ blow }) => blow.kind === 'die');
  assert.ok(death?.blow.kind === 'die');
  assert.equal(death.blow.requestId, 'web 1');
  assert.ok(death.blow.seconds < 0.5 && death.blow.seconds > 0.499);
});

test('a function stands still where it would die, or before it asks anything', () => {
  const blows = casesOf(one, { isAll: false }).flatMap(({ blow }) => (blow.kind === 'timeOut' ? [blow] : []));
  assert.deepEqual(
    blows.map(({ requestId, seconds }) => [requestId, seconds === undefined]),
    [
      ['web 1', true],
      ['web 1', false],
    ],
  );
  const seconds = blows[1]?.seconds ?? 0;
  assert.ok(seconds < 0.5 && seconds > 0.499);
});

test('of two invocations the second comes at once, when the first has just ended, or when it ended a while ago', () => {
  const blows = casesOf(one, { isAll: false })
    .filter(({ part }) => part === 'twice')
    .map(({ blow }) => ('seconds' in blow ? blow.seconds : 0));
  assert.deepEqual(blows, [0, 1.001, 31]);
});

test('what strikes once has to be got over, unless it says that something is not there', () => {
  const cases = casesOf(one, { isAll: true });
  assert.deepEqual(names(cases.filter(({ blow }) => !passes(blow))), [
    'web/ec2:DeleteVolume#1:InvalidVolume.NotFound',
  ]);
  const passing = names(cases.filter(({ blow }) => passes(blow)));
  for (const how of [
    'RequestLimitExceeded',
    'InternalError',
    'UnauthorizedOperation',
    'hang',
    'loseAnswer',
    'die',
  ])
    assert.ok(passing.includes(`web/ec2:DeleteVolume#1:${how}`), how);
});
