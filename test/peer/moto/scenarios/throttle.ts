import assert from 'node:assert/strict';
import { type Throttle, throttleOnce } from '../throttles.ts';
import { type Ran, recovered, runToItsEnd } from './failover.ts';
import { impatient, type Scenario, scenario } from './scenario.ts';

const throttles: readonly Throttle[] = [
  { service: 'ec2', operation: 'RunInstances' },
  { service: 'ec2', operation: 'CreateVolume' },
  { service: 'rds', operation: 'PromoteReadReplica' },
  { service: 'rds', operation: 'DescribeDBInstances' },
  { service: 'ssm', operation: 'PutParameter' },
  { service: 's3', operation: '/steps/settings.json' },
];

const throttled: Scenario<Ran> = {
  name: 'throttle',
  options: {
    plan: impatient,
    between: () => throttleOnce(throttles),
    // As Lambda refuses an invocation that comes over its limit (Lambda API Reference, Invoke).
    refuses: { function: 'Settings', error: 'Lambda.TooManyRequestsException' },
  },
  play: runToItsEnd,
  witnesses: [
    recovered,
    {
      says: 'each call that was throttled was made again, and had its effect once',
      see: async (peer) => {
        for (const { service, operation } of throttles) {
          const times = peer.asked.filter(
            (one) => one.service === service && one.operation.endsWith(operation),
          ).length;
          assert.ok(times >= 2, `${service} ${operation} was asked ${times} times`);
        }
        const launches = peer.asked.filter(({ operation }) => operation === 'RunInstances');
        const tokens = new Set(launches.map(({ members }) => members['ClientToken']));
        assert.deepEqual([launches.length, tokens.size], [2, 1]);
      },
    },
    {
      says: 'the function that Lambda refused was invoked again',
      see: async (peer) => {
        const refused = peer.functions.refused;
        assert.equal(refused.length, 1);
        assert.ok(peer.functions.called.some(({ functionName }) => functionName === refused[0]));
      },
    },
  ],
};

export const throttle = scenario(throttled);
