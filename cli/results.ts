import { access, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Evidence, writeEvidence } from '../report/evidence.ts';
import { htmlReport } from '../report/html.ts';
import { UsageError } from './usage-error.ts';

/**
 * Nothing is rehearsed whose result could not be written. Each level is made by itself, so that a wrong place is named.
 * @throws UsageError
 */
export async function prepareOut(out: string): Promise<void> {
  try {
    await mkdir(out).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') await mkdir(out, { recursive: true });
      else if (error.code !== 'EEXIST') throw error;
    });
    await access(out, constants.W_OK | constants.X_OK);
    if (!(await stat(out)).isDirectory()) throw new Error('it is not a directory');
  } catch (error) {
    throw new UsageError(`--out ${out}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Writes `evidence.json` and `report.html` of a recovery into a directory of its own. */
export async function writeResults(directory: string, evidence: Evidence): Promise<void> {
  await mkdir(directory, { recursive: true });
  await Promise.all([
    writeFile(join(directory, 'evidence.json'), writeEvidence(evidence)),
    writeFile(join(directory, 'report.html'), htmlReport(evidence)),
  ]);
}
