import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parse } from 'yaml';
import { keyOf } from './compare.ts';

const text = v.pipe(v.string(), v.minLength(1));

/** Differences with one cause, as `differences.yaml` writes them; its head says what each key means. */
const group = v.strictObject({
  right: v.picklist(['simulator', 'moto', 'both']),
  why: text,
  source: text,
  at: v.pipe(v.array(text), v.minLength(1)),
  differ: v.record(v.pipe(v.string(), v.regex(/^.+ \/ .+$/)), text),
});

export type Group = v.InferOutput<typeof group>;

/** Every difference that was looked into. */
export const judged: readonly Group[] = v.parse(
  v.array(group),
  parse(readFileSync(join(import.meta.dirname, 'differences.yaml'), 'utf8')),
);

/** One difference of a group. */
export interface Entry extends Pick<Group, 'right' | 'why' | 'source'> {
  readonly operation: string;
  readonly path: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Each difference by itself, by the key that it is seen by. @throws TypeError for one that is judged twice */
export function entriesOf(groups: readonly Group[]): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const one of groups.flatMap(singly)) {
    const key = keyOf(one);
    if (entries.has(key)) throw new TypeError(`${key} is judged twice`);
    entries.set(key, one);
  }
  return entries;
}

function singly({ right, why, source, at, differ }: Group): readonly Entry[] {
  return Object.entries(differ).flatMap(([sides, members]) => {
    const [ours = '', theirs = ''] = sides.split(' / ');
    return members
      .split(/\s+/)
      .flatMap((member) =>
        at.map((place) => ({ ...placed(place, member), right, why, source, ours, theirs })),
      );
  });
}

function placed(place: string, member: string): Pick<Entry, 'operation' | 'path'> {
  const [operation = '', inside = ''] = place.split(' ');
  if (member === 'answer') return { operation, path: '' };
  const path = inside === '' || member.startsWith('[') ? inside + member : `${inside}.${member}`;
  return { operation, path };
}
