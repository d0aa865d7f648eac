import assert from 'node:assert/strict';
import test from 'node:test';
import type { ObservedInstance, ObservedVolume } from '../../recovery/observed.ts';
import { namesOf, planCleanup } from '../../recovery/steps/cleanup.ts';
import { differences, fingerprint, type LiveState } from '../../recovery/steps/fingerprint.ts';
import { isolationProblem } from '../../recovery/steps/preflight.ts';
import { resolveSettings } from '../../recovery/steps/settings.ts';
import { shopPlan } from './plans.ts';

const instance = (id: string, state: ObservedInstance['state']): ObservedInstance => ({
  id,
  imageId: 'a',
  type: 't',
  zone: 'z',
  subnet: 's',
  state,
  securityGroups: [],
  launchedAt: '',
  tags: {},
});
const volume = (id: string, state: ObservedVolume['state']): ObservedVolume => ({
  id,
  zone: 'z',
  state,
  tags: {},
});
const database = (status: string) => ({
  id: 'copy',
  arn: '',
  status,
  class: '',
  securityGroups: [],
  backupRetentionDays: 0,
  multiAz: false,
  tags: {},
});
const none = { instances: [], volumes: [], databases: [], parameters: [] };

test('clean-up terminates all instances in one call, those on their way out excepted', () => {
  const instances = [
    instance('i-1', 'running'),
    instance('i-2', 'stopped'),
    instance('i-3', 'shutting-down'),
    instance('i-4', 'terminated'),
  ];
  assert.deepEqual(planCleanup({ ...none, instances }), [{ kind: 'terminate', instances: ['i-1', 'i-2'] }]);
});

test('clean-up deletes a volume only when nothing holds it', () => {
  const volumes = [
    volume('vol-1', 'in-use'),
    volume('vol-2', 'available'),
    volume('vol-3', 'deleting'),
    volume('vol-4', 'error'),
  ];
  assert.deepEqual(
    planCleanup({ ...none, volumes }).map((action) => 'volume' in action && action.volume),
    ['vol-2', 'vol-4'],
  );
});

test('clean-up deletes a copy of a database once', () => {
  assert.deepEqual(planCleanup({ ...none, databases: [database('available')] }), [
    { kind: 'deleteDatabase', database: 'copy' },
  ]);
  assert.deepEqual(planCleanup({ ...none, databases: [database('deleting')] }), []);
});

test('clean-up deletes parameters ten at a time, as Systems Manager takes them', () => {
  const parameters = Array.from({ length: 23 }, (_, i) => `/p/${i}`);
  assert.deepEqual(
    planCleanup({ ...none, parameters }).map((action) => 'names' in action && action.names.length),
    [10, 10, 3],
  );
});

test('what is terminated counts as gone, what is still deleting does not', () => {
  const left = {
    ...none,
    instances: [instance('i-1', 'terminated'), instance('i-2', 'shutting-down')],
    databases: [database('deleting')],
  };
  assert.deepEqual(
    namesOf(left, 'r').map((name) => name.id),
    ['i-2', 'copy'],
  );
});

const live: LiveState = {
  instances: [instance('i-1', 'stopped')],
  databases: [{ ...database('available'), source: 'arn:primary', backupRetentionDays: 1 }],
  records: [{ name: 'app.', type: 'CNAME', ttlSeconds: 60, values: ['old'] }],
  settings: { '/shop/orders/endpoint': 'primary' },
  targets: { 'shop-web': ['i-1'] },
};

const changes: readonly (readonly [string, LiveState])[] = [
  ['a standing server that was started', { ...live, instances: [instance('i-1', 'running')] }],
  [
    'a standing server that was tagged',
    { ...live, instances: [{ ...instance('i-1', 'stopped'), tags: { a: 'b' } }] },
  ],
  ['a standing server that is gone', { ...live, instances: [] }],
  [
    'a replica that was promoted',
    { ...live, databases: [{ ...database('available'), backupRetentionDays: 1 }] },
  ],
  [
    'a replica whose backups were changed',
    { ...live, databases: [{ ...database('available'), source: 'arn:primary', backupRetentionDays: 7 }] },
  ],
  [
    'a live record that points elsewhere',
    { ...live, records: [{ name: 'app.', type: 'CNAME', ttlSeconds: 60, values: ['new'] }] },
  ],
  ['a live setting that was written', { ...live, settings: { '/shop/orders/endpoint': 'copy' } }],
  ['a target group that got a copy', { ...live, targets: { 'shop-web': ['i-1', 'i-copy'] } }],
];

for (const [what, after] of changes) {
  test(`a sweep sees ${what}`, () => {
    assert.equal(differences(fingerprint(live), fingerprint(live)).length, 0);
    assert.ok(differences(fingerprint(live), fingerprint(after)).length > 0);
  });
}

test('a replica that is backing up is no change: it does that by itself', () => {
  const after = { ...live, databases: live.databases.map((one) => ({ ...one, status: 'backing-up' })) };
  assert.deepEqual(differences(fingerprint(live), fingerprint(after)), []);
});

test('a fingerprint never shows the value of a setting', () => {
  assert.doesNotMatch(JSON.stringify(fingerprint(live)), /:"primary"/);
});

test('a drill subnet that leads out is refused, with the route', () => {
  const problem = isolationProblem(['subnet-1'], {
    found: [{ subnet: 'subnet-1', what: 'the route 0.0.0.0/0 through igw-1' }],
    absent: [],
  });
  assert.equal(problem?.code, 'DrillNetworkOpen');
  assert.match(problem?.reason ?? '', /igw-1/);
});

test('a drill subnet that is not there is refused; one that leads nowhere is fine', () => {
  assert.equal(
    isolationProblem(['subnet-1'], { found: [], absent: ['subnet-1'] })?.code,
    'DrillSubnetAbsent',
  );
  assert.equal(isolationProblem(['subnet-1'], { found: [], absent: [] }), undefined);
});

test('settings are written below the prefix of a drill, with their references filled in', () => {
  const resolved = resolveSettings(shopPlan(), '/lifeboat/drill/x', {
    'databases.orders.endpoint': 'copy.example',
  });
  assert.deepEqual(resolved, {
    settings: [{ parameter: '/lifeboat/drill/x/shop/orders/endpoint', value: 'copy.example' }],
    missing: [],
  });
});

test('a reference without a value is named, never written as it stands', () => {
  assert.deepEqual(resolveSettings(shopPlan(), '', {}).missing, ['databases.orders.endpoint']);
});
