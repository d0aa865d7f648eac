import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

/** One row of a table: what is given, what must come of it, and a sentence that says why. */
export interface Case<Given, Expected> {
  readonly name: string;
  readonly given: Given;
  readonly expect: Expected;
}

/** Runs every row of a JSON table; `expect` names the members that matter, others may be there. */
export function runCases<Given>(file: URL, run: (given: Given) => unknown): void {
  const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Case<Given, unknown>[];
  assert.ok(rows.length > 0, 'a table without rows asserts nothing');
  for (const row of rows) {
    test(row.name, () => {
      const actual = JSON.parse(JSON.stringify(run(row.given) ?? null));
      assert.partialDeepStrictEqual(actual, row.expect);
    });
  }
}
