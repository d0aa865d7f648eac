import assert from 'node:assert/strict';
import test from 'node:test';
import { tagKeys } from '../../../recovery/identity.ts';
import { type ActiveRecord, ledgerKeys } from '../../../recovery/ledger.ts';
import { noticeSource } from '../../../recovery/notices.ts';
import type { RecordSet } from '../../../simulator/route53/state.ts';
import type { Simulator } from '../../../simulator/simulator.ts';
import { brokenTemplate } from '../../mutants/breaking.ts';
import { Person } from '../person.ts';
import { replica, standingServers, template, tokyo } from '../shop.ts';
import { nothing, Trial } from './trial.ts';

type Input = Record<string, unknown>;

/** Makes a function ask for something else than it does, as another code of it would. */
function misleading(operation: string, change: (input: Input) => void) {
  return (sim: Simulator) =>
    sim.faults.push((call, input) => {
      if (call.operation === operation) change(input as Input);
      return undefined;
    });
}

const recovered = 'recoveredAsPlanned: shop-failover-7 is called recovered, and ';
const found = (trial: Trial) =>
  trial.violations({ difference: nothing }).map(({ checker, message }) => `${checker}: ${message}`);

test('a volume at another device than its plan names is found', async () => {
  const wrong = misleading('AttachVolume', (input) => {
    input['Device'] = '/dev/sdz';
  });
  const objections = found(await new Trial({ with: wrong }).end('failover'));
  assert.equal(objections.length, 1);
  assert.match(objections[0] ?? '', /vol-\w+ of volumes.data was at \/dev\/sdz of i-\w+, not at \/dev\/sdf$/);
});

test('a promoted database that keeps its backups for less time than its plan says is found', async () => {
  const wrong = misleading('PromoteReadReplica', (input) => {
    input['BackupRetentionPeriod'] = 1;
  });
  assert.deepEqual(found(await new Trial({ with: wrong }).end('failover')), [
    `${recovered}${replica}, which it promoted, kept its backups for 1 days, not for 7`,
  ]);
});

/** Takes something away from a failover when all its steps are done, and before it says how it ended. */
function beforeTheWord(act: (sim: Simulator) => void) {
  return (sim: Simulator) => {
    let isDone = false;
    sim.faults.push(({ caller }) => {
      if (!isDone && caller.arn.endsWith('failoverConclude')) {
        isDone = true;
        act(sim);
      }
      return undefined;
    });
  };
}

test('a live name that leads to the primary when its recovery is called recovered is found', async () => {
  const backToPrimary = beforeTheWord(({ route53 }) => {
    for (const zone of route53.zones.all) {
      const isPrimary = ({ routing }: RecordSet) =>
        routing.policy === 'failover' && routing.role === 'PRIMARY';
      const sets = [...zone.served].filter(([, set]) => set.routing.policy === 'simple' || isPrimary(set));
      zone.served = new Map(sets);
    }
  });
  const objections = found(await new Trial({ with: backToPrimary }).end('failover'));
  assert.deepEqual(objections, [
    `${recovered}the live name app.shop.example.com led to shop-prod-0987654321.ap-northeast-2.elb.amazonaws.com, not to shop-dr-1234567890.ap-northeast-1.elb.amazonaws.com`,
  ]);
});

test('a volume that is on no server, or mounted nowhere, when its recovery is called recovered is found', async () => {
  const ofTheRecovery = ({ tags }: { readonly tags: Readonly<Record<string, string>> }) =>
    tags[tagKeys.recovery] === 'shop-failover-7' && tags[tagKeys.item] === 'volumes.data';
  const unmounted = beforeTheWord((sim) => {
    const { ec2, guests } = sim.region(tokyo);
    for (const { attachment } of [...ec2.volumes.values()].filter(ofTheRecovery))
      guests.of(attachment!.instanceId).mounts.clear();
  });
  const absent = beforeTheWord((sim) => {
    for (const volume of [...sim.region(tokyo).ec2.volumes.values()].filter(ofTheRecovery))
      volume.tags[tagKeys.item] = 'volumes.other';
  });
  const mounted = found(await new Trial({ with: unmounted }).end('failover'));
  assert.ok(mounted.includes(`${recovered}no volume of volumes.data was mounted at /srv/data`));
  const attached = found(await new Trial({ with: absent }).end('failover'));
  assert.ok(attached.includes(`${recovered}no volume of volumes.data was on any server`));
});

test('what is made of another backup than the newest is found', async () => {
  const older = misleading('RestoreDBInstanceFromDBSnapshot', (input) => {
    input['DBSnapshotIdentifier'] = 'shop-orders-0000-copy';
  });
  const restored = found(await new Trial({ with: older }).end('drill'));
  assert.match(
    restored.join('\n'),
    /^newestIsTaken: shop-drill-7 made databases.orders of shop-orders-0000-copy at 00:00:\d\d, and the newest that the plan chooses is shop-orders-0600-copy$/m,
  );
  const misled = (sim: Simulator) => {
    const { ec2 } = sim.region(tokyo);
    const [image] = [...ec2.images.values()].filter(({ tags }) => tags['Role'] === 'worker');
    const [snapshot] = [...ec2.snapshots.values()].filter(({ tags }) => tags['Volume'] === 'data');
    ec2.images.set('ami-01de0000000000000', { ...image!, id: 'ami-01de0000000000000', createdAtMs: 0 });
    ec2.snapshots.set('snap-01de0000000000000', {
      ...snapshot!,
      id: 'snap-01de0000000000000',
      startedAtMs: 0,
    });
    misleading('RunInstances', (input) => {
      input['ImageId'] = 'ami-01de0000000000000';
    })(sim);
    misleading('CreateVolume', (input) => {
      input['SnapshotId'] = 'snap-01de0000000000000';
    })(sim);
  };
  const launched = found(await new Trial({ with: misled }).end('failover')).join('\n');
  assert.match(launched, /newestIsTaken: shop-failover-7 made servers.worker of ami-01de0000000000000 at/);
  assert.match(launched, /newestIsTaken: shop-failover-7 made volumes.data of snap-01de0000000000000 at/);
});

test('a state that is given up at the first refusal of the Lambda service is found, and one that is tried again is none', async () => {
  const refusals = (times: number) => (sim: Simulator) => {
    let left = times;
    sim.region(tokyo).lambda.faults.push(({ functionName }) => {
      if (!functionName.endsWith('Settings') || left === 0) return undefined;
      left -= 1;
      return { kind: 'refuse' };
    });
  };
  const once = brokenTemplate({ notRetried: 'Settings' }, template);
  const givenUp = await new Trial({ template: once, with: refusals(1) }).end('failover');
  assert.deepEqual(givenUp.objections({ difference: nothing }), ['transientIsRetried']);
  assert.match(
    found(givenUp)[0] ?? '',
    /shop-failover-7-r1 gave up its state Settings at \S+ after 1 of 3 tries, where Lambda answered Lambda\.\w+/,
  );
  assert.deepEqual(found(await new Trial({ with: refusals(5) }).end('failover')), []);
});

test('a run that a person has aborted, and that makes something all the same, is found', async () => {
  const trial = new Trial();
  trial.start('failover');
  await trial.pass(30);
  const kim = new Person(trial.sim, 'kim');
  await kim.order({ command: 'abort', recovery: 'shop-failover-7', comment: 'a false alarm' });
  await trial.pass(120);
  assert.deepEqual(found(trial), []);
  const input = { InstanceIds: standingServers };
  await trial.callAs('failoverServers', { service: 'ec2', operation: 'StartInstances', input });
  assert.match(
    found(trial).join('\n'),
    /^abortedStops: shop-failover-7 called StartInstances at \S+, and AIDAKIM had aborted it at/m,
  );
});

test('a recovery that ended well and still holds its plan is found', async () => {
  for (const kind of ['failover', 'drill'] as const) {
    const trial = await new Trial().end(kind);
    assert.deepEqual(found(trial), []);
    trial.forge<ActiveRecord>(ledgerKeys.active('shop'), ({ releasedAt: _, ...lock }) => lock);
    assert.match(
      found(trial).join('\n'),
      new RegExp(
        `^overLetsGo: shop-${kind}-7-r1 ended well at \\S+, and shop-${kind}-7 still held the plan shop$`,
      ),
    );
  }
});

test('a call that no role permits is found, and one on what is not there is not', async () => {
  const trial = new Trial();
  const { sim, account } = trial;
  const accessKeyId = 'ASIAOTHERCODE';
  const arn = `arn:aws:sts::${sim.accountId}:assumed-role/assess/lifeboat-live-assess`;
  sim.addCaller({ accessKeyId, arn, userId: 'AROA:assess', roleArn: account.stack.arn('AssessRole') });
  const call = { service: 'ec2', region: tokyo, accessKeyId, headers: {} } as const;
  const terminate = (requestId: string, id: string) =>
    sim.clock.drive(
      sim.ask({ ...call, requestId, operation: 'TerminateInstances', input: { InstanceIds: [id] } }),
    );
  await assert.rejects(terminate('1', standingServers[0]!), { code: 'UnauthorizedOperation' });
  assert.deepEqual(trial.objections(), ['everythingPermitted']);
  assert.match(trial.violations()[0]?.message ?? '', /lifeboat-live-assess is not authorized to perform/);
});

test('a notice of ours that is documented nowhere, or has another form, is found', async () => {
  const trial = new Trial();
  const tell = (detailType: string, detail: object) =>
    trial.sim.emit(tokyo, { source: noticeSource, detailType, detail });
  tell('Something Else', {});
  await trial.pass(5);
  assert.deepEqual(found(trial), ['toldAsDocumented: Something Else is not documented']);
  tell('Recovery Ended', { plan: 7 });
  await trial.pass(5);
  assert.equal(found(trial).length, 2);
});
