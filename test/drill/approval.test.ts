import assert from 'node:assert/strict';
import test from 'node:test';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { ledgerKeys } from '../../recovery/ledger.ts';
import { shopPlan, tokyo } from './shop.ts';
import { Stage, userIdOf } from './stage.ts';

const twoPeople = (mode: 'automatic' | 'approve') =>
  shopPlan({ from: 'mode: automatic', to: `mode: ${mode}\n  approval: { people: 2, within: 30m }` });

test('two people approve what Lifeboat decided: one of them twice, and one that S3 refuses, are one person', async () => {
  const stage = new Stage({ plan: twoPeople('approve') });
  await stage.decide(5);
  for (const from of [tokyo, 'us-west-2']) stage.probe(from, 0);
  stage.start();
  await stage.pass(120);
  assert.match(
    stage.ledger().steps.gate?.waitingFor ?? '',
    /only when 2 people approve \(approved by nobody, 2 needed\)/,
  );

  await stage.approveAs('kim');
  await stage.approveAs('kim');
  const word = { at: stage.now(), comment: 'forged', overrides: [] };
  const lees = ledgerKeys.approval('shop', stage.recovery, userIdOf('lee'));
  await assert.rejects(stage.write(lees, word, 'kim'), { name: 'AccessDenied' });
  await assert.rejects(stage.write(lees, word, 'lifeboat'), { name: 'AccessDenied' });
  // Kim may write below her own name: it is no second name.
  await stage.write(
    `${ledgerKeys.approvals('shop', stage.recovery)}lee/approvals/${userIdOf('kim')}.json`,
    word,
  );
  await stage.pass(120);
  assert.match(
    stage.ledger().steps.gate?.waitingFor ?? '',
    /\(approved by AIDAKIM, 1 more needed\)$/,
    'one person is one, whatever she writes',
  );
  assert.equal(stage.isPromoted(), false);

  await stage.approveAs('lee');
  await assert.rejects(
    stage.send(new DeleteObjectCommand({ Bucket: stage.account.ledgerBucket, Key: lees }), 'kim'),
    { name: 'AccessDenied' },
    'nobody takes back the word of another',
  );
  const { evidence } = await stage.end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.deepEqual(
    evidence.overrides.map(({ code, by }) => [code, by]),
    [
      ['ApprovalNeeded', 'AIDAKIM'],
      ['ApprovalNeeded', 'AIDALEE'],
    ],
  );
});

test('whoever asked for a failover does not count among those who approve it, and too few people in time hold it', async () => {
  const stage = new Stage({ plan: twoPeople('approve'), faults: ['replica-lagging'] });
  await stage.request('ines');
  stage.start();
  await stage.approveAs('ines', 'LagTooHigh');
  await stage.approveAs('kim', 'LagTooHigh');
  const { evidence, steps } = await stage.end();
  assert.equal(steps.gate?.code, 'ApprovalTimedOut');
  assert.equal(evidence?.outcome, 'held');
  assert.match(evidence.reason ?? '', /^too few people approved shop-failover-7 within 30 min: /);
  assert.match(evidence.reason ?? '', /900 s behind .*\(approved by AIDAKIM, 1 more needed\)/);
  assert.match(evidence.reason ?? '', /AIDAINES asked for it and does not count$/);
  assert.match(
    evidence.unblock ?? '',
    /--override LagTooHigh \(1 more person, not AIDAINES\).*lifeboat continue shop-failover-7$/,
  );
  assert.match(stage.told().at(-1) ?? '', /ended held: too few people/);
  assert.equal(stage.calls('PromoteReadReplica'), 0);

  await stage.approveAs('lee', 'LagTooHigh');
  const again = await stage.start(2).end();
  assert.equal(again.steps.gate?.status, 'done', again.steps.gate?.reason);
  assert.deepEqual(again.evidence?.overrides.map(({ code, by }) => `${code} ${by}`).sort(), [
    'ApprovalNeeded AIDAKIM',
    'ApprovalNeeded AIDALEE',
    'LagTooHigh AIDAKIM',
    'LagTooHigh AIDALEE',
  ]);
});

test('a failover that somebody started without a name needs one person more', async () => {
  const stage = new Stage({ faults: ['replica-lagging'] }).start();
  await stage.approveAs('kim', 'LagTooHigh');
  await stage.pass(180);
  assert.match(
    stage.ledger().steps.gate?.waitingFor ?? '',
    /\(approved by AIDAKIM, 1 more needed\); who started it is unknown and may approve too, so one more is asked for$/,
  );
  const Key = ledgerKeys.approval('shop', stage.recovery, userIdOf('kim'));
  const Bucket = stage.account.ledgerBucket;
  await stage.send(new DeleteObjectCommand({ Bucket, Key }), 'kim');
  await stage.approveAs('lee', 'LagTooHigh');
  await stage.pass(120);
  assert.match(
    stage.ledger().steps.gate?.waitingFor ?? '',
    /\(approved by AIDALEE, 1 more needed\)/,
    'a word that was taken back counts no more',
  );
  await stage.approveAs('ines', 'LagTooHigh');
  const { evidence } = await stage.end();
  assert.equal(evidence?.outcome, 'recovered');
  assert.deepEqual(
    evidence.overrides.map(({ by }) => by),
    ['AIDALEE', 'AIDAINES'],
  );
});

test('a person cannot make a failover of their own look like Lifeboat’s decision', async () => {
  const stage = new Stage();
  const incident = { id: 'shop-1', openedAt: stage.now(), onset: stage.now(), recovery: stage.recovery };
  const forged = stage.write(ledgerKeys.incident('shop'), { incident });
  await assert.rejects(forged, {
    name: 'AccessDenied',
    message: /user\/kim is not authorized to perform: s3:PutObject/,
  });
});
