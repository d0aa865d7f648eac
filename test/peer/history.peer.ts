/** Every outage of the past, replayed for every plan: about a minute. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { History } from '../../report/history.ts';
import { run, scratch } from '../cli/run.ts';
import { endOf, wantedOf } from '../history/replays.ts';

const file = join(scratch, 'history.md');
const ran = await run('history', '--json', '--page', file);

test('every plan ends as it has to, for the reasons that it has to', () => {
  assert.equal(ran.exitCode, 0, ran.stderr);
  const { outages } = JSON.parse(ran.stdout) as History;
  for (const { outage, plans } of outages)
    for (const told of plans) {
      const name = `${outage}/${told.plan}`;
      assert.deepEqual(endOf(told), wantedOf(name), `${name}: ${told.sentence}`);
    }
});

test('docs/history.md is what `lifeboat history --page` writes', () => {
  const committed = readFileSync(new URL('../../docs/history.md', import.meta.url), 'utf8');
  assert.equal(readFileSync(file, 'utf8'), committed);
});
