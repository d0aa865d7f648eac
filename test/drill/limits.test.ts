import assert from 'node:assert/strict';
import test from 'node:test';
import { hurry, rehearseShop, shopPlan, shopWorld, tokyo } from './shop.ts';

/** Step Functions Developer Guide, "Service quotas": the history of an execution, and an input or output in bytes. */
const historyMax = 25_000;
const payloadBytesMax = 256 * 1024;
const workers = 100;

test(`a drill of ${workers} workers with a volume each works in batches and stays small`, async () => {
  const plan = shopPlan(
    { from: 'count: 1', to: `count: ${workers}` },
    { from: 'device: /dev/sdf }', to: 'device: /dev/sdf }\n    each: true' },
  );
  const world = shopWorld({ from: 'quotas: { vcpus: 64 }', to: 'quotas: { vcpus: 512 }' });
  const { evidence, account } = await rehearseShop({ kind: 'drill', plan, world, sabotage: hurry });
  assert.equal(evidence.outcome, 'drilled', evidence.reason ?? '');
  assert.deepEqual([...evidence.violations, ...evidence.leaks], []);
  assert.ok(evidence.historyEvents < historyMax / 5, `${evidence.historyEvents} events`);
  assert.ok(evidence.largestPayloadBytes < 4096, `${evidence.largestPayloadBytes} bytes`);
  const calls = (operation: string) =>
    account.sim.transcript.filter((call) => call.operation === operation).length;
  const attempts = (name: string) => evidence.steps.find((step) => step.name === name)?.attempts ?? 0;
  assert.ok(calls('RunInstances') <= 6, `${calls('RunInstances')} launches of ${workers + 2} instances`);
  const looks = ['servers', 'volumes', 'mounts', 'cleanup', 'sweep', 'open'].map(attempts);
  const looksInAll = looks.reduce((all, one) => all + one, 0);
  assert.ok(calls('DescribeInstances') <= 3 * looksInAll, `${calls('DescribeInstances')} looks at instances`);
  assert.ok(calls('DescribeVolumes') <= 2 * looksInAll, `${calls('DescribeVolumes')} looks at volumes`);
  assert.ok(calls('TerminateInstances') <= 3);
  const made = account.sim.region(tokyo).ec2.instances;
  assert.equal([...made.values()].filter(({ state }) => state === 'terminated').length, workers + 2);
});

test('a drill that waits for hours ends below the limit of its history, with everything taken away', async () => {
  const plan = shopPlan(
    { from: '    orElse: launch', to: '    bound: 3h\n    orElse: launch' },
    { from: '    mount: { path: /srv/data }', to: '    mount: { path: /srv/data }\n    bound: 3h' },
    { from: 'maxDuration: 2h', to: 'maxDuration: 24h' },
    { from: 'notify:', to: 'maxDuration: 24h\nnotify:' },
  );
  const faults = ['no-capacity-at-all'];
  const { evidence } = await rehearseShop({ kind: 'drill', plan, faults, sabotage: hurry });
  assert.equal(evidence.outcome, 'failed');
  assert.match(evidence.reason ?? '', /3h.*[Cc]apacity/);
  assert.ok(evidence.historyEvents < historyMax / 4, `${evidence.historyEvents} events`);
  assert.ok(evidence.largestPayloadBytes < payloadBytesMax / 8);
  assert.deepEqual([...evidence.violations, ...evidence.leaks], []);
});
