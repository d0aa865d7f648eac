import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { badPlans } from '../plan/cases.ts';
import { run, scratch, scratchFile } from './run.ts';

const kinds = ['yaml', 'form', 'bounds', 'meaning', 'together'];
const tables = kinds.map((kind) => ({ kind, plans: badPlans(kind) }));

test('there are plans enough to go wrong in many ways', () => {
  assert.ok(tables.flatMap(({ plans }) => plans).length >= 50);
});

for (const { kind, plans } of tables) {
  test(`each bad plan of the table ${kind} ends 1 with file, line and fix of each mistake, and nothing is run`, async () => {
    for (const [i, { name, text, errors }] of plans.entries()) {
      const file = scratchFile(`${kind}-${i}.yaml`, text);
      const out = join(scratch, `out-${kind}-${i}`);
      const { exitCode, stdout, stderr } = await run('drill', file, '--json', '--out', out);
      assert.equal(exitCode, 1, `${name}\n${stderr}`);
      assert.equal(stdout, '', name);
      assert.ok(!existsSync(out), name);
      for (const { line, message, fix } of errors) {
        const mistake = stderr
          .split('\n')
          .find((said) => said.startsWith(`${file}:${line}: `) && said.includes(message));
        assert.ok(mistake, `${name}: line ${line}: ${message}\n${stderr}`);
        assert.ok(stderr.includes(`fix: ${fix}`), `${name}: ${fix}\n${stderr}`);
      }
      const count = errors.length === 1 ? '1 mistake in the plan' : `${errors.length} mistakes in the plan`;
      assert.ok(stderr.endsWith(`${count}; nothing was run\n`), `${name}\n${stderr}`);
    }
  });
}
