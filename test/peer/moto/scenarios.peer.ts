import test from 'node:test';
import { startPeers } from './peer.ts';
import { approval } from './scenarios/approval.ts';
import { drill } from './scenarios/drill.ts';
import { failover } from './scenarios/failover.ts';
import { lock } from './scenarios/lock.ts';
import { throttle } from './scenarios/throttle.ts';
import { unhealthy } from './scenarios/unhealthy.ts';

test('in moto, with the packaged machines and bundles,', { concurrency: false }, async (t) => {
  const peers = await startPeers();
  t.after(() => peers.close());
  for (const scenario of [failover, drill, throttle, approval, lock, unhealthy]) {
    await t.test(scenario.name, async (inner) => {
      const found = await scenario.run(await peers.open(scenario.options));
      for (const [says, error] of found)
        await inner.test(says, () => {
          if (error !== undefined) throw error;
        });
    });
  }
});
