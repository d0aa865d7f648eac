import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bundle } from './bundle.ts';

/** How often each bundle is imported; the shortest counts, since whatever else the machine does only adds to it. */
const samples = 9;

/** Prints how long an import took in a process that has loaded nothing else: Node's own start is left out. */
const importing = `
const before = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - before));
`;

/**
 * Milliseconds that a process of its own needs to import a bundle, files of the system's cache and nothing compiled before:
 * the part of a cold start that is the bundle's. Lambda adds what it takes to start the process.
 */
export function coldImportMs({ directory }: Bundle): number {
  const module = pathToFileURL(join(directory, 'index.mjs')).href;
  const took = Array.from({ length: samples }, () => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', importing, module], {
      env: {},
      encoding: 'utf8',
    });
    return Number(stdout);
  });
  return Math.min(...took);
}

/** The page of the bundles, as Markdown. */
export function bundlePage(bundles: readonly Bundle[], importMs: ReadonlyMap<string, number>): string {
  const rows = bundles.map(
    ({ name, bytes, clients }) =>
      `| ${name} | ${kilobytes(bytes)} | ${(importMs.get(name) ?? 0).toFixed(0)} | ${clients.map(short).join(', ')} |`,
  );
  return `${head}\n${rows.join('\n')}\n`;
}

/** As the column of the page has it. */
export function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}

function short(client: string): string {
  return client.replace(/^client-/, '');
}

const head = `# Bundles

Each function of \`functions/\` is one ES module, minified, with all that it uses and nothing that it does not call. This
page is written by

    npm run bundle -- --page

which bundles every function into \`dist/\`, imports each bundle in ${samples} new processes of this machine's Node, with nothing
compiled before, and takes the shortest. The import is the bundle's part of a cold start; another machine has
other times, and a Lambda function of 512 MB, with about a third of a processor, has several times these.

What keeps them small, in \`stack/bundle.ts\`:

- ES modules are taken where a package has them: only those can be shaken.
- Keys of the SDK's schemas are written out (\`stack/lean-schemas.ts\`), so that a schema which no call needs falls away.
- Credentials are read from where Lambda gives them (\`aws/role-credentials.ts\`); the SDK's own chain would bring its
  clients of STS, SSO and Signin along.

A test holds each bundle below 1.5 MB, and its clients against the services that the roles of its functions may call.

| function | kB | import, ms | clients of AWS |
|---|--:|--:|---|`;
