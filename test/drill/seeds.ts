import assert from 'node:assert/strict';
import test from 'node:test';
import { assertPhases, rehearseShop } from './shop.ts';

/** No orchestrator can be faster than AWS; ours may be a quarter slower. */
const ratioMax = 1.25;

/** Rehearses a failover of the shop for each seed and holds its time against what AWS alone needed. */
export function testSeeds(first: number, last: number): void {
  test(`the shop recovers with each seed from ${first} to ${last}, hardly slower than AWS alone`, async () => {
    for (let seed = first; seed <= last; seed += 1) {
      const { evidence } = await rehearseShop({ kind: 'failover', seed });
      const { outcome, reason, violations, rtoSeconds, criticalPathSeconds } = evidence;
      assert.equal(outcome, 'recovered', `seed ${seed}: ${reason}`);
      assert.deepEqual(violations, [], `seed ${seed}`);
      assertPhases(evidence);
      const ratio = rtoSeconds! / criticalPathSeconds!;
      const says = `seed ${seed}: ${rtoSeconds} s, and AWS alone needed ${criticalPathSeconds} s`;
      assert.ok(ratio >= 1, `${says}: the critical path is no lower bound`);
      assert.ok(ratio <= ratioMax, says);
      assert.ok(evidence.historyEvents < 25_000 && evidence.largestPayloadBytes < 262_144, `seed ${seed}`);
    }
  });
}
