import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after } from 'node:test';
import { runCommandLine } from '../../cli/command-line.ts';
import type { Reaching } from '../../cli/operator-command.ts';

export const root = join(import.meta.dirname, '..', '..');

/** What a command line printed and how it ended. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of this test file's own; it is gone when the tests are over. */
export const scratch = mkdtempSync(join(tmpdir(), 'lifeboat-cli-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs a command line in this process. */
export function run(...args: readonly string[]): Promise<Ran> {
  return runWith(undefined, ...args);
}

/** The same, where what is deployed is reached in a way of the test's own. */
export async function runWith(reach: Reaching | undefined, ...args: readonly string[]): Promise<Ran> {
  const [stdout, stderr] = [collector(), collector()];
  const exitCode = await runCommandLine(args, { stdout: stdout.stream, stderr: stderr.stream }, reach);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** A stream that is no terminal. */
export function collector(): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}

/** Writes a file into the scratch directory and returns its path. */
export function scratchFile(name: string, text: string): string {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
}

/** The text of a file of the repository. */
export function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
