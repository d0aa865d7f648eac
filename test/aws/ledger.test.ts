import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import fc from 'fast-check';
import { openLedger } from '../../aws/ledger.ts';
import { AwsError } from '../../simulator/errors.ts';
import { emptyAccount } from './account.ts';

const bucket = 'lifeboat-ledger';
const key = 'plans/shop/active.json';

function accountWithLedger(seed?: number) {
  const account = emptyAccount(seed);
  account.sim.s3.createBucket({ name: bucket, region: 'ap-northeast-1', versioned: true });
  return account;
}

test('a record is read as it was written, and a key without one is no error', async () => {
  const { sim, access } = accountWithLedger();
  const ledger = openLedger(access(), bucket);
  const run = async () => {
    assert.deepEqual(await ledger.read(key), { ok: true, value: undefined });
    await ledger.write(key, { step: 'open', text: 'grün <&>' });
    return ledger.read(key);
  };
  const answer = await sim.clock.drive(run());
  assert.ok(answer.ok);
  assert.deepEqual(answer.value?.value, { step: 'open', text: 'grün <&>' });
});

test('of any number that claim a key at the same moment exactly one wins, and the others learn who', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 6 }), fc.nat(1000), async (count, seed) => {
      const { sim, access } = accountWithLedger(seed);
      const claims = Array.from({ length: count }, (_, i) =>
        openLedger(access(`claimant${i}`), bucket).claim(key, { nonce: `n${i}` }),
      );
      const answers = await sim.clock.drive(Promise.all(claims));
      const wins = answers.filter((answer) => answer.ok && answer.value.won);
      assert.equal(wins.length, 1);
      const winner = answers.findIndex((answer) => answer.ok && answer.value.won);
      for (const answer of answers) {
        if (!answer.ok) assert.equal(answer.kind, 'transient');
        else if (!answer.value.won) assert.deepEqual(answer.value.entry.value, { nonce: `n${winner}` });
      }
    }),
    { seed: 7, numRuns: 15 },
  );
});

test('a claim that was won but whose answer was lost is recognised by its nonce', async () => {
  const { sim, access } = accountWithLedger();
  sim.faults.push((call) => (call.operation === 'PutObject' ? { kind: 'loseAnswer' } : undefined));
  const answer = await sim.clock.drive(openLedger(access(), bucket).claim(key, { nonce: 'mine' }));
  assert.ok(answer.ok && answer.value.won);
});

test('a claim that replaces a record fails when the record has changed since it was read', async () => {
  const { sim, access } = accountWithLedger();
  const ledger = openLedger(access(), bucket);
  const run = async () => {
    await ledger.write(key, { nonce: 'first' });
    const read = await ledger.read(key);
    await ledger.write(key, { nonce: 'second' });
    return ledger.claim(key, { nonce: 'third' }, read.ok ? read.value : undefined);
  };
  const answer = await sim.clock.drive(run());
  assert.ok(answer.ok && !answer.value.won);
  assert.deepEqual(answer.value.entry.value, { nonce: 'second' });
});

test('a refusal that comes once is asked again, and one that stays is told', async () => {
  const { sim, access } = accountWithLedger();
  const ledger = openLedger(access(), bucket);
  const refuse = (times: number) => {
    let left = times;
    sim.faults.splice(0, Number.POSITIVE_INFINITY, () =>
      left-- > 0 ? { kind: 'error', error: new AwsError('AccessDenied', 'Access Denied', 403) } : undefined,
    );
  };
  refuse(1);
  assert.ok((await sim.clock.drive(ledger.claim(key, { nonce: 'mine' }))).ok);
  refuse(1);
  assert.ok((await sim.clock.drive(ledger.read(key))).ok);
  refuse(Number.POSITIVE_INFINITY);
  const answer = await sim.clock.drive(ledger.read(key));
  assert.ok(!answer.ok && answer.kind === 'denied');
});

describe('a read is asked again while it may help: five times in all, and three times without an answer', () => {
  const error = new AwsError('SlowDown', 'Please reduce your request rate.', 503);
  for (const [fates, isRead, seconds] of [
    ['', true, 0],
    ['RRH', true, 3],
    ['HHR', true, 6],
    ['RRRR', true, 0],
    ['RRRRR', false, 0],
    ['HHH', false, 9],
    ['HRHRH', false, 9],
  ] as const)
    test(
      fates.replaceAll('R', 'refused, ').replaceAll('H', 'not answered, ') + (isRead ? 'read' : 'given up'),
      async () => {
        const { sim, access } = accountWithLedger();
        const coming = [...fates];
        sim.faults.push(() => {
          const fate = coming.shift();
          return fate === 'R' ? { kind: 'error', error } : fate === 'H' ? { kind: 'hang' } : undefined;
        });
        const startMs = sim.clock.nowMs();
        const answer = await sim.clock.drive(openLedger(access(), bucket).read(key));
        assert.equal(answer.ok, isRead);
        assert.equal(sim.transcript.length, fates.length + (isRead ? 1 : 0));
        const tookSeconds = (sim.clock.nowMs() - startMs) / 1000;
        assert.ok(tookSeconds >= seconds && tookSeconds < seconds + 4, `${tookSeconds} s`);
      },
    );
});
