import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheDirectory, root } from '../../stack/places.ts';
import type { Part } from './files.ts';
import { tester } from './prepare.ts';
import type { Report } from './results.ts';
import { askSurvivorsAgain } from './state.ts';

const room = join(root, cacheDirectory, 'mutation');

/**
 * Mutates files of one part and asks its tests, but for what an earlier run has found and nothing has changed about.
 *
 * @param isForced - whether to ask about that, too
 */
export async function mutate(part: Part, files: readonly string[], isForced: boolean): Promise<Report> {
  const { command, plugin, programs } = await tester();
  await mkdir(room, { recursive: true });
  const [state, report, settings] = ['state', 'report', 'settings'].map((what) =>
    join(room, `${part.name}-${what}.json`),
  ) as [string, string, string];
  askSurvivorsAgain(state);
  await writeFile(settings, JSON.stringify({ ...settingsOf(part, files, plugin), ...places(state, report) }));
  const words = [command, 'run', settings, ...(isForced ? ['--force'] : [])];
  const path = [programs, process.env['PATH']].join(delimiter);
  assert.equal(await ended(words, path), 0, 'the tester broke');
  const { files: told } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  // It also tells what it remembers of others.
  return { files: Object.fromEntries(Object.entries(told).filter(([file]) => files.includes(file))) };
}

function settingsOf({ testFiles }: Part, files: readonly string[], plugin: string): object {
  const written = JSON.parse(readFileSync(join(import.meta.dirname, 'stryker.json'), 'utf8')) as {
    readonly tap: object;
  };
  const reporters = [process.stdout.isTTY ? 'progress' : 'progress-append-only', 'json'];
  return { ...written, tap: { ...written.tap, testFiles }, plugins: [plugin], mutate: files, reporters };
}

function places(state: string, report: string): object {
  return { incrementalFile: state, jsonReporter: { fileName: report } };
}

function ended(words: readonly string[], path: string): Promise<number | null> {
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
