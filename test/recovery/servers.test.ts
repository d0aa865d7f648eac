import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { clientToken } from '../../recovery/identity.ts';
import type { ObservedImage, ObservedInstance } from '../../recovery/observed.ts';
import type { LaunchSource, Plan, ServerItem, StartSource } from '../../recovery/plan/plan.ts';
import { chooseImage } from '../../recovery/steps/servers/images.ts';
import {
  answerBySight,
  type LaunchNeed,
  launchToken,
  planLaunches,
} from '../../recovery/steps/servers/launches.ts';
import {
  emptyServersMemory,
  type Launch,
  memoryForNewRun,
  type ServersMemory,
} from '../../recovery/steps/servers/memory.ts';
import {
  needsAgent,
  type ServersObservation,
  slotNeed,
  slotsOf,
} from '../../recovery/steps/servers/slots.ts';
import type { RecoveryKind } from '../../recovery/terms.ts';
import { runCases } from '../cases.ts';
import { shopPlan } from './plans.ts';

const now = '2026-03-02T09:00:00.000Z';
const plan = shopPlan();
const web = plan.servers.find((item) => item.name === 'web') as ServerItem & { source: StartSource };
const worker = plan.servers.find((item) => item.name === 'worker') as ServerItem & { source: LaunchSource };

function instance(id: string, parts: Partial<ObservedInstance> = {}): ObservedInstance {
  return {
    id,
    imageId: 'ami-1',
    type: 'm7g.large',
    zone: 'ap-northeast-1a',
    subnet: 'subnet-a',
    state: 'stopped',
    securityGroups: ['sg-1'],
    launchedAt: now,
    tags: {},
    ...parts,
  };
}

const nothingSeen: ServersObservation = { standing: {}, launched: {}, online: new Set(), registered: {} };

runCases<{
  kind?: RecoveryKind;
  /** The instance that the slot is named after; null when it is not seen. */
  standing: Partial<ObservedInstance> | null;
  /** Standing instances that are listed before it. */
  others?: Partial<ObservedInstance>[];
  launched?: Partial<ObservedInstance>;
  online?: string[] | null;
  registered?: string[] | null;
  targetGroup?: null;
  orElse?: StartSource['orElse'];
  memory?: Partial<ServersMemory>;
  runStartedAt?: string;
}>(new URL('cases/slots.json', import.meta.url), (given) => {
  const { targetGroup: _, ...unregistered } = web;
  const source = { ...web.source, orElse: given.orElse ?? web.source.orElse };
  const item = { ...(given.targetGroup === null ? unregistered : web), source };
  const standing = [...(given.others ?? []), ...(given.standing ? [given.standing] : [])];
  const seen: ServersObservation = {
    standing: standing.length > 0 ? { web: standing.map((one) => instance('i-web', one)) } : {},
    launched: given.launched ? { 'i-copy': instance('i-copy', given.launched) } : {},
    online: given.online === null ? undefined : new Set(given.online),
    registered: given.registered === null ? undefined : { web: new Set(given.registered) },
  };
  const memory = { ...emptyServersMemory, ...given.memory };
  const { kind = 'failover', runStartedAt = '2026-03-02T08:00:00.000Z' } = given;
  const context = { plan, kind, now, runStartedAt, seen, memory };
  return slotNeed({ item: 'web', name: 'i-web', base: 'i-web' }, item, context);
});

test('a standing server is started as it is while its own type is not refused', () => {
  const standing = { web: [instance('i-web')] };
  const context = {
    plan,
    kind: 'failover' as const,
    now,
    runStartedAt: now,
    seen: { ...nothingSeen, standing },
    memory: emptyServersMemory,
  };
  const need = slotNeed({ item: 'web', name: 'i-web', base: 'i-web' }, web, context);
  assert.deepEqual(need, { kind: 'start', instance: instance('i-web') });
});

test('a selector that matches no standing instance fails and names the selector', () => {
  assert.deepEqual(slotsOf(web, nothingSeen), {
    status: 'failed',
    code: 'NoServers',
    reason: 'servers.web: no instance in the recovery Region carries Environment=DR, App=shop, Role=web',
    unblock: 'create or tag the standby instances of servers.web, or give it a launch source, then continue',
  });
});

test('each standing instance is a slot of its own, named after it', () => {
  const standing = { web: [instance('i-1'), instance('i-2')] };
  assert.deepEqual(slotsOf(web, { ...nothingSeen, standing }), [
    { item: 'web', name: 'i-1', base: 'i-1' },
    { item: 'web', name: 'i-2', base: 'i-2' },
  ]);
});

test('a launch source has as many slots as the plan counts', () => {
  const slots = slotsOf({ ...worker, source: { ...worker.source, count: 3 } }, nothingSeen);
  assert.ok(Array.isArray(slots));
  assert.deepEqual(
    slots.map((slot) => slot.name),
    ['worker#0', 'worker#1', 'worker#2'],
  );
});

test('an agent is needed for mounts and reload, and for inside checks in a drill alone', () => {
  const without: Plan = (({ reload: _reload, ...rest }) => ({ ...rest, volumes: [] }))(plan);
  assert.equal(needsAgent(plan, 'worker', 'failover'), true);
  assert.equal(needsAgent(without, 'web', 'failover'), false);
  assert.equal(needsAgent(without, 'web', 'drill'), true);
  assert.equal(needsAgent(without, 'worker', 'drill'), false);
  const outside = {
    ...without,
    verify: [...without.verify, { http: 'https://x.example.com/', boundSeconds: 60 }],
  };
  assert.equal(needsAgent(outside, 'web', 'drill'), true, 'one check of several asks from inside');
  const mounted = (parts: Partial<Plan['volumes'][number]>): Plan => ({
    ...without,
    volumes: plan.volumes.map(({ mount: _, ...volume }) => ({ ...volume, ...parts })),
  });
  assert.equal(needsAgent(mounted({}), 'worker', 'failover'), false, 'a volume that is not mounted');
  const { mount } = plan.volumes[0]!;
  assert.ok(mount);
  assert.equal(needsAgent(mounted({ mount }), 'web', 'failover'), false, 'a volume of another server');
  assert.equal(needsAgent(mounted({ mount }), 'worker', 'failover'), true);
});

test('a new run keeps what was launched and who fills the slots, and tries anew what was refused', () => {
  const memory: ServersMemory = {
    launches: refusedLaunches(1),
    typesRefused: { 'i-1': ['m7g.large'] },
    refusedAt: { 'i-1': now },
    starts: { 'i-1': 2 },
    runningSince: { 'i-1': now },
    members: [{ item: 'worker', slot: 'worker#0', instanceId: 'i-1', zone: 'z', ready: true }],
  };
  const { launches, members } = memory;
  assert.deepEqual(memoryForNewRun(memory), {
    launches,
    typesRefused: {},
    refusedAt: {},
    starts: {},
    runningSince: {},
    members,
  });
  assert.deepEqual([emptyServersMemory.launches, emptyServersMemory.members], [[], []]);
});

function need(index: number, item: ServerItem = worker, copyOf?: ObservedInstance): LaunchNeed {
  return {
    slot: { item: item.name, name: `${item.name}#${index}` },
    item,
    image: 'ami-1',
    ...(copyOf && { copyOf }),
  };
}

const candidates = worker.source.types.flatMap((type) =>
  worker.source.subnets.map((subnet) => ({ type, subnet })),
);

/** The worker's launches that were refused, one candidate after the other. */
function refusedLaunches(count: number): Launch[] {
  return Array.from({ length: count }, (_, ordinal) => ({
    ordinal,
    item: 'worker',
    slots: ['worker#0'],
    image: 'ami-1',
    ...candidates[ordinal % candidates.length]!,
    requestedAt: '2026-03-02T08:59:55Z',
    refused: 'no capacity',
  }));
}

const launchContext = (memory: Partial<ServersMemory> = {}, kind: RecoveryKind = 'failover') => ({
  plan,
  kind,
  now,
  memory: { ...emptyServersMemory, ...memory },
});

test('slots of one item and image go into one launch', () => {
  const planned = planLaunches([need(0), need(1), need(2)], launchContext());
  assert.deepEqual(
    planned.launches.map((launch) => launch.slots),
    [['worker#0', 'worker#1', 'worker#2']],
  );
});

test('copies of different models are launched apart', () => {
  const planned = planLaunches(
    [need(0, web, instance('i-1')), need(1, web, instance('i-2', { subnet: 'subnet-c' }))],
    launchContext(),
  );
  assert.equal(planned.launches.length, 2);
  assert.deepEqual(
    planned.launches.map((launch) => launch.ordinal),
    [0, 1],
  );
});

test('refusals go through every subnet for a type before the next type', () => {
  const tried = [0, 1, 2, 3].map((count) => {
    const [launch] = planLaunches([need(0)], launchContext({ launches: refusedLaunches(count) })).launches;
    return `${launch?.type} ${launch?.subnet.slice(-1)}`;
  });
  assert.deepEqual(tried, ['m7g.large 1', 'm7g.large 3', 'm6g.large 1', 'm6g.large 3']);
});

test('after a whole round of refusals the next round waits a little, from the last of them on', () => {
  const earlier = { requestedAt: '2026-03-02T08:50:00Z' };
  const launches = refusedLaunches(4).map((launch, i) => ({ ...launch, ...(i < 3 && earlier) }));
  const planned = planLaunches([need(0)], launchContext({ launches }));
  assert.deepEqual(planned, {
    launches: [],
    waits: [
      {
        seconds: 25,
        for: 'servers.worker: capacity; every type was refused in every subnet (no capacity)',
      },
    ],
  });
  const later = planLaunches([need(0)], { ...launchContext({ launches }), now: '2026-03-02T09:01:00Z' });
  assert.equal(later.launches[0]?.ordinal, 4);
});

test('what was refused to another item, or was answered, is no refusal of this one', () => {
  const [refused] = refusedLaunches(1);
  const { refused: _, ...answered } = { ...refused!, ids: ['i-1'] };
  for (const one of [{ ...refused!, item: 'web' }, answered]) {
    const [launch] = planLaunches([need(0)], launchContext({ launches: [one] })).launches;
    assert.equal(`${launch?.type} ${launch?.subnet.slice(-1)}`, 'm7g.large 1');
  }
});

test('a copy is of the type of its model first, in the subnets of the plan or else in that of its model', () => {
  const model = instance('i-1', { type: 'c7g.large', subnet: 'subnet-of-model' });
  const launched = (source: StartSource) =>
    planLaunches([need(0, { ...web, source }, model)], launchContext()).launches[0];
  const { type, subnet, copyOf } = launched(web.source) ?? {};
  assert.deepEqual([type, subnet, copyOf], ['c7g.large', web.source.subnets[0], 'i-1']);
  assert.equal(launched({ ...web.source, subnets: [] })?.subnet, 'subnet-of-model');
  assert.ok(
    !('copyOf' in planLaunches([need(0)], launchContext()).launches[0]!),
    'what is no copy names none',
  );
});

test('a launch that has no type or no subnet left to try is a defect of ours, and says so', () => {
  const nowhere = { ...worker, source: { ...worker.source, subnets: [] } };
  assert.throws(() => planLaunches([need(0, nowhere)], launchContext()), {
    message: /servers\.worker has a type and a subnet to launch into/,
  });
});

test('refusals of two groups at once lead both to a candidate that was not asked yet', () => {
  const launches = [...refusedLaunches(1), { ...refusedLaunches(1)[0]!, ordinal: 1 }];
  const [launch] = planLaunches([need(0)], launchContext({ launches })).launches;
  assert.equal(`${launch?.type} ${launch?.subnet.slice(-1)}`, 'm7g.large 3');
});

test('copies of one image go into one launch of a drill, wherever their models stand', () => {
  const models = [instance('i-1'), instance('i-2', { subnet: 'subnet-c' })];
  const needs = models.map((model, i) => need(i, web, model));
  assert.equal(planLaunches(needs, launchContext({}, 'drill')).launches.length, 1);
});

test('a launch whose answer was lost is answered by the instance that names its token', () => {
  const lost: Launch = (({ refused: _refused, ...rest }) => rest)(refusedLaunches(1)[0]!);
  const memory = { ...emptyServersMemory, launches: [lost] };
  const seen = [
    instance('i-1', { clientToken: launchToken('shop-failover-7', 0) }),
    instance('i-2', { clientToken: 'other' }),
  ];
  assert.deepEqual(answerBySight(memory, 'shop-failover-7', seen).launches[0]?.ids, ['i-1']);
  assert.equal(answerBySight(memory, 'shop-failover-8', seen).launches[0]?.ids, undefined);
  const known = [{ ...lost, ids: ['i-9'] }, ...refusedLaunches(1)];
  const kept = answerBySight({ ...emptyServersMemory, launches: known }, 'shop-failover-7', seen);
  assert.deepEqual(kept.launches, known, 'what was answered stays as it was answered');
});

test('the token of a launch is made of its recovery and its number, as it was when the recovery began', () => {
  assert.equal(launchToken('shop-failover-7', 0), clientToken('shop-failover-7', 'launch', 0));
});

test('a drill launches into its own subnets only', () => {
  const planned = planLaunches([need(0, web, instance('i-1'))], launchContext({}, 'drill'));
  assert.equal(planned.launches[0]?.subnet, plan.drill.network?.subnets[0]);
});

test('no slot is ever in two of the launches planned at once, and none is left out', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3), fc.constantFrom('subnet-a', 'subnet-c')), { maxLength: 20 }),
      (models) => {
        const needs = models.map(([image, subnet], i) => ({
          ...need(i, web, instance(`i-${i}`, { subnet })),
          image: `ami-${image}`,
        }));
        const planned = planLaunches(needs, launchContext());
        const slots = planned.launches.flatMap((launch) => launch.slots);
        assert.deepEqual([...slots].sort(), needs.map(({ slot }) => slot.name).sort());
        assert.equal(new Set(planned.launches.map((launch) => launch.ordinal)).size, planned.launches.length);
      },
    ),
    { seed: 7 },
  );
});

const image = (id: string, createdAt: string): ObservedImage => ({ id, createdAt, architecture: 'arm64' });

test('the newest image is chosen', () => {
  const chosen = chooseImage(
    'worker',
    worker.source,
    [image('old', '2026-03-01T09:00:00Z'), image('new', '2026-03-02T02:00:00Z')],
    now,
  );
  assert.ok('id' in chosen && chosen.id === 'new');
});

test('an image older than its rpo holds and says how old it is', () => {
  const chosen = chooseImage('worker', worker.source, [image('old', '2026-02-27T09:00:00Z')], now);
  assert.deepEqual(chosen, {
    status: 'held',
    code: 'ImageTooOld',
    reason: 'servers.worker: the newest image old is 3d old and the plan allows 26h',
    unblock: 'copy a newer image, or raise servers.worker.launch.image.rpo, then continue',
  });
});

test('an image as old as its rpo allows is young enough, and without an rpo any is', () => {
  const { rpoSeconds: _, ...unbounded } = worker.source.image;
  const chosen = (source: LaunchSource, createdAt: string) =>
    chooseImage('worker', source, [image('old', createdAt)], now);
  assert.ok('id' in chosen(worker.source, '2026-03-01T07:00:00Z'));
  assert.ok('code' in chosen(worker.source, '2026-03-01T06:59:59Z'));
  assert.ok('id' in chosen({ ...worker.source, image: unbounded }, '2020-01-01T00:00:00Z'));
});

test('an age with milliseconds is told in whole seconds', () => {
  const chosen = chooseImage('worker', worker.source, [image('old', '2026-02-27T09:00:00.123Z')], now);
  assert.ok('code' in chosen && chosen.code === 'ImageTooOld');
});

test('no image fails', () => {
  const chosen = chooseImage('worker', worker.source, [], now);
  assert.deepEqual(chosen, {
    status: 'failed',
    code: 'NoImage',
    reason:
      'servers.worker: no available image in the recovery Region carries ImageBackupTarget=True, App=shop, Role=worker',
    unblock: 'copy an image into the recovery Region and tag it, then continue',
  });
});
