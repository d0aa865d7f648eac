import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Lets esbuild leave out what of a client's schemas no call needs. The SDK writes its schemas as arrays whose objects have
 * computed keys (`{ [_eN]: "name" }`); a computed key might run code, so esbuild keeps every structure of the service: half
 * a megabyte of EC2's in each bundle, read at each cold start. Each key is a constant of the same file: with its text in
 * its place the array is plainly data, and what nobody refers to falls away.
 */
export const leanSchemas: Plugin = {
  name: 'lean-schemas',
  setup(build) {
    build.onLoad({ filter: /[/\\]dist-es[/\\]schemas[/\\]schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: withPlainKeys(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

/** Puts the text of a constant where it is the computed key of an object; what it does not know stays as it is. */
export function withPlainKeys(source: string): string {
  const texts = new Map(
    [...source.matchAll(/^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return source.replaceAll(/\[(_\w+)\]:/g, (key, name: string) => {
    const text = texts.get(name);
    return text === undefined ? key : `${text}:`;
  });
}
