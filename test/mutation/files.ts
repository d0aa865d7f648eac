import { globSync } from 'node:fs';
import { root } from '../../stack/places.ts';

/** Files that are mutated together, and the test files that are asked about them. */
export interface Part {
  readonly name: string;
  readonly has: (file: string) => boolean;
  readonly testFiles: readonly string[];
}

const isOfPlan = (file: string) => file.startsWith('recovery/plan/');
const areMistakes = (file: string) => file.startsWith('recovery/plan/mistakes/');
const areNames = (file: string) => /^recovery\/plan\/(durations|nearest|patterns)\.ts$/.test(file);
const areBetweenPlans = (file: string) => /^recovery\/plan\/(claims|order|together)\.ts$/.test(file);

/**
 * Nearly every test reads a plan first, and would be asked about each mutant of the parser: of that, only the parser's own
 * tests are asked, but for those that throw any text at it; and of what has tests to itself, only these.
 */
export const parts: readonly Part[] = [
  {
    name: 'rest',
    has: (file) => !isOfPlan(file),
    testFiles: ['test/recovery/*.test.ts', 'test/events/{health,members,own,parsing,passed-on}.test.ts'],
  },
  { name: 'names', has: areNames, testFiles: ['test/plan/{durations,nearest,patterns}.test.ts'] },
  { name: 'mistakes', has: areMistakes, testFiles: ['test/plan/{addresses,parse,regions,sketches}.test.ts'] },
  { name: 'plans', has: areBetweenPlans, testFiles: ['test/plan/{claims,order,parse,together}.test.ts'] },
  {
    name: 'plan',
    has: (file) => isOfPlan(file) && ![areMistakes, areNames, areBetweenPlans].some((are) => are(file)),
    testFiles: ['test/plan/{compile,parse,schema}.test.ts'],
  },
];

/** Every file that is mutated, below the root, in order. */
export function mutatedFiles(): readonly string[] {
  return globSync('recovery/**/*.ts', { cwd: root }).sort();
}
