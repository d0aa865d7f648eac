/** What a failover leaves behind without a use, and who is told of it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { noticesOf } from '../../drill/notices.ts';
import { truthOf } from '../../drill/truth/truth.ts';
import { tagKeys } from '../../recovery/identity.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import { AwsError } from '../../simulator/errors.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { Trial } from './judges/trial.ts';
import { hurry, impatientPlan, rehearseShop, tokyo } from './shop.ts';

const plan = impatientPlan();
const slow = { kind: 'failover', plan, faults: ['agent-offline'] } as const;

/** The last words to people, and to machines. */
function lastWords(sim: Simulator) {
  const { message = '' } = sim.region(tokyo).sns.published.at(-1) ?? {};
  const notice = noticesOf(sim).findLast(({ name }) => name === 'Recovery Concluded');
  return { message, notice: notice?.detail['surplus'] };
}

const refuseLook = (how: 'error' | 'none') => (sim: Simulator) => {
  hurry(sim);
  sim.faults.push(({ operation, caller }) => {
    if (operation !== 'DescribeVolumes' || !caller.arn.endsWith('Conclude')) return undefined;
    return how === 'error'
      ? { kind: 'error', error: new AwsError('InternalError', 'not now', 500) }
      : { kind: 'hang' };
  });
};

test('a slow server that was replaced, and the volume made for it, stay and are named with their reasons', async () => {
  const { evidence, account } = await rehearseShop({ ...slow, sabotage: hurry });
  assert.equal(evidence.outcome, 'recovered');
  assert.deepEqual(evidence.violations, []);
  const { ec2 } = account.sim.region(tokyo);
  const workers = [...ec2.instances.values()].filter(
    ({ state, tags }) => state === 'running' && tags[tagKeys.item] === 'servers.worker',
  );
  const [instance, volume] = evidence.surplus;
  const [spare, chosen] = [true, false].map(
    (isSpare) => workers.find(({ id }) => (id === instance?.id) === isSpare)?.id,
  );
  assert.equal(workers.length, 2);
  assert.deepEqual(evidence.surplus, [
    { region: tokyo, type: 'instance', id: spare, reason: `replaced by ${chosen}` },
    {
      region: tokyo,
      type: 'volume',
      id: volume?.id,
      reason: `attached to ${spare}, which was replaced by ${chosen}`,
    },
  ]);
  assert.equal(ec2.volumes.get(volume!.id)?.tags[tagKeys.instance], spare);
  const { message, notice } = lastWords(account.sim);
  assert.equal(
    notice,
    `left unused: 1 instance (${spare}), 1 volume (${volume?.id}), among what is tagged lifeboat:recovery=shop-failover-7 in ${tokyo}; terminate and delete these, and nothing else of that tag, when you have looked`,
  );
  assert.ok(message.endsWith(`ended recovered. ${notice}`), message);
});

test('where everything is used, nobody is told of a surplus', async () => {
  const { evidence, account } = await rehearseShop({ kind: 'failover', sabotage: hurry });
  assert.deepEqual(evidence.surplus, []);
  assert.equal(lastWords(account.sim).notice, null);
  assert.match(lastWords(account.sim).message, /ended recovered$/);
});

for (const how of ['error', 'none'] as const) {
  test(`a look for it that gets ${how === 'error' ? 'an error' : 'no answer'} makes it unknown, says so, and changes no outcome`, async () => {
    const { evidence, account } = await rehearseShop({ ...slow, sabotage: refuseLook(how) });
    assert.equal(evidence.outcome, 'recovered');
    assert.deepEqual([evidence.violations, evidence.surplus], [[], []]);
    const said = evidence.explanations.find(({ code }) => code === 'SurplusUnknown');
    assert.match(said?.reason ?? '', /^what it left unused is unknown: ec2:DescribeVolumes /);
    assert.match(said?.unblock ?? '', /lifeboat:recovery=shop-failover-7/);
    assert.ok(String(lastWords(account.sim).notice).startsWith(said?.reason ?? '-'));
    assert.match(lastWords(account.sim).message, /ended recovered\. what it left unused is unknown/);
  });
}

test('a drill leaves nothing that could be surplus, and does not look for it', async () => {
  const { evidence, account } = await rehearseShop({
    kind: 'drill',
    plan,
    faults: ['agent-offline'],
    sabotage: hurry,
  });
  assert.equal(evidence.outcome, 'drilled');
  assert.deepEqual(evidence.surplus, []);
  const looks = account.sim.transcript.filter(
    ({ operation, callerArn }) => /^Describe/.test(operation) && /Conclude$/.test(callerArn),
  );
  assert.deepEqual(looks, []);
});

test('servers that an earlier run chose are used, also where the next run did not come to them', async () => {
  const refused = (says: string) =>
    ({ kind: 'error', error: new AwsError('AccessDenied', says, 403) }) as const;
  const trial = await new Trial({
    plan,
    faults: ['agent-offline'],
    with: ({ faults }) =>
      faults.push(({ operation }) => (operation === 'PutParameter' ? refused('no settings') : undefined)),
  }).end('failover');
  const read = () =>
    truthOf(trial.sim).read<RunEvidence>(ledgerKeys.evidence('shop', 'shop-failover-7')) ?? assert.fail();
  const first = read();
  assert.deepEqual([first.outcome, first.surplus.map(({ type }) => type)], ['held', ['instance', 'volume']]);
  const { message } = trial.sim.region(tokyo).sns.published.at(-1) ?? {};
  assert.match(
    message ?? '',
    /a next run may take these: terminate and delete them only when there will be none/,
  );
  trial.sim.faults.push(({ operation, caller }, input) =>
    operation === 'GetObject' &&
    caller.arn.endsWith('failoverServers') &&
    (input as { Key: string }).Key.endsWith('steps/servers.json')
      ? refused('no record')
      : undefined,
  );
  await trial.sim.clock.drive(trial.start('failover', 'shop-failover-7', 2).done);
  assert.deepEqual([read().run, read().outcome], [2, 'failed']);
  assert.deepEqual(read().surplus, first.surplus);
  assert.deepEqual(trial.objections({ difference: { created: [], changed: [], deleted: [] } }), []);
});
