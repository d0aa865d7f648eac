import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { sweepParts } from '../../drill/sweep/case.ts';
import { casesOf } from '../../drill/sweep/cases.ts';
import { countsOf, type Recording } from '../../drill/sweep/record.ts';
import { minimalSwept, recorded, swept } from './swept.ts';

const page = readFileSync(new URL('../../docs/sweeps.md', import.meta.url), 'utf8');

/** The line of the page's table for one recorded run. */
function lineOf(plan: string, kind: string, recording: Recording): string {
  const { calls, invocations, distinct } = countsOf(recording);
  const cases = casesOf(recording, { isAll: false });
  const parts = sweepParts.map((part) => cases.filter((each) => each.part === part).length);
  const all = casesOf(recording, { isAll: true }).length;
  const counts = [calls, invocations, distinct, ...parts, cases.length, all];
  return `| \`${plan}\`, ${kind} | ${counts.map((count) => count.toLocaleString('en-US')).join(' | ')} |`;
}

for (const [plan, rehearsals] of [
  ['shop', swept],
  ['minimal', minimalSwept],
] as const)
  for (const kind of ['failover', 'drill'] as const)
    test(`the page says how large the sweep of a ${kind} of ${plan} is`, async () => {
      const line = lineOf(plan, kind, await recorded(rehearsals[kind]));
      assert.ok(page.includes(line), `docs/sweeps.md lacks the line\n${line}`);
    });
