import assert from 'node:assert/strict';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { liveOperatorDeps } from '../../../../aws/live.ts';
import { carryOut, type OperatorOrder } from '../../../../aws/operator/carry-out.ts';
import { openOperator } from '../../../../aws/operator/operator.ts';
import { recoveryName } from '../../../../recovery/identity.ts';
import { type IncidentRecord, ledgerKeys } from '../../../../recovery/ledger.ts';
import type { StepRecord } from '../../../../recovery/step.ts';
import type { Peer, Run } from '../peer.ts';
import { databasesIn } from './looks.ts';
import { changed, impatient, until } from './scenario.ts';

const region = 'ap-northeast-1';

/** The plan that asks a person before it promotes. */
export function asking(text: string): string {
  return changed(impatient(text), [['  mode: automatic #', '  mode: approve #']]);
}

/** Starts a failover as Lifeboat does when it has decided one: what it decided lies in the ledger. */
export async function startDecided(peer: Peer): Promise<Run> {
  const { plan } = peer.plan;
  const onset = new Date().toISOString();
  const recovery = recoveryName(plan, 'failover', onset);
  const record: IncidentRecord = {
    nonce: 'decided',
    incident: { id: `${plan}-incident`, openedAt: onset, onset, recovery, decidedAt: onset },
  };
  await peer.account.in(region).s3.send(
    new PutObjectCommand({
      Bucket: peer.stack.ledgerBucket,
      Key: ledgerKeys.incident(plan),
      Body: JSON.stringify(record),
    }),
  );
  return peer.start('failover', { recovery });
}

/** Waits until the gate has asked for a person and everything beside it is done. */
export function waitsForPerson(peer: Peer, { recovery }: Run): Promise<true> {
  return until('the gate that asks for a person', async () => {
    const records = await Promise.all(
      (['gate', 'mounts'] as const).map((step) =>
        peer.ledger(ledgerKeys.step(peer.plan.plan, recovery, step)),
      ),
    );
    const [gate, mounts] = records as (StepRecord | undefined)[];
    const isAsking = gate?.status === 'working' && (gate.memory as { told?: object } | null)?.told;
    return isAsking && mounts?.status === 'done' ? true : undefined;
  });
}

/** An order of a person, given with the operator's own code to the stack in moto. */
export async function orderOf(peer: Peer, order: OperatorOrder) {
  const { clock, entropy, transport } = liveOperatorDeps(peer.url);
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  const deps = { clock, entropy, transport: { ...transport, credentials } };
  const operator = await openOperator(deps, { region, stage: 'live' });
  assert.ok(operator.ok, 'who gives orders, and to which stack, is found in moto');
  return carryOut(operator.value, order, [peer.plan.plan]);
}

/** Whether somebody promoted the replica, as its backups tell. */
export async function isPromotedIn(peer: Peer): Promise<boolean> {
  const replica = (await databasesIn(peer, region)).find(
    ({ DBInstanceIdentifier }) => DBInstanceIdentifier === 'shop-orders-replica',
  );
  return (replica?.BackupRetentionPeriod ?? 0) > 0;
}
