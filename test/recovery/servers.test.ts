import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ObservedImage, ObservedInstance } from '../../recovery/observed.ts';
import type { LaunchSource, Plan, ServerItem, StartSource } from '../../recovery/plan/plan.ts';
import { chooseImage } from '../../recovery/steps/servers/images.ts';
import {
  answerBySight,
  type LaunchNeed,
  launchToken,
  planLaunches,
} from '../../recovery/steps/servers/launches.ts';
import { emptyServersMemory, type Launch, type ServersMemory } from '../../recovery/steps/servers/memory.ts';
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
  standing: Partial<ObservedInstance>;
  launched?: Partial<ObservedInstance>;
  online?: string[] | null;
  registered?: string[];
  orElse?: StartSource['orElse'];
  memory?: Partial<ServersMemory>;
  runStartedAt?: string;
}>(new URL('cases/slots.json', import.meta.url), (given) => {
  const item = { ...web, source: { ...web.source, orElse: given.orElse ?? web.source.orElse } };
  const seen: ServersObservation = {
    standing: { web: [instance('i-web', given.standing)] },
    launched: given.launched ? { 'i-copy': instance('i-copy', given.launched) } : {},
    online: given.online === null ? undefined : new Set(given.online),
    registered: { web: new Set(given.registered) },
  };
  const memory = { ...emptyServersMemory, ...given.memory };
  const { kind = 'failover', runStartedAt = '2026-03-02T08:00:00.000Z' } = given;
  const context = { plan, kind, now, runStartedAt, seen, memory };
  return slotNeed({ item: 'web', name: 'i-web', base: 'i-web' }, item, context);
});

test('a selector that matches no standing instance fails and names the selector', () => {
  const found = slotsOf(web, nothingSeen);
  assert.ok('code' in found && found.code === 'NoServers');
  assert.match(found.reason, /Environment=DR, App=shop, Role=web/);
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

test('after a whole round of refusals the next round waits a little', () => {
  const launches = refusedLaunches(4);
  const planned = planLaunches([need(0)], launchContext({ launches }));
  assert.deepEqual([planned.launches, planned.waits[0]?.seconds], [[], 25]);
  const later = planLaunches([need(0)], { ...launchContext({ launches }), now: '2026-03-02T09:01:00Z' });
  assert.equal(later.launches[0]?.ordinal, 4);
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
  assert.ok('code' in chosen && chosen.code === 'ImageTooOld' && chosen.status === 'held');
  assert.match(chosen.reason, /old is 3d old and the plan allows 26h|old is 72h old and the plan allows/);
});

test('an age with milliseconds is told in whole seconds', () => {
  const chosen = chooseImage('worker', worker.source, [image('old', '2026-02-27T09:00:00.123Z')], now);
  assert.ok('code' in chosen && chosen.code === 'ImageTooOld');
});

test('no image fails', () => {
  const chosen = chooseImage('worker', worker.source, [], now);
  assert.ok('code' in chosen && chosen.code === 'NoImage' && chosen.status === 'failed');
});
