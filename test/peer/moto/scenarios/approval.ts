import assert from 'node:assert/strict';
import { type Ran, recovered } from './failover.ts';
import { asking, isPromotedIn, orderOf, startDecided, waitsForPerson } from './people.ts';
import { type Scenario, scenario } from './scenario.ts';

interface Approved extends Ran {
  readonly waited: boolean;
  readonly promotedBefore: boolean;
  readonly answered: unknown;
}

const approved: Scenario<Approved> = {
  name: 'approval',
  options: { plan: asking },
  play: async (peer) => {
    const run = await startDecided(peer);
    const waited = await Promise.race([waitsForPerson(peer, run), run.ended().then(() => false)]);
    const promotedBefore = await isPromotedIn(peer);
    // Nothing probes in moto: nobody can say whether the primary answers again, and the person takes that upon themselves.
    const overrides = ['ProbesUnreadable'];
    const order = { command: 'approve', recovery: run.recovery, overrides, comment: 'seen' } as const;
    const answered = await orderOf(peer, order);
    return { run, waited, promotedBefore, answered, ended: await run.ended() };
  },
  witnesses: [
    {
      says: 'it waits for a person, and promotes nothing meanwhile',
      see: async (_peer, { waited, promotedBefore }) => {
        assert.ok(waited);
        assert.equal(promotedBefore, false);
      },
    },
    {
      says: 'it goes on with the word of a person, who is in the evidence',
      see: async (peer, { run, answered }) => {
        assert.equal((answered as { readonly ok: boolean }).ok, true, JSON.stringify(answered));
        assert.equal(await isPromotedIn(peer), true);
        const evidence = await run.evidence();
        assert.deepEqual(
          evidence?.overrides.map(({ code, comment }) => ({ code, comment })),
          [
            { code: 'ApprovalNeeded', comment: 'seen' },
            { code: 'ProbesUnreadable', comment: 'seen' },
          ],
        );
      },
    },
    recovered,
  ],
};

export const approval = scenario(approved);
