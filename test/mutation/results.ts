import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../stack/places.ts';

/** What became of a mutant, in the tester's words; `Ignored`, `CompileError` and `RuntimeError` count for nothing. */
type Status =
  | 'Killed'
  | 'Timeout'
  | 'Survived'
  | 'NoCoverage'
  | 'Ignored'
  | 'CompileError'
  | 'RuntimeError'
  | 'Pending';

/** One change of a source file, as the tester reports it. */
interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: Status;
  readonly location: { readonly start: Place; readonly end: Place };
}

/** Lines and columns from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** The tester's report, as far as it is read here (mutation-testing-report-schema, version 2). */
export interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

/** How many mutants of a file ended how. */
export interface Counts {
  readonly killed: number;
  /** Noticed as well: with them a test does not end. */
  readonly timeout: number;
  readonly survived: number;
  /** Survived, because no test runs that code. */
  readonly uncovered: number;
}

/** What was found of one file, and which state of it was mutated. */
export interface Found extends Counts {
  readonly file: string;
  /** The first characters of its SHA-256. */
  readonly source: string;
}

/** A file that has not been run yet. */
export interface NotRun {
  readonly file: string;
}

const resultsFile = join(root, 'test/mutation/results.json');

/** What is known of each file, by name. */
export function readResults(): readonly (Found | NotRun)[] {
  return JSON.parse(readFileSync(resultsFile, 'utf8')) as readonly (Found | NotRun)[];
}

/** Whether a file was run. */
export function wasRun(row: Found | NotRun): row is Found {
  return 'killed' in row;
}

/**
 * Keeps what was found of some files, beside what is known of the others.
 *
 * @param files - every file that is mutated, in order
 */
export function keepResults(found: readonly Found[], files: readonly string[]): readonly (Found | NotRun)[] {
  const known = new Map([...readResults(), ...found].map((row) => [row.file, row]));
  const rows = files.map((file) => known.get(file) ?? { file });
  writeFileSync(resultsFile, `${JSON.stringify(rows, null, 2)}\n`);
  return rows;
}

/** What a report says of each of its files. */
export function foundIn(report: Report): readonly Found[] {
  return Object.entries(report.files).map(([file, { source, mutants }]) => {
    const count = (...statuses: readonly Status[]) =>
      mutants.filter(({ status }) => statuses.includes(status)).length;
    return {
      file,
      killed: count('Killed'),
      timeout: count('Timeout'),
      survived: count('Survived'),
      uncovered: count('NoCoverage'),
      source: fingerprint(source),
    };
  });
}

/** Each mutant that no test noticed: where, and what the code was and became. */
export function survivorsIn(report: Report): readonly string[] {
  return Object.entries(report.files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ status, mutatorName, location, replacement = '' }) => {
        const { line, column } = location.start;
        const was = shortened(textAt(source, location));
        const note = status === 'NoCoverage' ? ' (no test runs it)' : '';
        return `${file}:${line}:${column} ${mutatorName}${note}: ${was} → ${shortened(replacement)}`;
      }),
  );
}

/** The share of mutants that were noticed, of 1; of none, all of them were. */
export function score({ killed, timeout, survived, uncovered }: Counts): number {
  const noticed = killed + timeout;
  const all = noticed + survived + uncovered;
  return all === 0 ? 1 : noticed / all;
}

/** The counts of some files together. */
export function total(rows: readonly Counts[]): Counts {
  const sum = (member: keyof Counts) => rows.reduce((all, row) => all + row[member], 0);
  return {
    killed: sum('killed'),
    timeout: sum('timeout'),
    survived: sum('survived'),
    uncovered: sum('uncovered'),
  };
}

/** Which state of a file it is. */
export function fingerprint(source: string): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 12);
}

function textAt(source: string, { start, end }: Mutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return lines.join(' ');
}

function shortened(code: string): string {
  const line = code.replace(/\s+/g, ' ');
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
