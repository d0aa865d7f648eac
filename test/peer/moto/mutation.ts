import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { mutants } from '../../mutants/mutants.ts';
import { readTable } from '../../mutants/table.ts';
import { made, scenarios } from './mutants.ts';
import { startPeers } from './peer.ts';

/** One test for each mutant of these scenarios: the scenario is played with it, and the witness that the table names must fail. */
export function testMutants(chosen: ReadonlySet<string>): void {
  const rows = readTable().flatMap(({ mutant, peers }) => {
    const [name = ''] = peers?.split(':') ?? [];
    return peers !== null && chosen.has(name)
      ? [{ mutant, caughtBy: peers, scenario: scenarios.get(name)! }]
      : [];
  });
  test('the mutants', { concurrency: false }, async (t) => {
    const peers = await startPeers();
    const directory = await mkdtemp(join(tmpdir(), 'lifeboat-mutants-'));
    t.after(async () => {
      await peers.close();
      await rm(directory, { recursive: true, force: true });
    });
    for (const { mutant, caughtBy, scenario } of rows) {
      await t.test(`${mutant}: caught`, async () => {
        const breakage = mutants[mutant] ?? assert.fail(`there is no mutant ${mutant}`);
        const options = await made(breakage, join(directory, mutant.replaceAll(' ', '-')));
        const peer = await peers.open({ ...scenario.options, ...options });
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
