import assert from 'node:assert/strict';
import { type Ran, runToItsEnd, trafficIsMoved } from './failover.ts';
import { impatient, type Scenario, scenario } from './scenario.ts';

/** The application answers 503 although everything that it needs is there. */
const broken: Scenario<Ran> = {
  name: 'unhealthy',
  options: { plan: impatient, isBroken: true },
  play: runToItsEnd,
  witnesses: [
    {
      says: 'no traffic is moved to an application that does not answer',
      see: async (peer) => assert.equal(await trafficIsMoved(peer), false),
    },
    {
      says: 'it fails, and the evidence says what the application answered',
      see: async (_peer, { run, ended }) => {
        assert.equal(ended, 'RecoveryFailed');
        const evidence = await run.evidence();
        assert.equal(evidence?.outcome, 'failed');
        assert.match(evidence?.reason ?? '', /verify.*503/);
      },
    },
  ],
};

export const unhealthy = scenario(broken);
