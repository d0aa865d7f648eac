import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import table from '../../mutants.json' with { type: 'json' };
import { mutants } from './mutants.ts';
import { startPeers } from './peer.ts';

/** One test for each mutant of these scenarios: the scenario is played with it, and the witness that the table names must fail. */
export function testMutants(scenarios: ReadonlySet<string>): void {
  const chosen = table.filter(({ mutant }) => scenarios.has(mutants[mutant]?.scenario.name ?? ''));
  test('the mutants', { concurrency: false }, async (t) => {
    const peers = await startPeers();
    const directory = await mkdtemp(join(tmpdir(), 'lifeboat-mutants-'));
    t.after(async () => {
      await peers.close();
      await rm(directory, { recursive: true, force: true });
    });
    for (const { mutant, peers: caughtBy } of chosen) {
      await t.test(`${mutant}: caught`, async () => {
        const { scenario, make } = mutants[mutant] ?? assert.fail(`there is no mutant ${mutant}`);
        const made = await make(join(directory, mutant.replaceAll(' ', '-')));
        const peer = await peers.open({ ...scenario.options, ...made });
        const found = await scenario.run(peer);
        const failed = [...found].filter(([, error]) => error !== undefined);
        for (const [says, error] of failed)
          assert.ok(error instanceof assert.AssertionError, `${says}: ${error} is no judgement`);
        const names = failed.map(([says]) => `${scenario.name}: ${says}`);
        assert.ok(
          names.includes(caughtBy),
          `not caught by "${caughtBy}", but by: ${names.join(' | ') || 'nothing'}`,
        );
      });
    }
  });
}
