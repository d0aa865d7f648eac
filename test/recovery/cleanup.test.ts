/** What a drill leaves, what is taken away now, and what is told of it until it is gone. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ObservedDatabase, ObservedInstance, ObservedVolume } from '../../recovery/observed.ts';
import { type Leftovers, namesOf, planCleanup } from '../../recovery/steps/cleanup.ts';

const none: Leftovers = { instances: [], volumes: [], databases: [], parameters: [] };
const instances = (states: Readonly<Record<string, ObservedInstance['state']>>) =>
  Object.entries(states).map(([id, state]) => ({ id, state }) as ObservedInstance);
const volumes = (states: Readonly<Record<string, ObservedVolume['state']>>) =>
  Object.entries(states).map(([id, state]) => ({ id, state, zone: 'a', tags: {} }));
const databases = (states: Readonly<Record<string, string>>) =>
  Object.entries(states).map(([id, status]) => ({ id, status }) as ObservedDatabase);
const parameters = (count: number) => Array.from({ length: count }, (_, i) => `/lifeboat/drill/shop/${i}`);

test('where nothing is left nothing is done', () => {
  assert.deepEqual(planCleanup(none), []);
  assert.deepEqual(namesOf(none, 'tokyo'), []);
});

test('instances that live are terminated in one call, and those that go already are left alone', () => {
  const left = instances({
    'i-1': 'running',
    'i-2': 'shutting-down',
    'i-3': 'terminated',
    'i-4': 'stopped',
    'i-5': 'pending',
  });
  assert.deepEqual(planCleanup({ ...none, instances: left }), [
    { kind: 'terminate', instances: ['i-1', 'i-4', 'i-5'] },
  ]);
  assert.deepEqual(planCleanup({ ...none, instances: instances({ 'i-2': 'shutting-down' }) }), []);
});

test('a volume is deleted once nothing uses it', () => {
  const left = volumes({
    'vol-1': 'available',
    'vol-2': 'in-use',
    'vol-3': 'error',
    'vol-4': 'deleting',
    'vol-5': 'deleted',
    'vol-6': 'creating',
  });
  assert.deepEqual(planCleanup({ ...none, volumes: left }), [
    { kind: 'deleteVolume', volume: 'vol-1' },
    { kind: 'deleteVolume', volume: 'vol-3' },
  ]);
});

test('a database is asked to go once', () => {
  const left = databases({ one: 'available', two: 'deleting', three: 'creating' });
  assert.deepEqual(planCleanup({ ...none, databases: left }), [
    { kind: 'deleteDatabase', database: 'one' },
    { kind: 'deleteDatabase', database: 'three' },
  ]);
});

test('parameters go ten in a call, which is what Systems Manager takes', () => {
  const sizes = (count: number) =>
    planCleanup({ ...none, parameters: parameters(count) }).map((action) =>
      action.kind === 'deleteParameters' ? action.names.length : action.kind,
    );
  assert.deepEqual([sizes(1), sizes(10), sizes(11), sizes(25)], [[1], [10], [10, 1], [10, 10, 5]]);
  const names = planCleanup({ ...none, parameters: parameters(12) }).flatMap((action) =>
    action.kind === 'deleteParameters' ? action.names : [],
  );
  assert.deepEqual(names, parameters(12));
});

test('what still exists is named; what is terminated or deleted is shown for a while, and counts as gone', () => {
  const left: Leftovers = {
    instances: instances({ 'i-1': 'shutting-down', 'i-2': 'terminated' }),
    volumes: volumes({ 'vol-1': 'deleting', 'vol-2': 'deleted' }),
    databases: databases({ one: 'deleting' }),
    parameters: ['/lifeboat/drill/shop/0'],
  };
  const region = 'tokyo';
  assert.deepEqual(namesOf(left, region), [
    { region, type: 'instance', id: 'i-1' },
    { region, type: 'volume', id: 'vol-1' },
    { region, type: 'dbInstance', id: 'one' },
    { region, type: 'parameter', id: '/lifeboat/drill/shop/0' },
  ]);
});
