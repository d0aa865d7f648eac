/**
 * Writes the parts of `docs/simulator.md` that the code itself can tell: `npm run coverage`. A test fails when they are
 * stale, so that the page never promises what the simulator does not do.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  faultTable,
  instanceDiagram,
  patternTable,
  resourceTable,
  stateTable,
  workflowTable,
} from './coverage/languages.ts';
import { bucketTable, chanceTable, distributionTable } from './coverage/numbers.ts';
import { filterTable, operationTable, refusalList } from './coverage/operations.ts';
import { readSources } from './coverage/source.ts';
import { serviceNames } from './service.ts';

export const coveragePage = join(import.meta.dirname, '../docs/simulator.md');

/** What stands between the markers of the page, by the marker's name. */
export function coverageSections(files = readSources()): ReadonlyMap<string, string> {
  return new Map([
    ...serviceNames.map((name) => [`operations ${name}`, operationTable(name, files)] as const),
    ...serviceNames.map((name) => [`refusals ${name}`, refusalList(files, name, serviceNames)] as const),
    ['refusals of the rest', refusalList(files, undefined, serviceNames)],
    ['filters ec2', filterTable(files)],
    ['instance states', instanceDiagram(files)],
    ['workflow states', stateTable()],
    ['workflow language', workflowTable()],
    ['event patterns', patternTable()],
    ['template resources', resourceTable()],
    ['distributions', distributionTable(files)],
    ['chances', chanceTable()],
    ['buckets', bucketTable(files)],
    ['faults', faultTable()],
  ]);
}

/**
 * The page with its generated parts made anew.
 * @throws Error for a marker that names no section, and for a section that the page leaves out
 */
export function withCoverage(page: string, sections = coverageSections()): string {
  const missing = new Set([...sections].filter(([, text]) => text !== '').map(([name]) => name));
  const written = page.replace(
    /(<!-- generated: (.+?) -->)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const text = sections.get(name);
      if (text === undefined)
        throw new Error(`docs/simulator.md has a marker for '${name}', which nothing makes`);
      missing.delete(name);
      return `${begin}\n\n${text}\n\n${end}`;
    },
  );
  if (missing.size > 0) throw new Error(`docs/simulator.md leaves out ${[...missing].join(', ')}`);
  return written;
}

if (import.meta.main) writeFileSync(coveragePage, withCoverage(readFileSync(coveragePage, 'utf8')));
