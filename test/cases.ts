import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

/** One row of a table: what is given, what must come of it, and a sentence that says why. */
export interface Case<Given, Expected> {
  readonly name: string;
  readonly given: Given;
  readonly expect: Expected;
}

/** Runs every row of a JSON table; `expect` names the members that matter, others may be there, and whole lists. */
export function runCases<Given>(file: URL, run: (given: Given) => unknown): void {
  const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Case<Given, unknown>[];
  assert.ok(rows.length > 0, 'a table without rows asserts nothing');
  for (const row of rows) {
    test(row.name, () => {
      const actual = JSON.parse(JSON.stringify(run(row.given) ?? null));
      assert.partialDeepStrictEqual(actual, row.expect);
      assert.deepEqual(lengthsIn(actual, row.expect), lengthsIn(row.expect, row.expect), 'lists are whole');
    });
  }
}

/** How long each list is that is expected, in order; to a comparison of parts, an empty list is part of any. */
function lengthsIn(value: unknown, expected: unknown): readonly number[] {
  if (Array.isArray(expected)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    return [list.length, ...expected.flatMap((one, i) => lengthsIn(list[i], one))];
  }
  if (typeof expected !== 'object' || expected === null) return [];
  const members = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(expected).flatMap(([name, one]) => lengthsIn(members[name], one));
}
