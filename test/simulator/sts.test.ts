import assert from 'node:assert/strict';
import test from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { openAccount, recovery, settings } from './data-account.ts';

test('each caller learns who it is by its access key', async () => {
  const sim = openAccount();
  sim.addCaller({
    accessKeyId: 'AKIAOTHER',
    arn: 'arn:aws:iam::123456789012:user/other',
    userId: 'AIDAOTHER',
  });
  const ask = (accessKeyId: string) =>
    sim.clock.drive(
      new STSClient(settings(sim, recovery, accessKeyId)).send(new GetCallerIdentityCommand({})),
    );
  const { Account, Arn, UserId } = await ask('AKIATEST');
  assert.deepEqual(
    [Account, Arn, UserId],
    ['123456789012', 'arn:aws:sts::123456789012:assumed-role/tester/session', 'AROATEST:session'],
  );
  assert.equal((await ask('AKIAOTHER')).Arn, 'arn:aws:iam::123456789012:user/other');
});
