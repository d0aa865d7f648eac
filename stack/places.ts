import { fileURLToPath } from 'node:url';

/** The repository's root, wherever a command was started. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Where bundles go: one directory and one archive a function. */
export const bundleDirectory = 'dist';

/** What may be thrown away at any time because it can be made again. */
export const cacheDirectory = '.lifeboat';
