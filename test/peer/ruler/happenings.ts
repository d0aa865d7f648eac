import type { Clause } from './clauses.ts';
import type { Dice } from './dice.ts';
import { type Field, names, type Shape } from './shapes.ts';
import { anyScalar } from './writing.ts';

/** How well an event is to fit: whether the next clause gets a value that it is meant to match. */
type Fits = () => boolean;

/**
 * An event that is made for a pattern: half of the time all its clauses are to match, else all but one, or some. Values
 * and objects are put into arrays now and then, with others beside them or with their fields torn apart.
 */
export function anyEvent(dice: Dice, shape: Shape, clauseCount: number): string {
  const mode = dice.unit();
  const broken = dice.whole(0, clauseCount - 1);
  let asked = 0;
  const fits: Fits = () => {
    if (mode < 0.55) return true;
    return mode < 0.8 ? asked++ !== broken : dice.chance(0.6);
  };
  return writeObject(dice, fill(dice, shape, fits));
}

/** The values of each member by its name, each as JSON. */
type Filled = Map<string, string[]>;

function fill(dice: Dice, shape: Shape, fits: Fits): Filled {
  const filled: Filled = new Map();
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) filled.set(name, [...(filled.get(name) ?? []), value]);
  };
  for (const field of shape.fields) {
    for (const [name, value] of fillField(dice, field, fits)) add(name, value);
  }
  const taken = shape.ways.length > 0 ? dice.pick(shape.ways) : undefined;
  for (const way of shape.ways) {
    const inner = fill(dice, way, way === taken ? fits : () => dice.chance(0.3));
    for (const [name, values] of inner) for (const value of values) add(name, value);
  }
  if (dice.chance(0.25)) {
    const name = dice.pick([...names, 'x', '$or']);
    if (!filled.has(name)) add(name, dice.pick([anyScalar(dice), '{}', '[]', '{"a":1}', '[{"b":"a"},"a"]']));
  }
  return filled;
}

function fillField(dice: Dice, field: Field, fits: Fits): readonly (readonly [string, string | undefined])[] {
  if ('clauses' in field) return [[field.name, valueFor(dice, dice.pick(field.clauses), fits())]];
  const filled = fill(dice, field.shape, fits);
  const [only] = [...filled];
  if (filled.size === 1 && only && dice.chance(0.1)) {
    return only[1].map((value) => [`${field.name}.${only[0]}`, value] as const);
  }
  return [[field.name, arranged(dice, filled, field.shape)]];
}

function valueFor(dice: Dice, clause: Clause, isGood: boolean): string | undefined {
  const value = isGood ? clause.good(dice) : clause.bad(dice);
  if (value === undefined) return dice.pick([undefined, undefined, '[]', '{}', '{"a":1}', '[[]]']);
  const kind = dice.unit();
  if (kind < 0.12) return `[${dice.shuffled([value, anyScalar(dice)]).join()}]`;
  if (kind < 0.15) return dice.pick([`[[${value}]]`, `[{"x":1},${value}]`, `[[],${value}]`]);
  return !isGood && kind > 0.93 ? `{"a":${value}}` : value;
}

/** An object, or an array with it in it, or with its members in several. */
function arranged(dice: Dice, filled: Filled, shape: Shape): string {
  const whole = () => writeObject(dice, filled);
  const other = () =>
    writeObject(
      dice,
      fill(dice, shape, () => dice.chance(0.4)),
    );
  switch (dice.whole(0, 11)) {
    case 0:
      return `[${dice.shuffled([whole(), other(), other()]).join()}]`;
    case 1: {
      const members = dice.shuffled([...filled]);
      const cut = dice.whole(0, members.length);
      const halves = [members.slice(0, cut), members.slice(cut)];
      return `[${halves.map((half) => writeObject(dice, new Map(half))).join()}]`;
    }
    case 2:
      return dice.pick([
        `[[${whole()}],${other()}]`,
        `[[${other()},${whole()}],[${other()}]]`,
        `[[[${whole()}]]]`,
      ]);
    case 3:
      return `[${dice.shuffled([whole(), anyScalar(dice), '{}', '[]']).join()}]`;
    default:
      return whole();
  }
}

function writeObject(dice: Dice, filled: Filled): string {
  const members = [...filled].map(([name, values]) => {
    const value = values.length > 1 && dice.chance(0.6) ? `[${values.join()}]` : dice.pick(values);
    return `${JSON.stringify(name)}:${value}`;
  });
  return `{${dice.shuffled(members).join(dice.pick([',', ', ']))}}`;
}
