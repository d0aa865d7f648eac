import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** The earliest date that a ZIP entry can carry: the same files make the same bytes, so an unchanged function stays. */
const epoch = new Date(1980, 0, 1);

/**
 * Writes the files of a directory into a ZIP file, under `prefix`. Lambda unpacks it as another user: all can read.
 * osls could do this itself, but it walks all of `node_modules` once for each function.
 */
export async function archive(directory: string, prefix: string, zipPath: string): Promise<void> {
  const zip = new ZipFile();
  for (const file of (await readdir(directory)).sort()) {
    zip.addFile(join(directory, file), `${prefix}/${file}`, { mtime: epoch, mode: 0o100644 });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(zipPath));
}
