/** Bundles every function into `dist/` and says how large each became. */
import { bundle } from '../bundle.ts';

for (const { name, bytes } of await bundle())
  process.stdout.write(`${name} ${Math.ceil(bytes / 1024)} KiB\n`);
