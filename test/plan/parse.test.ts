import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { lineOf, parsePlan } from '../../recovery/plan/parse.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { badPlans, goodPlan } from './cases.ts';

const committed = (name: string) =>
  readFileSync(new URL(`../../plans/${name}.yaml`, import.meta.url), 'utf8');

function planOf(text: string): Plan {
  const parsed = parsePlan(text, 'plan.yaml');
  assert.ok('plan' in parsed, JSON.stringify(parsed, null, 2));
  return parsed.plan;
}

for (const kind of ['yaml', 'form', 'words', 'bounds', 'meaning', 'together']) {
  for (const { name, text, errors } of badPlans(kind)) {
    test(`${kind}: ${name}`, () => {
      const parsed = parsePlan(text, 'plans/desk.yaml');
      const expected = errors.map((error) => ({ file: 'plans/desk.yaml', ...error }));
      assert.deepEqual('errors' in parsed ? parsed.errors : [], expected);
    });
  }
}

test('the shop plan compiles to what the functions read', () => {
  const expected = JSON.parse(readFileSync(new URL('cases/shop.plan.json', import.meta.url), 'utf8'));
  const { hash, ...plan } = planOf(committed('shop'));
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.deepEqual(plan, expected);
});

test('what a plan does not say has its documented default', () => {
  const plan = planOf(committed('minimal'));
  assert.deepEqual(plan.objectives, { tier: 'normal', rtoSeconds: 14_400, rpoSeconds: 86_400 });
  assert.deepEqual(
    { ...plan.trigger, signals: plan.trigger.signals.probes },
    {
      mode: 'approve',
      signals: { url: 'https://minimal.example.com/healthz' },
      quorum: 2,
      confirmSeconds: 60,
      activePeriodSeconds: 21_600,
      approval: { people: 1, boundSeconds: 3600 },
    },
  );
  assert.deepEqual(plan.servers[0], {
    name: 'app',
    source: { kind: 'start', tags: { App: 'minimal', Role: 'app' }, orElse: 'fail', types: [], subnets: [] },
    agentBoundSeconds: 300,
    boundSeconds: 900,
  });
  assert.equal(plan.verify[0]?.boundSeconds, 600);
  const [item] = plan.traffic;
  assert.ok(item?.via === 'record');
  assert.equal(item.record.ttlSeconds, 60);
  assert.deepEqual(
    [plan.drill.schedules, plan.drill.userData, plan.drill.maxDurationSeconds, plan.maxDurationSeconds],
    [[], 'none', 7_200, 14_400],
  );
  assert.deepEqual([plan.drill.atTime, plan.drill.timeZone], ['09:00', 'UTC']);
});

test('each item has its documented default', () => {
  const plan = planOf(
    goodPlan
      .replace('    maxLag: 5m\n    backupRetention: 7\n', '')
      .replace('reload: { document: desk-reload, servers: [web, mail] }', 'reload: { document: desk-reload }')
      .replace('      count: 1\n', '')
      .replace(', required: false', ''),
  );
  const { maxLagSeconds, backupRetentionDays, boundSeconds, drill } = plan.databases[0]!;
  assert.deepEqual(
    [maxLagSeconds, backupRetentionDays, boundSeconds, drill],
    [300, 7, 2_700, { snapshot: 'newest' }],
  );
  assert.deepEqual(plan.reload, { document: 'desk-reload', servers: ['mail', 'web'], boundSeconds: 600 });
  const [mail] = plan.servers;
  assert.equal(mail?.source.kind === 'launch' && mail.source.count, 1);
  const { each, volumeType, boundSeconds: volumeBound } = plan.volumes[0]!;
  assert.deepEqual([each, volumeType, volumeBound, plan.fence?.required], [false, 'gp3', 600, false]);
});

test('a tier gives the objectives that the plan leaves out, and keeps what it says', () => {
  const objectives = (written: string) =>
    planOf(
      goodPlan.replace('{ tier: important, rto: 30m, rpo: 5m }', written).replace('    maxLag: 5m\n', ''),
    ).objectives;
  assert.deepEqual(objectives('{ tier: critical }'), { tier: 'critical', rtoSeconds: 900, rpoSeconds: 60 });
  assert.deepEqual(objectives('{ tier: important }'), {
    tier: 'important',
    rtoSeconds: 3_600,
    rpoSeconds: 900,
  });
  assert.deepEqual(objectives('{ tier: normal, rpo: 1h }'), {
    tier: 'normal',
    rtoSeconds: 14_400,
    rpoSeconds: 3_600,
  });
});

test('a long RTO lengthens the recovery that serves it', () => {
  const text = goodPlan.replace('rto: 30m', 'rto: 12h');
  assert.equal(planOf(text).maxDurationSeconds, 43_200);
});

test('a volume that is mounted inside another comes after it, whatever their names', () => {
  const paths = planOf(goodPlan).volumes.map(({ name, mount }) => [name, mount?.path]);
  assert.deepEqual(paths, [
    ['spool', '/srv/spool'],
    ['index', '/srv/spool/index'],
  ]);
});

test('one name may be moved in two zones, a public and a private one', () => {
  const record =
    '  - record: { zone: Z9876543210, name: desk.example.com, type: CNAME, value: dr.internal.example.com }\n';
  assert.equal(planOf(goodPlan.replace('drill:\n', `${record}drill:\n`)).traffic.length, 2);
});

test('an anchor may be used again within reason', () => {
  const text = goodPlan
    .replace('{ App: desk, Role: web }', '&web { App: desk, Role: web }')
    .replace('{ App: desk }', '*web');
  const before = goodPlan
    .replace('{ App: desk }', '&web { App: desk, Role: web }')
    .replace('tags: { App: desk, Role: web }', 'tags: *web');
  assert.deepEqual(planOf(before).fence?.instances?.tags, { App: 'desk', Role: 'web' });
  assert.ok('errors' in parsePlan(text, 'plan.yaml'), 'an alias before its anchor means nothing');
});

test('the hash is of what the plan means, not of how it is written', () => {
  const { hash } = planOf(goodPlan);
  const [, web = '', mail = ''] = /( {2}web:\n(?: {4}.*\n)+)( {2}mail:\n(?: {4}.*\n)+)/.exec(goodPlan) ?? [];
  assert.equal(planOf(goodPlan.replace(web + mail, mail + web)).hash, hash, 'the order of servers');
  assert.equal(
    planOf(`# a comment\n${goodPlan.replace('rto: 30m', 'rto: 1800s')}`).hash,
    hash,
    'comments and units',
  );
  assert.equal(planOf(goodPlan.replace('ttl: 60\n', 'ttl: 60 # seconds\n')).hash, hash);
  assert.notEqual(planOf(goodPlan.replace('ttl: 60', 'ttl: 61')).hash, hash, 'one second');
});

test('a compiled plan survives JSON, which carries it to the functions', () => {
  const plan = planOf(goodPlan);
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

test('a file far longer than a plan is refused unread', () => {
  const charactersMax = 262_144;
  assert.ok('plan' in parsePlan(goodPlan.padEnd(charactersMax, '#'), 'plan.yaml'));
  assert.deepEqual(parsePlan(goodPlan.padEnd(charactersMax + 1, '#'), 'plan.yaml'), {
    errors: [
      {
        file: 'plan.yaml',
        line: 1,
        path: '',
        message: 'the file has 262145 characters; a plan has at most 262144',
        fix: 'split the plan',
      },
    ],
  });
});

test('a file that unfolds to more than a plan can be is told that, and nothing else', () => {
  const exceeds = 'the file unfolds to more than 20000 values or 40 levels';
  const values = (count: number) => messagesOf(`# many\nplan: [${'x,'.repeat(count - 2)}]\n`);
  const levels = (count: number) => messagesOf(`# deep\nplan: ${'['.repeat(count)}${']'.repeat(count)}\n`);
  for (const most of [values(20_000), levels(40)]) {
    assert.ok(most.length > 1 && !most.includes(exceeds), most.join('\n'));
  }
  assert.deepEqual([values(20_001), levels(41)], [[exceeds], [exceeds]]);
});

test('a file whose brackets never end is told to nest less deeply', () => {
  const parsed = parsePlan('['.repeat(50_000), 'plan.yaml');
  assert.deepEqual('errors' in parsed && parsed.errors.map(({ line, fix }) => [line, fix]), [
    [1, 'nest less deeply'],
  ]);
});

test('a path has the line of its key, or of the map that lacks it', () => {
  const lineNumber = (piece: string) => goodPlan.split(piece)[0]!.split('\n').length;
  assert.equal(
    lineOf(goodPlan, ['volumes', 'index', 'mount', 'path']),
    lineNumber('mount: { path: /srv/spool/index'),
  );
  assert.equal(lineOf(goodPlan, ['traffic', 0, 'record', 'ttl']), lineNumber('ttl: 60'));
  assert.equal(lineOf(goodPlan, ['drill', 'timeZone']), lineNumber('drill:\n  schedules'));
  assert.equal(lineOf(goodPlan, []), 1);
  assert.equal(lineOf('plan: "desk', ['plan']), 1);
});

function messagesOf(text: string): readonly string[] {
  const parsed = parsePlan(text, 'plan.yaml');
  return 'errors' in parsed ? parsed.errors.map(({ message }) => message) : [];
}
