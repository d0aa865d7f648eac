import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../stack/places.ts';
import type { Report } from './results.ts';

/** What the test files read besides themselves, below the root: tables, plans and code that they share. */
const support = ['test/recovery/**', 'test/plan/**', 'test/events/**', 'test/*.ts', 'plans/**'];

/**
 * Takes what survived out of the state that the next run goes on from, where a table or a shared piece of the tests has
 * changed: the tester notices when a test file changes, and asks again; of a table beside it, it knows nothing.
 *
 * @param state - the tester's file of what it found; it need not be there
 */
export function askSurvivorsAgain(state: string): void {
  if (!existsSync(state)) return;
  const marker = `${state}.support`;
  const now = supportFingerprint();
  const report = JSON.parse(readFileSync(state, 'utf8')) as Report;
  const isSame = existsSync(marker) && readFileSync(marker, 'utf8') === now;
  if (!isSame) writeFileSync(state, JSON.stringify(withoutSurvivors(report)));
  writeFileSync(marker, now);
}

function withoutSurvivors(report: Report): Report {
  const files = Object.entries(report.files).map(([name, file]) => [
    name,
    {
      ...file,
      mutants: file.mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout'),
    },
  ]);
  return { ...report, files: Object.fromEntries(files) };
}

function supportFingerprint(): string {
  const contents = createHash('sha256');
  const isSupport = (file: string) => /\.(json|ya?ml|ts)$/.test(file) && !file.endsWith('.test.ts');
  for (const file of globSync([...support], { cwd: root })
    .filter(isSupport)
    .sort())
    contents.update(file).update(readFileSync(join(root, file)));
  return contents.digest('hex');
}
