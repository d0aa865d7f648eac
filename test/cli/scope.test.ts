import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readEvidence } from '../../report/evidence.ts';
import { run, scratch } from './run.ts';

test('a restore drill says how old the backups are, judges no objective, and how to run it again', async () => {
  const out = join(scratch, 'restored');
  const args = ['--scope', 'restore', '--seed', '7', '--out', out];
  const { exitCode, stdout, stderr } = await run('drill', 'shop', ...args, '--json');
  assert.equal(exitCode, 0, stderr);
  const summary = JSON.parse(stdout);
  assert.deepEqual([summary.outcome, summary.objectives.met, summary.rtoSeconds], ['drilled', null, null]);
  assert.match(summary.reason, /^a restore drill restores the newest backups and launches no server/);
  assert.deepEqual([summary.leaks, summary.violations], [[], []]);
  const evidence = readEvidence(readFileSync(join(out, summary.recovery, 'evidence.json'), 'utf8'));
  assert.equal(evidence.scope, 'restore');
  assert.equal(evidence.repeat, 'npm run -s lifeboat -- drill shop --seed 7 --scope restore');
  const databases = evidence.dataLoss.find(({ item }) => item === 'databases.orders');
  assert.equal(summary.rpoSeconds, databases?.mostSeconds);
  assert.ok(summary.rpoSeconds >= 3 * 3600, 'the snapshot is three hours old');
});
