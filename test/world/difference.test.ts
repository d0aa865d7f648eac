import assert from 'node:assert/strict';
import test from 'node:test';
import { diffInventories, type InventoryItem } from '../../simulator/world/difference.ts';

const instance: InventoryItem = {
  region: 'ap-northeast-1',
  type: 'instance',
  id: 'i-1',
  attributes: { state: 'stopped', tags: { App: 'shop' }, securityGroupIds: ['sg-1'] },
};

test('two equal inventories differ in nothing, in whatever order their members stand', () => {
  const shuffled = {
    ...instance,
    attributes: { tags: { App: 'shop' }, securityGroupIds: ['sg-1'], state: 'stopped' },
  };
  assert.deepEqual(diffInventories([instance], [shuffled]), { created: [], deleted: [], changed: [] });
});

test('a changed attribute is named by its path, with what it was and what it is', () => {
  const after = {
    ...instance,
    attributes: { state: 'running', tags: { App: 'shop', X: '1' }, securityGroupIds: [] },
  };
  const resource = { region: 'ap-northeast-1', type: 'instance', id: 'i-1' };
  assert.deepEqual(diffInventories([instance], [after]).changed, [
    { resource, path: 'securityGroupIds', before: ['sg-1'], after: [] },
    { resource, path: 'state', before: 'stopped', after: 'running' },
    { resource, path: 'tags.X', before: undefined, after: '1' },
  ]);
});

test('the same id in another Region or of another type is another resource', () => {
  const elsewhere = { ...instance, region: 'us-west-2' };
  const { created, deleted, changed } = diffInventories([instance], [elsewhere]);
  assert.deepEqual(created, [{ region: 'us-west-2', type: 'instance', id: 'i-1' }]);
  assert.deepEqual(deleted, [{ region: 'ap-northeast-1', type: 'instance', id: 'i-1' }]);
  assert.deepEqual(changed, []);
});
