/** Bundles every function into `dist/` and says how large each became; with `--page`, writes `docs/bundles.md`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import { bundlePage, coldImportMs, kilobytes } from '../bundle-table.ts';
import { root } from '../places.ts';

const bundles = await bundle();
for (const { name, bytes } of bundles) process.stdout.write(`${name} ${kilobytes(bytes)} kB\n`);
if (process.argv.includes('--page')) {
  const importMs = new Map(bundles.map((each) => [each.name, coldImportMs(each)]));
  await writeFile(join(root, 'docs/bundles.md'), bundlePage(bundles, importMs));
}
