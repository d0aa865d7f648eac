import assert from 'node:assert/strict';
import test from 'node:test';
import type { ObservedCommand } from '../../recovery/observed.ts';
import { commandNeed, type SentCommand } from '../../recovery/steps/commands.ts';
import { runCases } from '../cases.ts';

const now = '2026-03-02T09:00:00.000Z';
const sentBase: SentCommand = {
  commandId: 'c-1',
  instanceIds: ['i-1'],
  sentAt: '2026-03-02T08:59:55Z',
  tries: 1,
};
const run = (parts: Partial<ObservedCommand>): ObservedCommand => ({
  commandId: 'c-1',
  instanceId: 'i-1',
  status: 'Pending',
  statusDetail: 'Pending',
  ...parts,
});

runCases<{ sent?: Partial<SentCommand>; seen: Partial<ObservedCommand>[] }>(
  new URL('cases/commands.json', import.meta.url),
  ({ sent, seen }) => commandNeed(sent && { ...sentBase, ...sent }, seen.map(run), now),
);

test('a purpose with no limit of tries is tried as long as its step may work', () => {
  const sent = { ...sentBase, tries: 40, sentAt: '2026-03-02T08:59:00Z' };
  const need = commandNeed(sent, [run({ status: 'Failed' })], now, Number.POSITIVE_INFINITY);
  assert.deepEqual(need, { kind: 'send', tries: 41 });
});
