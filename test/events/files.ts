import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Json } from '../../simulator/json.ts';

/** A file of `events/`, by its path below it without `.json`: `<name>[.<variant>].<pattern|sample|miss>`. */
export interface EventFile {
  readonly path: string;
  /** Whose pattern it is about: the path up to its first dot. */
  readonly name: string;
  readonly kind: 'pattern' | 'sample' | 'miss';
  readonly text: string;
}

/** An event that a pattern has to reject, and why it is none. */
export interface Miss {
  readonly why: string;
  readonly event: Json;
}

const directory = new URL('../../events/', import.meta.url);

/** Everything in `events/`, in the order of names. */
export const eventFiles: readonly EventFile[] = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.includes('.'))
  .sort()
  .map((path) => {
    const [, name, kind] = /^([a-z/-]+)(?:\.[a-z0-9-]+)?\.(pattern|sample|miss)\.json$/.exec(path) ?? [];
    assert.ok(name && kind, `events/${path} is not called as its neighbours are`);
    const text = readFileSync(new URL(path, directory), 'utf8');
    return { path: path.replace(/\.json$/, ''), name, kind: kind as EventFile['kind'], text };
  });

/** One event, such as `health-regional-issue.sample`. */
export function readEvent(path: string): Json {
  const file = eventFiles.find((each) => each.path === path);
  assert.ok(file, `there is no events/${path}.json`);
  return JSON.parse(file.text) as Json;
}

/** The near misses of a pattern: one a file, named by its variant, or a list of them with what each lacks. */
export function missesOf(name: string): readonly Miss[] {
  return eventFiles
    .filter((file) => file.name === name && file.kind === 'miss')
    .flatMap(({ path, text }) => {
      const value = JSON.parse(text) as Json;
      return Array.isArray(value) ? (value as unknown as Miss[]) : [{ why: path, event: value }];
    });
}
