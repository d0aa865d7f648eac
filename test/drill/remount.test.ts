import assert from 'node:assert/strict';
import test from 'node:test';
import { sampleEvent } from './respond.ts';
import { keptWorker, Restoring, wish, withWorkers, worker, zoneA, zoneC } from './restoring.ts';
import { shopWorld, tokyo } from './shop.ts';

test('a volume that is restored by hand goes to its server, once, and others say why not', async () => {
  const restoring = new Restoring();
  const nobodys = await restoring.restore({});
  const untagged = await restoring.restore({ 'lifeboat:remount': 'volumes.data' });
  const good = await restoring.restore(wish);
  await restoring.pass(180);
  assert.deepEqual(restoring.placeOf(good), [worker, '/dev/sdf', true]);
  assert.deepEqual(restoring.told(good), ['Volume Remounted']);
  assert.equal(restoring.record(good)?.status, 'done');
  for (const volume of [nobodys, untagged]) {
    assert.equal(restoring.record(volume), undefined);
    assert.deepEqual([restoring.placeOf(volume)[0], restoring.told(volume)], [undefined, []]);
  }

  restoring.repeat(good);
  restoring.repeat(good);
  const elsewhere = await restoring.restore(wish, zoneC);
  const second = await restoring.restore(wish);
  const wrong = await restoring.restore({ ...wish, 'lifeboat:remount': 'volumes.dta' });
  const recovered = await restoring.restore({ ...wish, 'lifeboat:recovery': 'shop-failover-1' });
  await restoring.pass(300);
  restoring.repeat(second);
  await restoring.pass(120);
  assert.deepEqual(restoring.told(good), ['Volume Remounted']);
  assert.deepEqual([restoring.calls('AttachVolume'), restoring.calls('SendCommand')], [1, 1]);
  assert.deepEqual(restoring.told(elsewhere), ['ZoneMismatch']);
  assert.deepEqual(restoring.told(second), ['AlreadyThere']);
  assert.deepEqual(restoring.told(wrong), ['UnknownItem']);
  assert.deepEqual(restoring.told(recovered), ['OfRecovery']);
  assert.match(restoring.record(elsewhere)?.unblock ?? '', /into ap-northeast-1a/);
  await restoring.account.sim.clock.drive(restoring.ask(elsewhere).done);
  assert.deepEqual(restoring.told(elsewhere), ['ZoneMismatch', 'ZoneMismatch'], 'whoever asks hears it');
  for (const volume of [elsewhere, second, wrong, recovered])
    assert.deepEqual(restoring.placeOf(volume), [undefined, undefined, false]);
});

for (const [kind, ending, within] of [
  ['drill', 'Volume Remounted', keptWorker],
  ['failover', 'AlreadyThere', shopWorld()],
] as const) {
  test(`a ${kind} keeps its own volumes, and what is restored meanwhile waits until it is over`, async () => {
    const restoring = new Restoring(within);
    const { sim } = restoring.account;
    const over = restoring.start(kind);
    await restoring.pass(30);
    const volume = await restoring.restore(wish);
    await restoring.pass(20);
    assert.deepEqual([restoring.record(volume), restoring.placeOf(volume)[0]], [undefined, undefined]);
    await sim.clock.drive(over);
    await restoring.pass(400);
    assert.deepEqual(restoring.told(volume), [ending]);
    const made = restoring.events.filter(({ 'detail-type': type }) => type === 'EBS Volume Notification');
    const own = made.flatMap(({ resources }) => resources.map((arn) => String(arn).split('/')[1] ?? ''));
    assert.ok(own.length >= 2);
    for (const other of own.filter((id) => id !== volume)) {
      assert.deepEqual([restoring.record(other), restoring.told(other)], [undefined, []]);
    }
    assert.equal(restoring.calls('AttachVolume'), kind === 'drill' ? 1 : 0);
  });
}

test('AWS Backup tells of a volume once it has its tags, and a person may ask again', async () => {
  const restoring = new Restoring();
  const { events } = restoring.account.sim.region(tokyo);
  const volume = await restoring.restore({});
  await restoring.pass(60);
  await restoring.tag(volume, wish);
  const sample = sampleEvent('remount/restore-completed');
  const createdResourceArn = `arn:aws:ec2:${tokyo}:123456789012:volume/${volume}`;
  const restored = { ...sample, detail: { ...(sample['detail'] as object), createdResourceArn } };
  events.inject({
    ...restored,
    detail: { ...restored.detail, restoreTestingPlanArn: 'arn:aws:backup:test' },
  });
  await restoring.pass(60);
  assert.equal(restoring.placeOf(volume)[0], undefined, 'a restore that is only a test is left alone');
  events.inject(restored);
  await restoring.pass(120);
  assert.deepEqual(restoring.placeOf(volume), [worker, '/dev/sdf', true]);

  await restoring.detach(volume);
  events.inject(restored);
  await restoring.pass(120);
  assert.equal(restoring.placeOf(volume)[0], undefined, 'what a person took off stays off');
  await restoring.account.sim.clock.drive(restoring.ask(volume).done);
  assert.deepEqual(restoring.placeOf(volume), [worker, '/dev/sdf', true]);
});

test('volumes that are restored at once are put on their servers one after the other', async () => {
  const workers = [worker, 'i-0a11c0ffee00000a2', 'i-0a11c0ffee00000a3'];
  const restoring = new Restoring(withWorkers(...workers));
  const volumes: string[] = [];
  for (const id of workers) volumes.push(await restoring.restore({ ...wish, 'lifeboat:instance': id }));
  await restoring.pass(400);
  assert.deepEqual(
    volumes.map((volume) => restoring.placeOf(volume)[0]),
    workers,
  );
  const records = volumes.map((volume) => restoring.record(volume) ?? assert.fail());
  const turns = records.map(({ firstAt, lastAt }) => [firstAt, lastAt]).sort();
  for (const [i, [firstAt = '']] of turns.entries())
    assert.ok(i === 0 || firstAt >= (turns[i - 1]?.[1] ?? ''), `${JSON.stringify(turns)}`);
});

test('a volume that cannot be mounted is told of with what its server said', async () => {
  const restoring = new Restoring();
  const volume = await restoring.restore(wish, zoneA, true);
  await restoring.pass(240);
  assert.deepEqual(restoring.told(volume), ['CommandFailed']);
  assert.match(restoring.record(volume)?.reason ?? '', /no file system on vol-\w+; Lifeboat never formats/);
  assert.match(restoring.record(volume)?.unblock ?? '', /then start the remount machine with/);
});

test('whenever its function dies, and however often its event comes, a volume is put on its server once', async () => {
  for (const at of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const restoring = new Restoring();
    const { lambda, events } = restoring.account.sim.region(tokyo);
    let invocation = -1;
    lambda.faults.push(({ functionName }) => {
      if (!functionName.includes('remount')) return undefined;
      invocation += 1;
      if (invocation !== at) return undefined;
      return at % 2 === 0 ? { kind: 'killAfter', seconds: 0.35 } : { kind: 'loseAnswer' };
    });
    let isRepeated = false;
    events.onEvent((_bus, event) => {
      if (isRepeated || event['detail-type'] !== 'EBS Volume Notification') return;
      isRepeated = true;
      events.inject(event);
    });
    const volume = await restoring.restore(wish);
    await restoring.pass(240);
    assert.deepEqual(restoring.placeOf(volume), [worker, '/dev/sdf', true], `struck at ${at}`);
    assert.deepEqual([...new Set(restoring.told(volume))], ['Volume Remounted']);
    assert.equal(restoring.calls('AttachVolume'), 1, `struck at ${at}`);
    const [first, second, ...more] = restoring.account.sim.region(tokyo).states.executions;
    assert.deepEqual([first?.status, second?.status, more.length], ['SUCCEEDED', 'SUCCEEDED', 0]);
  }
});

test('a restored volume that no event told of is found by the janitor, once; others are left alone', async () => {
  const restoring = new Restoring();
  restoring.loseEvents();
  const { states } = restoring.account.sim.region(tokyo);
  const looks = () => states.executions.filter(({ name }) => name.startsWith('unheard-')).length;
  const nobodys = await restoring.restore({});
  const ofAnother = await restoring.restore({ ...wish, 'lifeboat:plan': 'till' });
  const good = await restoring.restore(wish);
  await restoring.pass(180);
  assert.deepEqual(restoring.placeOf(good), [undefined, undefined, false], 'nobody has heard of it');
  await restoring.wakeJanitor();
  await restoring.pass(180);
  assert.deepEqual(restoring.placeOf(good), [worker, '/dev/sdf', true]);
  assert.deepEqual(restoring.told(good), ['Volume Remounted']);
  const wrong = await restoring.restore({ ...wish, 'lifeboat:remount': 'volumes.dta' });
  await restoring.pass(60);
  await restoring.wakeJanitor();
  await restoring.pass(120);
  assert.deepEqual(restoring.told(wrong), ['UnknownItem']);
  for (let look = 0; look < 3; look += 1) await restoring.wakeJanitor();
  await restoring.pass(3600);
  await restoring.wakeJanitor();
  assert.equal(looks(), 2, 'what has a record is left to people');
  for (const volume of [nobodys, ofAnother]) assert.deepEqual(restoring.told(volume), []);
});
