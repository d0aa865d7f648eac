import assert from 'node:assert/strict';
import test from 'node:test';
import { allPages } from '../../aws/pages.ts';
import { openSsm } from '../../aws/ssm.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { Interference } from '../../simulator/simulator.ts';
import { emptyAccount } from './account.ts';

const names = Array.from({ length: 24 }, (_, n) => `/shop/${String(n).padStart(2, '0')}`);

/** An account with 24 parameters: three pages of a listing, and three calls by name. */
async function account() {
  const { sim, access } = emptyAccount();
  const mine = access('reader');
  const ssm = openSsm(mine);
  for (const name of names) {
    assert.ok((await sim.clock.drive(ssm.put(name, name, { type: 'String', tags: {} }))).ok);
    // PutParameter takes three calls a second, and GetParametersByPath as few.
    await sim.clock.driveUntil(sim.clock.nowMs() + 1_000);
  }
  const from = sim.transcript.length;
  const calls = () => sim.transcript.slice(from).map(({ operation, outcome }) => `${operation} ${outcome}`);
  /** What happens to the calls at these places from here on, the first being 1. */
  const meddle = (places: readonly number[], interference: Interference) => {
    let seen = 0;
    sim.faults.push(() => {
      seen += 1;
      return places.includes(seen) ? interference : undefined;
    });
  };
  return { sim, ssm, mine, calls, meddle };
}

const error = (code: string): Interference => ({ kind: 'error', error: new AwsError(code, 'no', 400) });

test('a listing of several pages is one list, in the order in which AWS gives it', async () => {
  const { sim, ssm, calls } = await account();
  const answer = await sim.clock.drive(ssm.parametersBelow('/shop'));
  assert.deepEqual(answer, { ok: true, value: names });
  assert.deepEqual(calls(), Array(3).fill('GetParametersByPath ok'));
});

test('a page that is throttled is asked for again, and no page before it', async () => {
  const { sim, ssm, calls, meddle } = await account();
  meddle([2], error('ThrottlingException'));
  const answer = await sim.clock.drive(ssm.parametersBelow('/shop'));
  assert.deepEqual(answer, { ok: true, value: names });
  assert.equal(calls().length, 4);
});

test('each page has a deadline of its own: what the pages before it took does not count', async () => {
  const { sim, ssm, meddle } = await account();
  meddle([1, 2], { kind: 'delay', seconds: 4 });
  const fromMs = sim.clock.nowMs();
  assert.ok((await sim.clock.drive(ssm.parametersBelow('/shop'))).ok);
  assert.ok(sim.clock.nowMs() - fromMs > 8_000);
});

test('a page that is refused refuses the listing, and nothing is asked after it', async () => {
  const { sim, ssm, calls, meddle } = await account();
  meddle([2], error('AccessDeniedException'));
  const answer = await sim.clock.drive(ssm.parametersBelow('/shop'));
  assert.ok(!answer.ok && answer.kind === 'denied' && answer.asked === 'ssm:GetParametersByPath');
  assert.equal(calls().length, 2);
});

test('a listing that never ends is a refusal', async () => {
  const { sim, mine } = await account();
  const endless = {
    asked: 'ssm:Endless',
    send: async (token = '0') => `${Number(token) + 1}`,
    next: (page: string) => page,
    items: (page: string) => [page],
  };
  const answer = await sim.clock.drive(allPages(mine, endless));
  assert.ok(!answer.ok && answer.code === 'TooManyPages' && answer.asked === 'ssm:Endless');
});

test('names beyond what one call takes go into the next, and a refusal ends them', async () => {
  const { sim, ssm, calls, meddle } = await account();
  const answer = await sim.clock.drive(ssm.parameters(names));
  assert.deepEqual(answer.ok && answer.value.map(({ name }) => name), names);
  assert.deepEqual(calls(), Array(3).fill('GetParameters ok'));
  meddle([2], error('AccessDeniedException'));
  const refused = await sim.clock.drive(ssm.parameters(names));
  assert.ok(!refused.ok && refused.asked === 'ssm:GetParameters');
  assert.equal(calls().length, 5);
  assert.deepEqual(await sim.clock.drive(ssm.parameters([])), { ok: true, value: [] });
  assert.equal(calls().length, 5);
});
