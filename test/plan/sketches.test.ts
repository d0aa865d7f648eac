/** What is said of parts of a plan of which only some is written, or known: every word, and nothing on suspicion. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { drillChecks } from '../../recovery/plan/mistakes/drill.ts';
import { limitChecks } from '../../recovery/plan/mistakes/limits.ts';
import { serverChecks } from '../../recovery/plan/mistakes/servers.ts';
import { volumeChecks } from '../../recovery/plan/mistakes/volumes.ts';
import type { Check } from '../../recovery/plan/references.ts';

type Draft = Parameters<Check>[0];

const said = (checks: readonly Check[], draft: unknown) =>
  checks
    .flatMap((check) => [...check(draft as Draft)])
    .map(({ path, message, fix }) => `${path.join('.')}: ${message}; ${fix}`);
const ofServer = (server: object) => said(serverChecks, { servers: { web: server } });
const ofVolumes = (volumes: object, servers?: object) =>
  said(volumeChecks, { volumes, ...(servers && { servers }) });

const start = { tags: { App: 'desk' } };
const launch = { template: 'desk' };

test('a server comes from one place', () => {
  assert.deepEqual(ofServer({ start }), []);
  assert.deepEqual(ofServer({ launch }), []);
  assert.deepEqual(ofServer({}), [
    'servers.web: nothing says where this server comes from; add start or launch',
  ]);
  assert.deepEqual(ofServer({ start, launch }), [
    'servers.web.launch: a server is started or launched, not both; remove start or launch',
  ]);
  assert.deepEqual(ofServer({ start: undefined }), [], 'what is written there is told already');
  assert.deepEqual(ofServer({ launch: undefined }), []);
});

test('what is launched has its keys below launch, and what is started beside start', () => {
  const keys = { types: ['m7g.large'], subnets: ['subnet-1'], targetGroup: 'web' };
  assert.deepEqual(ofServer({ launch, ...keys, orElse: 'launch' }), [
    'servers.web.types: "types" belongs to launch here; move it to servers.web.launch.types',
    'servers.web.subnets: "subnets" belongs to launch here; move it to servers.web.launch.subnets',
    'servers.web.targetGroup: "targetGroup" belongs to launch here; move it to servers.web.launch.targetGroup',
    'servers.web.orElse: "orElse" is for servers that are started; remove it',
  ]);
  assert.deepEqual(ofServer({ start, ...keys, orElse: 'launch' }), []);
  assert.deepEqual(ofServer({ start, launch, types: ['m7g.large'] }).length, 1, 'nobody knows which it is');
});

test('subnets of a started server are for copies, where copies may be launched', () => {
  const useless =
    'servers.web.subnets: no copy is launched without orElse: launch; add orElse: launch, or remove subnets';
  const subnets = ['subnet-1'];
  assert.deepEqual(ofServer({ start, subnets }), [useless]);
  assert.deepEqual(ofServer({ start, subnets, orElse: 'fail' }), [useless]);
  assert.deepEqual(ofServer({ start, subnets, orElse: 'launch' }), []);
  assert.deepEqual(
    ofServer({ start, subnets, orElse: undefined }),
    [],
    'what is written there is told already',
  );
});

test('a launch has a template, or a type and a subnet', () => {
  const [type, subnet] = [
    'servers.web.launch: neither a template nor types tell the instance type; add template, or types',
    'servers.web.launch: without a template or subnets EC2 would take the default VPC; add template, or subnets',
  ];
  const [types, subnets] = [['m7g.large'], ['subnet-1']];
  assert.deepEqual(ofServer({ launch: {} }), [type, subnet]);
  assert.deepEqual(ofServer({ launch: { types } }), [subnet]);
  assert.deepEqual(ofServer({ launch: { subnets } }), [type]);
  assert.deepEqual(ofServer({ launch: { types, subnets } }), []);
  assert.deepEqual(ofServer({ launch: { template: 'desk' } }), []);
  assert.deepEqual(ofServer({ launch: { template: undefined } }), []);
});

test('two groups of servers are told apart by tags of which none contains the other', () => {
  const groups = (...tags: readonly object[]) =>
    said(serverChecks, {
      servers: Object.fromEntries(tags.map((each, n) => [`s${n}`, { start: { tags: each } }])),
    });
  const same = (later: string, earlier: string) =>
    `servers.${later}.start.tags: these tags and those of servers.${earlier} choose the same servers; add a tag with different values to both, such as Role`;
  assert.deepEqual(groups({ App: 'a', Role: 'x' }, { App: 'a', Role: 'y' }), []);
  assert.deepEqual(groups({ App: 'a', Role: 'x' }, { App: 'a' }), [same('s1', 's0')]);
  assert.deepEqual(groups({ App: 'a' }, { App: 'b' }, { App: 'a', Role: 'x' }), [same('s2', 's0')]);
  assert.deepEqual(groups({ App: undefined }, { App: 'a' }), [], 'a value that is no good is told already');
  assert.deepEqual(groups({ App: undefined, Role: 'x' }, { App: undefined, Role: 'x' }), []);
});

const at = (device: string | undefined, path?: string, server = 'web') => ({
  attach: { server, device },
  ...(path !== undefined && { mount: { path } }),
});

test('a device and a path are of one volume, on one server', () => {
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf', '/srv/a'), b: at('/dev/sdg', '/srv/b') }), []);
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf', '/srv/a'), b: at('/dev/xvdf', '/srv/a') }), [
    'volumes.b.attach.device: /dev/xvdf is taken by volumes.a on the same server; choose another device, such as /dev/sdg',
    'volumes.b.mount.path: /srv/a is taken by volumes.a on the same server; choose another path',
  ]);
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf', '/srv/a'), b: at('/dev/sdf', '/srv/a', 'mail') }), []);
  assert.deepEqual(ofVolumes({ a: at(undefined), b: at(undefined), c: {}, d: { attach: {} } }), []);
});

test('no volume is mounted over the operating system, nor below what the kernel keeps', () => {
  const of = (path: string) => ofVolumes({ a: at('/dev/sdf', path) });
  const taken = (path: string) => [
    `volumes.a.mount.path: ${path} belongs to the operating system; mount it elsewhere, such as /srv/data`,
  ];
  const all = 'bin boot dev etc lib lib32 lib64 proc root run sbin sys usr var'.split(' ');
  for (const name of all) assert.deepEqual(of(`/${name}`), taken(`/${name}`));
  for (const name of ['dev', 'proc', 'run', 'sys']) assert.deepEqual(of(`/${name}/x`), taken(`/${name}/x`));
  for (const path of ['/srv', '/data', '/var/lib/x', '/usr/local', '/opt', '/devs'])
    assert.deepEqual(of(path), [], path);
  assert.deepEqual(ofVolumes({ a: { attach: { server: 'web', device: '/dev/sdf' }, mount: {} } }), []);
});

test('a volume goes to one instance, unless the plan says that each gets one', () => {
  const servers = (count?: number) => ({ web: { launch: { ...(count !== undefined && { count }) } } });
  const many = (count: number) => [
    `volumes.a.attach.server: servers.web has ${count} instances and a volume goes to one; add each: true to volumes.a, or write count: 1`,
  ];
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf') }, servers(3)), many(3));
  assert.deepEqual(ofVolumes({ a: { ...at('/dev/sdf'), each: false } }, servers(2)), many(2));
  assert.deepEqual(ofVolumes({ a: { ...at('/dev/sdf'), each: true } }, servers(3)), []);
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf') }, servers(1)), []);
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf') }, servers()), []);
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf') }, { web: { start } }), []);
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf') }, { mail: { launch: { count: 3 } } }), []);
  assert.deepEqual(ofVolumes({ a: {} }, servers(3)), []);
  assert.deepEqual(ofVolumes({ a: at('/dev/sdf') }), []);
});

test('no bound is longer than the recovery, wherever it is written', () => {
  const bounds = (bound: string) => ({
    objectives: { rto: '1h', rpo: '5m' },
    maxDuration: '2h',
    databases: { orders: { bound } },
    servers: { web: { bound } },
    volumes: { data: { bound } },
    reload: { bound },
    verify: [{ bound: '1m' }, { bound }],
    trigger: { approval: { within: bound } },
  });
  const late = (path: string) =>
    `${path}: the recovery is ended after 2h, before this bound of 2h1s; write 2h or less, or a longer maxDuration for the plan`;
  assert.deepEqual(said(limitChecks, bounds('2h')), []);
  assert.deepEqual(
    said(limitChecks, bounds('2h1s')),
    [
      'databases.orders.bound',
      'servers.web.bound',
      'volumes.data.bound',
      'reload.bound',
      'verify.1.bound',
      'trigger.approval.within',
    ].map(late),
  );
});

test('a lag and a TTL may be as long as the objective that they are held against, and no longer', () => {
  const limits = (maxLag: string | undefined, ttl: number | undefined) =>
    said(limitChecks, {
      objectives: { rto: '1h', rpo: '5m' },
      databases: { orders: { maxLag } },
      traffic: [{ record: { ttl } }],
    });
  assert.deepEqual(limits('5m', 3600), []);
  assert.deepEqual(limits(undefined, undefined), []);
  assert.deepEqual(limits('5m1s', 3601), [
    'databases.orders.maxLag: a lag of 5m1s would be promoted although the RPO is 5m; write 5m or less, or a longer rpo',
    'traffic.0.record.ttl: resolvers would keep the old answer for 1h1s, longer than the RTO of 1h; write 60, and lower the TTL of the record that stands now too',
  ]);
});

test("what is run on a drill's copies needs a profile for them", () => {
  const needs = (draft: object) =>
    said(drillChecks, draft)
      .filter((each) => each.startsWith('drill.instanceProfile'))
      .map((each) =>
        each.replace(
          /^.*?: (.*) needs Systems Manager, and a drill's copies have no instance profile; add .*$/,
          '$1',
        ),
      );
  assert.deepEqual(needs({ volumes: { data: { mount: { path: '/srv' } } } }), ['the mount of volumes.data']);
  assert.deepEqual(needs({ volumes: { data: {} } }), []);
  assert.deepEqual(needs({ reload: { document: 'x' } }), ['reload']);
  assert.deepEqual(needs({ verify: [{ http: 'https://x/' }, { inside: { server: 'web' } }] }), [
    'verify from inside',
  ]);
  assert.deepEqual(needs({ verify: [{ http: 'https://x/' }] }), []);
  assert.deepEqual(needs({ reload: {}, drill: { instanceProfile: 'x' } }), []);
  assert.deepEqual(needs({ reload: {}, drill: undefined }), [], 'what is written there is told already');
});
