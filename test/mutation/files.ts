import { globSync } from 'node:fs';
import { root } from '../../stack/places.ts';

/** Files that are mutated together, and the test files that are asked about them. */
export interface Part {
  readonly name: string;
  readonly has: (file: string) => boolean;
  readonly testFiles: readonly string[];
}

const isOfPlan = (file: string) => file.startsWith('recovery/plan/');

/**
 * Nearly every test reads a plan first, and would be asked about each mutant of the parser: of that, only the parser's own
 * tests are asked, but for those that throw any text at it.
 */
export const parts: readonly Part[] = [
  {
    name: 'rest',
    has: (file) => !isOfPlan(file),
    testFiles: ['test/recovery/*.test.ts', 'test/events/{health,members,own,parsing,passed-on}.test.ts'],
  },
  {
    name: 'plan',
    has: isOfPlan,
    testFiles: ['test/plan/{claims,durations,order,parse,patterns,schema}.test.ts'],
  },
];

/** Every file that is mutated, below the root, in order. */
export function mutatedFiles(): readonly string[] {
  return globSync('recovery/**/*.ts', { cwd: root }).sort();
}
