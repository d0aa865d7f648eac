import assert from 'node:assert/strict';
import test from 'node:test';
import { assertSound } from './sound.ts';
import { calls, chance, outage, refusal, someCalls } from './strikes.ts';
import { strike } from './struck.ts';

const failover = { kind: 'failover', seed: 2 } as const;
const drill = { kind: 'drill', seed: 1 } as const;

test('a ledger that is unavailable for two minutes delays a recovery and does not end it', async () => {
  const down = outage('s3', 220, 340, refusal('ServiceUnavailable', 503));
  assertSound('503', await strike({ ...failover, with: down }));
  const hanging = outage('s3', 100, 220, { kind: 'hang' });
  assertSound('hanging', await strike({ ...drill, with: hanging }));
});

test('conflicts with other writers of the ledger are met with another try', async () => {
  const conflicts = someCalls(
    0.4,
    refusal('ConditionalRequestConflict', 409),
    ({ operation }) => operation === 'PutObject',
  );
  assertSound('409', await strike({ ...failover, with: conflicts }));
});

test('a record that reaches the ledger late does not replace a newer one', async () => {
  const late = calls(({ operation, caller }, _input, stage) =>
    operation === 'PutObject' && chance(stage, 0.3, caller.accessKeyId)
      ? { kind: 'delay', seconds: 5 + 25 * stage.sim.draws.unit('chaos.late', caller.accessKeyId) }
      : undefined,
  );
  for (const seed of [2, 3]) assertSound('late', await strike({ kind: 'failover', seed, with: late }));
});

test('the lock of the plan is released although the first try to release it is never answered', async () => {
  let hung = 0;
  const hang = calls(({ operation }, input) => {
    const { Key, IfMatch } = input as { readonly Key?: string; readonly IfMatch?: string };
    const isRelease = operation === 'PutObject' && Key === 'plans/shop/active.json' && IfMatch !== undefined;
    return isRelease && hung++ < 1 ? { kind: 'hang' } : undefined;
  });
  const aftermath = await strike({ ...failover, with: hang });
  assertSound('hung', aftermath);
  assert.ok(hung >= 1, 'the release was struck');
  assert.ok(aftermath.lock?.releasedAt);
});

test('a ledger that is gone for good ends a recovery within its bounds, and people are told', async () => {
  const gone = outage('s3', 60, Number.POSITIVE_INFINITY, refusal('AccessDenied', 403));
  const aftermath = await strike({ ...failover, with: gone });
  assert.equal(aftermath.hung, false);
  assert.ok(
    aftermath.execution.history.length < 12_000,
    `${aftermath.execution.history.length} history events`,
  );
  assert.equal(aftermath.execution.ending?.error, 'RecoveryHeld');
  assert.ok(aftermath.acted('Publish').length > 0, 'nobody was told');
});

test('a drill whose ledger is gone for good leaves nothing', async () => {
  const gone = outage('s3', 60, Number.POSITIVE_INFINITY, refusal('ServiceUnavailable', 503));
  const { leaks, hung } = await strike({ ...drill, with: gone });
  assert.deepEqual({ leaks, hung }, { leaks: [], hung: false });
});
