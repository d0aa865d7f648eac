import assert from 'node:assert/strict';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { type ActiveRecord, ledgerKeys } from '../../../../recovery/ledger.ts';
import type { RunEvidence } from '../../../../recovery/steps/evidence.ts';
import type { Run } from '../peer.ts';
import { liveState } from './looks.ts';
import { asking, orderOf, startDecided, waitsForPerson } from './people.ts';
import { scenario } from './scenario.ts';

interface Refused {
  readonly first: Run;
  readonly ended: string;
  readonly evidence: RunEvidence | undefined;
  readonly before: unknown;
  readonly after: unknown;
  readonly ordered: { readonly ok: boolean };
}

/** A failover stands at its gate, and somebody starts another one of the same plan. */
export const lock = scenario<Refused>({
  name: 'lock',
  options: { plan: asking },
  play: async (peer) => {
    const first = await startDecided(peer);
    await waitsForPerson(peer, first);
    const before = await liveState(peer);
    const second = await peer.start('failover', { recovery: 'shop-failover-second' });
    const ended = await second.ended();
    const order = { command: 'failover', plan: 'shop', comment: 'a third' } as const;
    const ordered = await orderOf(peer, order);
    const after = await liveState(peer);
    const { sfn } = peer.account.in(peer.plan.regions.recovery);
    await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn }));
    return { first, ended, evidence: await second.evidence(), before, after, ordered };
  },
  witnesses: [
    {
      says: 'the second recovery of the plan is held, and names the first',
      see: async (_peer, { first, ended, evidence }) => {
        assert.equal(ended, 'RecoveryHeld');
        assert.equal(evidence?.outcome, 'held');
        assert.ok(evidence?.reason?.includes(first.recovery), evidence?.reason ?? '');
      },
    },
    {
      says: 'the lock stays with the first',
      see: async (peer, { first }) => {
        const active = (await peer.ledger(ledgerKeys.active('shop'))) as ActiveRecord;
        assert.equal(active.recovery, first.recovery);
        assert.equal(active.releasedAt, undefined);
      },
    },
    {
      says: 'the second changes nothing, and an operator is refused a third',
      see: async (_peer, { before, after, ordered }) => {
        assert.deepEqual(after, before);
        assert.equal(ordered.ok, false);
      },
    },
  ],
});
