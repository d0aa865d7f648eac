import assert from 'node:assert/strict';
import { type Ran, recovery } from './failover.ts';
import { databasesIn, instancesIn, liveState, parametersIn, tagsOf, volumesIn } from './looks.ts';
import { impatient, scenario } from './scenario.ts';

interface Drilled extends Ran {
  readonly before: unknown;
}

export const drill = scenario<Drilled>({
  name: 'drill',
  options: { plan: impatient },
  play: async (peer) => {
    const before = await liveState(peer);
    const run = await peer.start('drill');
    return { run, before, ended: await run.ended() };
  },
  witnesses: [
    {
      says: 'it ends drilled, and the evidence says so',
      see: async (_peer, { run, ended }) => {
        assert.equal(ended, 'SUCCEEDED');
        assert.equal((await run.evidence())?.outcome, 'drilled');
      },
    },
    {
      says: 'copies of every server ran in the network of the drill alone, and expire',
      see: async (peer, { run }) => {
        const copies = (await instancesIn(peer, recovery)).filter(
          (instance) => tagsOf(instance)['lifeboat:recovery'] === run.recovery,
        );
        assert.deepEqual(copies.map((copy) => tagsOf(copy)['lifeboat:item']).sort(), [
          'servers.web',
          'servers.web',
          'servers.worker',
        ]);
        const subnets = peer.account.ids(['subnet-0d1111a0000000001', 'subnet-0d1111a0000000003']);
        for (const copy of copies) {
          assert.ok('lifeboat:expires' in tagsOf(copy));
          // An instance that is gone keeps no subnet in moto; its launch is in the calls.
          if (copy.SubnetId) assert.ok(subnets.includes(copy.SubnetId), copy.SubnetId);
        }
        const launches = peer.asked.filter(({ operation }) => operation === 'RunInstances');
        for (const { members } of launches) assert.ok(subnets.includes(String(members['SubnetId'])));
      },
    },
    {
      says: 'nothing of the drill is left',
      see: async (peer, { run }) => {
        const left = (await instancesIn(peer, recovery)).filter(
          (instance) =>
            tagsOf(instance)['lifeboat:recovery'] === run.recovery && instance.State?.Name !== 'terminated',
        );
        assert.deepEqual(left, []);
        const disks = (await volumesIn(peer, recovery)).filter(
          (volume) => 'lifeboat:recovery' in tagsOf(volume),
        );
        assert.deepEqual(disks, []);
        const databases = await databasesIn(peer, recovery);
        assert.deepEqual(databases.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier).sort(), [
          'catalog',
          'shop-orders-replica',
        ]);
        assert.deepEqual(await parametersIn(peer, recovery, '/lifeboat/drill'), {});
      },
    },
    {
      says: 'the live workload is as it was',
      see: async (peer, { before }) => {
        assert.deepEqual(await liveState(peer), before);
      },
    },
  ],
});
