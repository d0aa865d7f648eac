import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheDirectory, root } from '../../stack/places.ts';
import { brokenFiles, brokenText } from './breaking.ts';
import type { Breakage } from './mutants.ts';

/** A copy of the repository as it stands, where one thing after another may be broken. */
export class Checkout {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<Checkout> {
    const directory = await mkdtemp(join(tmpdir(), 'lifeboat-mutants-'));
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    });
    for (const file of listed.split('\0').filter((name) => name && existsSync(join(root, name)))) {
      await mkdir(join(directory, dirname(file)), { recursive: true });
      await cp(join(root, file), join(directory, file));
    }
    // What commands keep goes into directories of the copy's own: code with something broken in it must not stay.
    await link('node_modules', directory, (name) => name !== '.cache');
    await link(cacheDirectory, directory, (name) => /^(template|witness)-\w+\.json$/.test(name));
    return new Checkout(directory);
  }

  /** Does something while something is broken; afterwards nothing is. */
  async broken<T>(breakage: Breakage, act: () => Promise<T>): Promise<T> {
    const files = await Promise.all(
      brokenFiles(breakage).map(async (file) => {
        const path = join(this.directory, file);
        const text = await readFile(path, 'utf8');
        return { path, text, broken: brokenText(breakage, file, text) };
      }),
    );
    try {
      for (const { path, broken } of files) await writeFile(path, broken);
      return await act();
    } finally {
      for (const { path, text } of files) await writeFile(path, text);
    }
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function link(name: string, directory: string, isLinked: (entry: string) => boolean): Promise<void> {
  await mkdir(join(directory, name));
  const entries = existsSync(join(root, name)) ? await readdir(join(root, name)) : [];
  for (const entry of entries.filter(isLinked))
    await symlink(join(root, name, entry), join(directory, name, entry));
}
