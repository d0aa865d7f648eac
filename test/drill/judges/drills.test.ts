import assert from 'node:assert/strict';
import test from 'node:test';
import { truthOf } from '../../../drill/truth/truth.ts';
import { tagKeys } from '../../../recovery/identity.ts';
import { ledgerKeys } from '../../../recovery/ledger.ts';
import type { RunEvidence } from '../../../recovery/steps/evidence.ts';
import { AwsError } from '../../../simulator/errors.ts';
import type { Call } from '../../../simulator/service.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { standingServers, template, tokyo } from '../shop.ts';
import { withoutStep } from '../surgery.ts';
import { nothing, Trial, type Tried } from './trial.ts';

const start = {
  service: 'ec2',
  operation: 'StartInstances',
  input: { InstanceIds: standingServers },
} as const;

/** A drill that has launched its copies; returns one of them. */
async function halfWay(trial: Trial): Promise<string> {
  trial.start('drill');
  await trial.pass(60);
  const copies = [...trial.sim.region(tokyo).ec2.instances.values()].filter(
    ({ tags }) => tags[tagKeys.recovery] === 'shop-drill-7',
  );
  return copies[0]?.id ?? assert.fail('no copy was launched');
}

test('the judges object to nothing in a drill, nor in a failover that takes its plan from it', async () => {
  assert.deepEqual((await new Trial().end('drill')).violations(), []);
  const trial = new Trial();
  const drill = trial.start('drill');
  await trial.pass(45);
  await trial.end('failover');
  await trial.sim.clock.drive(drill.done);
  assert.deepEqual(trial.violations(), []);
});

test('a drill that does something to what it has not made is found, beside a failover too', async () => {
  const trial = new Trial();
  await halfWay(trial);
  await trial.end('failover');
  await trial.callAs('drillServers', {
    service: 'ec2',
    operation: 'CreateTags',
    input: { Resources: [standingServers[0]], Tags: [{ Key: 'lifeboat:item', Value: 'servers.web' }] },
  });
  assert.deepEqual(trial.objections(), ['drillHurtsNothing', 'oneRecoveryAtATime']);
  assert.match(trial.violations()[0]?.message ?? '', /shop-drill-7 called CreateTags on instance/);
});

test('a copy that carries a tag which others look for, or lacks one of ours, is found', async () => {
  const judgeTags = async (change: (tags: { Key: string; Value: string }[]) => void) => {
    const mislead = (sim: Simulator) =>
      sim.faults.push(({ operation }, input) => {
        const { TagSpecifications = [] } = input as { TagSpecifications?: { Tags: [] }[] };
        const lists = new Set(TagSpecifications.map(({ Tags }) => Tags));
        if (operation === 'RunInstances') for (const tags of lists) change(tags);
        return undefined;
      });
    const trial = new Trial({ with: mislead });
    await halfWay(trial);
    return trial.objections({ difference: nothing });
  };
  const retag = { Key: 'ImageBackupTarget', Value: 'True' };
  assert.deepEqual(await judgeTags((tags) => tags.push(retag)), ['drillWakesNobody']);
  const remount = { Key: tagKeys.remount, Value: 'volumes.data' };
  assert.deepEqual(await judgeTags((tags) => tags.push(remount)), ['drillWakesNobody']);
  const drop = (tags: { Key: string }[]) =>
    tags.splice(
      tags.findIndex(({ Key }) => Key === tagKeys.item),
      1,
    );
  assert.deepEqual(await judgeTags(drop), ['drillWakesNobody']);
});

test('a copy in a target group, a volume that a remount takes and a metric that an alarm watches are found', async () => {
  const refuse = (sim: Simulator) =>
    sim.faults.push(({ operation, caller }) =>
      operation === 'AttachVolume' && caller.arn.endsWith('drillVolumes')
        ? { kind: 'error', error: new AwsError('InternalError', 'not now', 500) }
        : undefined,
    );
  const trial = new Trial({ with: refuse });
  const copy = await halfWay(trial);
  const { elbv2, cloudwatch, ec2 } = trial.sim.region(tokyo);
  assert.deepEqual(trial.objections(), []);
  const { vpcId } = ec2.instances.get(copy)!;
  const group = elbv2.addTargetGroup({ name: 'somebody-elses', vpcId });
  await trial.callAs('remount', {
    service: 'elasticloadbalancing',
    operation: 'RegisterTargets',
    input: { TargetGroupArn: group.arn, Targets: [{ Id: copy }] },
  });
  assert.match(
    messagesOf(trial),
    /RegisterTargets took the instance .* of the drill shop-drill-7 for a real one/,
  );
  const volume = [...ec2.volumes.values()].find(({ tags }) => tags[tagKeys.item] === 'volumes.data')!;
  const InstanceId = volume.tags[tagKeys.instance];
  const input = { VolumeId: volume.id, InstanceId, Device: '/dev/sdq' };
  await trial.callAs('remount', { service: 'ec2', operation: 'AttachVolume', input });
  assert.match(messagesOf(trial), /AttachVolume took the volume .* of the drill shop-drill-7 for a real one/);
  const [alarm] = cloudwatch.alarms.alarms.values();
  const { namespace, name, dimensions } = alarm!.rule.metric;
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  await trial.callAs('drillVerify', {
    service: 'monitoring',
    operation: 'PutMetricData',
    input: { Namespace: namespace, MetricData: [{ MetricName: name, Value: 0, Dimensions }] },
  });
  assert.match(messagesOf(trial), new RegExp(`a drill put a metric that the alarm ${alarm!.name} watches`));
});

function messagesOf(trial: Trial): string {
  return trial
    .violations()
    .filter(({ checker }) => checker === 'drillWakesNobody')
    .map(({ message }) => message)
    .join('\n');
}

test('a response that is woken by a copy is found', async () => {
  const trial = new Trial();
  await trial.end('drill');
  const { states } = trial.sim.region(tokyo);
  const machineArn = trial.account.responseArn;
  const stopped = truthOf(trial.sim).acts.find(({ operation }) => operation === 'TerminateInstances');
  const [copy] = stopped!.targets;
  states.start({ machineArn, name: 'other', input: { event: { resources: ['i-0123'] } } });
  assert.deepEqual(trial.objections(), []);
  states.start({ machineArn, name: 'woken', input: { event: { resources: [copy!.id] } } });
  assert.deepEqual(trial.objections(), ['drillWakesNobody']);
});

test('two recoveries of a plan that act at one time are found, by what they do and not by the lock', async () => {
  const trial = new Trial();
  trial.start('failover', 'shop-failover-a');
  await trial.pass(30);
  const second = trial.start('failover', 'shop-failover-b');
  await trial.sim.clock.drive(second.done);
  assert.deepEqual(trial.objections(), [], 'the second is refused at its door');
  await trial.callAs('failoverOpen', start, 'shop-failover-b');
  await trial.pass(120);
  assert.deepEqual(trial.objections(), ['oneRecoveryAtATime']);
  assert.match(
    trial.violations()[0]?.message ?? '',
    /^shop-failover-a-r1 called \w+ at 00:\d\d:\d\d, while shop-failover-b-r1 had been acting for shop since/,
  );
});

test('a drill that goes on making things after a failover has taken its plan is found', async () => {
  const trial = new Trial();
  await halfWay(trial);
  trial.start('failover');
  await trial.pass(120);
  assert.deepEqual(trial.objections(), [], 'it has yielded');
  await trial.callAs('drillServers', start);
  assert.ok(trial.objections().includes('oneRecoveryAtATime'));
});

test('a drill that takes nothing away leaves something, and the judges name it', async () => {
  const trial = await new Trial({ template: withoutStep(template, 'cleanup') }).end('drill');
  assert.ok(trial.objections().includes('drillLeavesNothing'));
  const left = trial.violations().filter(({ checker }) => checker === 'drillLeavesNothing');
  assert.match(
    left.map(({ message }) => message).join(),
    /instance i-\S+ in ap-northeast-1 is left of the drill/,
  );
  assert.match(left.map(({ message }) => message).join(), /parameter \/lifeboat\/drill\/shop-drill-7/);
});

test('a volume that a failover makes and does not use is found', async () => {
  const make = (item: string) => ({
    service: 'ec2' as const,
    operation: 'CreateVolume',
    input: {
      AvailabilityZone: 'ap-northeast-1a',
      Size: 8,
      VolumeType: 'gp3',
      ClientToken: `made by a test ${item}`,
      TagSpecifications: [
        {
          ResourceType: 'volume',
          Tags: [
            { Key: tagKeys.plan, Value: 'shop' },
            { Key: tagKeys.recovery, Value: 'shop-failover-7' },
            { Key: tagKeys.item, Value: item },
          ],
        },
      ],
    },
  });
  const trial = await new Trial().end('failover');
  await trial.callAs('failoverVolumes', make('volumes.other'));
  assert.deepEqual(trial.objections(), ['nothingUnused']);
  assert.match(
    trial.violations()[0]?.message ?? '',
    /volume vol-\S+ .* was made by shop-failover-7 and serves nothing/,
  );
});

test('what a recovery makes without its tag, or what nobody takes away, is found', async () => {
  const trial = await new Trial().end('failover');
  await trial.callAs('failoverVolumes', {
    service: 'ec2',
    operation: 'CreateVolume',
    input: { AvailabilityZone: 'ap-northeast-1a', Size: 8, ClientToken: 'without a tag' },
  });
  assert.deepEqual(trial.objections(), ['nothingUnused']);
  assert.match(trial.violations()[0]?.message ?? '', /CreateVolume without its tag lifeboat:recovery/);
  const other = await new Trial().end('failover');
  const [command] = other.sim.region(tokyo).ssm.commands.all;
  for (const invocation of command!.invocations.values()) invocation.status = 'InProgress';
  await other.pass(900);
  assert.deepEqual(other.objections(), ['nothingUnused']);
});

test('a failover that does something to what is of another plan is found', async () => {
  const [id = ''] = standingServers;
  const trial = await new Trial().end('failover');
  trial.sim.region(tokyo).ec2.instances.get(id)!.tags[tagKeys.plan] = 'catalog';
  await trial.callAs('failoverServers', { ...start, input: { InstanceIds: [id] } });
  const found = trial.violations({ difference: nothing });
  assert.deepEqual(
    found.map(({ checker, message }) => `${checker}: ${message}`),
    [`onlyWhatIsOurs: shop-failover-7 called StartInstances on instance ${id}, which is of the plan catalog`],
  );
});

/** A failover that has recovered, what it launched, and a way to say something else of what it does not use. */
async function recovered(tried: Tried = {}) {
  const trial = await new Trial(tried).end('failover');
  const { ec2, elbv2 } = trial.sim.region(tokyo);
  const isMine = ({ tags }: { readonly tags: Readonly<Record<string, string>> }) =>
    tags[tagKeys.recovery] === 'shop-failover-7';
  const worker = [...ec2.instances.values()].find(isMine)!;
  const data = [...ec2.volumes.values()].find(
    (each) => isMine(each) && each.tags[tagKeys.item] === 'volumes.data',
  )!;
  const retire = () => {
    for (const { targets } of elbv2.targetGroups.values())
      for (const [key, { instanceId }] of targets) if (instanceId === worker.id) targets.delete(key);
  };
  const say = (said: Partial<RunEvidence>) =>
    trial.forge<RunEvidence>(ledgerKeys.evidence('shop', 'shop-failover-7'), (evidence) => ({
      ...evidence,
      ...said,
    }));
  const ref = (type: string, id: string) => ({ region: tokyo, type, id, reason: null });
  const surplus = [ref('instance', worker.id), ref('volume', data.id)];
  const found = () =>
    trial.violations({ difference: nothing }).map(({ checker, message }) => `${checker}: ${message}`);
  return { trial, worker, data, retire, say, surplus, found };
}

test('a slow server that nothing uses, and its volume, are known where the evidence names both as its surplus', async () => {
  const { worker, data, retire, say, surplus, found } = await recovered();
  assert.deepEqual(found(), []);
  retire();
  const unsaid = (type: string, id: string) =>
    `nothingUnused: ${type} ${id} in ${tokyo} was made by shop-failover-7 and serves nothing, and its evidence does not say so`;
  assert.deepEqual(found(), [unsaid('instance', worker.id), unsaid('volume', data.id)]);
  say({ surplus: surplus.slice(0, 1) });
  assert.deepEqual(found(), [unsaid('volume', data.id)]);
  say({ surplus: surplus.map((each) => ({ ...each, region: 'eu-west-1' })) });
  assert.equal(found().length, 2, 'nobody would find it there');
  say({ surplus });
  assert.deepEqual(found(), []);
});

test('a look for surplus that is called unknown must have failed', async () => {
  const surplusUnknown = 'what it left unused is unknown: no answer';
  const lookOf = ({ caller, operation }: Pick<Call, 'caller' | 'operation'>) =>
    operation === 'DescribeVolumes' && caller.arn.endsWith('failoverConclude');
  const refuse = (sim: Simulator) =>
    sim.faults.push((call) =>
      lookOf(call) ? { kind: 'error', error: new AwsError('InternalError', 'not now', 500) } : undefined,
    );
  const refused = await recovered({ with: refuse });
  const evidence = truthOf(refused.trial.sim).read<RunEvidence>(
    ledgerKeys.evidence('shop', 'shop-failover-7'),
  );
  assert.match(evidence?.surplusUnknown ?? '', /^what it left unused is unknown: ec2:DescribeVolumes/);
  refused.retire();
  assert.deepEqual(refused.found(), [], 'unknown is no lie');
  const answered = await recovered();
  answered.say({ surplus: [], surplusUnknown });
  const [lie, ...others] = answered.found();
  assert.match(
    lie ?? '',
    /^nothingUnused: the evidence of shop-failover-7 calls its surplus unknown \(what it left unused is unknown: no answer\), and EC2 had answered at/,
  );
  assert.deepEqual(others, []);
});

test('what serves and is called surplus is found, since people take surplus away', async () => {
  const { worker, data, say, surplus, found } = await recovered();
  say({ surplus });
  const lie = (type: string, id: string) =>
    `nothingUnused: ${type} ${id} in ${tokyo} is used, and the evidence of shop-failover-7 says that it is not`;
  assert.deepEqual(found(), [lie('instance', worker.id), lie('volume', data.id)]);
  say({ outcome: 'held', unblock: 'look at it, then continue' });
  assert.ok(found().includes(lie('instance', worker.id)), 'also where it has not recovered');
  assert.ok(found().includes(lie('volume', data.id)));
});

test('a server that a failover made and that its evidence does not name at all is found', async () => {
  const { trial, worker } = await recovered();
  trial.forge<RunEvidence>(ledgerKeys.evidence('shop', 'shop-failover-7'), (evidence) => ({
    ...evidence,
    resources: evidence.resources.filter(({ id }) => id !== worker.id),
  }));
  assert.deepEqual(trial.objections({ difference: nothing }), ['evidenceIsTrue']);
});

test('a drill that could not take its copies away, and does not say to delete them, is found', async () => {
  const refuse = (sim: Simulator) =>
    sim.faults.push(({ operation }) =>
      operation === 'TerminateInstances'
        ? { kind: 'error', error: new AwsError('UnauthorizedOperation', 'never', 403) }
        : undefined,
    );
  const trial = await new Trial({ with: refuse }).end('drill');
  assert.deepEqual(trial.objections(), ['drillLeavesNothing'], 'its way out says what to delete');
  trial.forge<RunEvidence>(ledgerKeys.evidence('shop', 'shop-drill-7'), (evidence) => {
    assert.match(evidence.unblock ?? '', /^delete what carries lifeboat:recovery=shop-drill-7; remove what/);
    return { ...evidence, unblock: 'remove what it waits for, then drill again' };
  });
  assert.deepEqual(trial.objections(), ['drillLeavesNothing', 'holdsHaveAWayOut']);
});
