import assert from 'node:assert/strict';
import test from 'node:test';
import { Ajv } from 'ajv';
import { summaryOf } from '../../report/evidence.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { drillJsonSchema } from '../../report/json-schema.ts';
import { diffInventories, inventory } from '../../simulator/world/inventory.ts';
import {
  assertNothingLeft,
  assertReadable,
  drillSubnets,
  rehearseShop,
  replica,
  standingServers,
  tokyo,
} from './shop.ts';
import { changes, type SeenCall, tagsIn, textsIn, type Watch, watch } from './watch.ts';

let seen: Watch | undefined;
const rehearsed = await rehearseShop({
  kind: 'drill',
  sabotage: (sim) => {
    seen = watch(sim);
  },
});
const { evidence, account } = rehearsed;
const { sim } = account;
const { ec2, rds } = sim.region(tokyo);
const { calls, before, instanceStates, databaseStatuses, databases } = seen!;

const of = (operation: string) => calls.filter((call) => call.operation === operation);
const only = (operation: string): SeenCall['input'] => {
  const found = of(operation);
  assert.equal(found.length, 1, `${operation} was called ${found.length} times`);
  return found[0]!.input;
};
const wasThere = new Set(before.filter(({ type }) => type === 'instance').map(({ id }) => id));
const copies = [...ec2.instances.values()].filter(({ id }) => !wasThere.has(id));

test('a drill of the shop is drilled, leaves nothing behind, hurts nothing and ends 0', () => {
  assert.equal(evidence.outcome, 'drilled');
  assertNothingLeft(rehearsed);
  assert.equal(exitCodeOf(evidence), 0);
});

test('it does not judge the RTO where a restored copy stood in for a promotion, and says why', () => {
  assert.equal(evidence.objectives.met, null);
  assertReadable(evidence.reason);
  assert.match(evidence.reason, /databases\.orders .*restored/);
});

test('it tells of every step that it was done, and of those that guard live databases or move traffic that they were skipped', () => {
  const skipped = ['gate', 'fence', 'traffic', 'settle'];
  for (const { name, status, startedAt, endedAt, attempts } of evidence.steps) {
    assert.equal(status, skipped.includes(name) ? 'skipped' : 'done', name);
    assert.ok(startedAt !== null && endedAt !== null && startedAt <= endedAt, name);
    assert.ok(attempts >= 1, name);
  }
  assert.equal(evidence.steps.length, 15);
});

test('its summary is what the published schema describes', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(drillJsonSchema());
  assert.ok(validate(JSON.parse(JSON.stringify(summaryOf(evidence)))), JSON.stringify(validate.errors));
});

test('its phases add up to the time until the copies were verified', () => {
  const { detectSeconds, decideSeconds, executeSeconds, verifySeconds } = evidence.phases;
  const sum = [detectSeconds, decideSeconds, executeSeconds, verifySeconds].reduce<number>(
    (all, one) => all + (one ?? Number.NaN),
    0,
  );
  assert.ok(Math.abs(sum - evidence.rtoSeconds!) < 0.01, `${sum} s, not ${evidence.rtoSeconds} s`);
});

test('everything in the account is afterwards as it was before, but for the ledger', () => {
  const { ledgerBucket } = account;
  const was = before.filter(({ id }) => id !== ledgerBucket && !id.startsWith(`${ledgerBucket}/`));
  const after = inventory(sim, { withoutBuckets: [ledgerBucket] });
  assert.deepEqual(diffInventories(was, after), { created: [], changed: [], deleted: [] });
});

test('standing servers and the replica are not touched on the way, not even for a moment', () => {
  const touched = instanceStates.filter((state) => wasThere.has(state.split(' ')[0]!));
  assert.deepEqual(touched, []);
  assert.deepEqual(
    databaseStatuses.filter(({ id }) => id === replica),
    [],
  );
  for (const id of standingServers) assert.equal(ec2.instances.get(id)?.state, 'stopped');
  assert.equal(rds.isWritable(replica), false);
});

test('no call that changes something names anything that was there before', () => {
  const live = [
    'instance',
    'volume',
    'dbInstance',
    'targetGroup',
    'loadBalancer',
    'launchTemplate',
    'hostedZone',
  ];
  const names = new Set(
    before.filter(({ type }) => [...live, 'parameter', 'record'].includes(type)).map(({ id }) => id),
  );
  assert.ok(names.has(replica) && names.has('/shop/orders/endpoint') && names.has(standingServers[0]!));
  const named = calls.filter(changes).flatMap(({ operation, input }) =>
    textsIn(input)
      .filter((text) => names.has(text))
      .map((text) => `${operation} names ${text}`),
  );
  assert.deepEqual(named, []);
});

test('nothing is promoted, started, stopped, tagged, backed up, registered or pointed elsewhere', () => {
  const changing = [...new Set(calls.filter(changes).map(({ operation }) => operation))].sort();
  assert.deepEqual(changing, [
    'AttachVolume',
    'CreateVolume',
    'DeleteDBInstance',
    'DeleteParameters',
    'DeleteVolume',
    'ModifyDBInstance',
    'Publish',
    'PutEvents',
    'PutObject',
    'PutParameter',
    'RestoreDBInstanceFromDBSnapshot',
    'RunInstances',
    'SendCommand',
    // EventBridge wakes the remount machine for the drill's own volume, which is none of its business.
    'StartExecution',
    'TerminateInstances',
  ]);
});

test('its copies carry no tag that production, DLM or a plan selects by', () => {
  const making = ['RunInstances', 'CreateVolume', 'RestoreDBInstanceFromDBSnapshot', 'PutParameter'];
  const atCreation = making.flatMap(of).map(({ input }) => tagsIn(input));
  assert.ok(atCreation.length >= 5);
  const all = [...atCreation, ...copies.map(({ tags }) => tags)];
  for (const tags of all) {
    const { Name: name, ...rest } = tags;
    for (const key of Object.keys(rest)) assert.match(key, /^lifeboat:/);
    if (name !== undefined) assert.match(name, /^lifeboat shop-drill-7 /);
    assert.equal(tags['lifeboat:recovery'], 'shop-drill-7');
    const expires = tags['lifeboat:expires'];
    assert.equal(Date.parse(expires ?? ''), Date.parse(evidence.startedAt) + 2 * 3600_000, 'in two hours');
  }
});

test('its copies run in the subnets of the drill with its security group and profile, without user data', () => {
  assert.equal(copies.length, 3, 'two web servers and a worker');
  for (const copy of copies) {
    assert.ok(drillSubnets.includes(copy.subnetId), copy.subnetId);
    assert.deepEqual(copy.securityGroupIds, ['sg-0d1111a0000000001']);
    assert.match(copy.instanceProfileArn ?? '', /instance-profile\/shop-drill$/);
    assert.equal(copy.userData, undefined);
    assert.equal(copy.state, 'terminated');
  }
});

test('its copy of the database gets a new master password and is never public', () => {
  const restore = only('RestoreDBInstanceFromDBSnapshot');
  const { MasterUserPassword: password, ...modify } = only('ModifyDBInstance');
  const id = String(restore['DBInstanceIdentifier']);
  assert.equal(modify['DBInstanceIdentifier'], id);
  assert.ok(String(password).length >= 16);
  assert.equal(databases.get(id)?.masterPasswordRevision, 2, 'set once after the restore');
  const states = databaseStatuses.filter((status) => status.id === id).map(({ database }) => database);
  assert.ok(states.length >= 3);
  for (const database of states) {
    assert.equal(database.publiclyAccessible, false);
    assert.equal(database.subnetGroup, 'shop-drill');
    assert.deepEqual(database.securityGroupIds, ['sg-0d1111a0000000001']);
    assert.equal(database.replicaSource, undefined);
  }
});

test('its settings go below a prefix of its own', () => {
  const { Name, Value } = only('PutParameter');
  assert.equal(Name, '/lifeboat/drill/shop-drill-7/shop/orders/endpoint');
  assert.match(String(Value), /^lifeboat-orders-/);
});

test('commands go to its copies only', () => {
  const ids = of('SendCommand').flatMap(({ input }) => input['InstanceIds'] as string[]);
  assert.ok(ids.length > 0);
  for (const id of ids)
    assert.ok(
      copies.some((copy) => copy.id === id),
      `a command went to ${id}`,
    );
});
