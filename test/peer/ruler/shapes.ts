import { anyClause, type Clause } from './clauses.ts';
import type { Dice } from './dice.ts';

/** What a pattern asks for, before it is written. */
export interface Shape {
  readonly fields: readonly Field[];
  /** The alternatives of `$or`: none, or two and more. */
  readonly ways: readonly Shape[];
}

/** A field has clauses, one of which is to match, or fields of its own. */
export type Field = { readonly name: string } & (
  | { readonly clauses: readonly Clause[] }
  | { readonly shape: Shape }
);

/** Few names, so that one field is asked for in several places. */
export const names = ['a', 'b', 'c', 'detail-type', 'été', 'a b', '$', 'Prefix'];

/** A pattern's shape, at most three objects deep. */
export function anyShape(dice: Dice, depth = 0): Shape {
  const chosen = dice.shuffled(names).slice(0, dice.pick([1, 1, 2, 2, 3]));
  const fields = chosen.map((name): Field => {
    if (depth < 2 && dice.chance(0.3)) return { name, shape: anyShape(dice, depth + 1) };
    return { name, clauses: anyClauses(dice) };
  });
  if (depth > 2 || !dice.chance(0.12)) return { fields, ways: [] };
  const ways = Array.from({ length: dice.whole(2, 3) }, () => anyShape(dice, depth + 1));
  return { fields: dice.chance(0.5) ? fields : [], ways };
}

function anyClauses(dice: Dice): readonly Clause[] {
  return Array.from({ length: dice.pick([1, 1, 1, 2, 3]) }, () => anyClause(dice));
}

/** All clauses of a shape. */
export function clausesOf(shape: Shape): readonly Clause[] {
  const own = shape.fields.flatMap((field) => ('clauses' in field ? field.clauses : clausesOf(field.shape)));
  return [...own, ...shape.ways.flatMap(clausesOf)];
}

/** A shape as a pattern: in any order, now and then with dotted names and with fields that a later one replaces. */
export function writePattern(dice: Dice, shape: Shape): string {
  const members = dice.shuffled(shape.fields).map((field) => writeField(dice, field));
  if (shape.ways.length > 0) {
    const ways = shape.ways.map((way) => writePattern(dice, way));
    members.splice(dice.whole(0, members.length), 0, `"$or":[${ways.join()}]`);
  }
  const [first] = shape.fields;
  if (first && 'clauses' in first && dice.chance(0.05)) {
    members.unshift(`${JSON.stringify(first.name)}:[${anyClause(dice).written}]`);
  }
  return `{${members.join(dice.pick([',', ', ', ' ,\n']))}}`;
}

function writeField(dice: Dice, field: Field): string {
  const name = JSON.stringify(field.name);
  if ('clauses' in field) return `${name}:[${field.clauses.map(({ written }) => written).join()}]`;
  const [only, ...others] = field.shape.fields;
  const isDotted = only && others.length === 0 && field.shape.ways.length === 0 && dice.chance(0.2);
  if (isDotted) return writeField(dice, { ...only, name: `${field.name}.${only.name}` });
  return `${name}: ${writePattern(dice, field.shape)}`;
}
