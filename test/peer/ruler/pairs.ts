import { Dice } from './dice.ts';
import { anyEvent } from './happenings.ts';
import type { Pair } from './judge.ts';
import { anyRefusable } from './refusable.ts';
import { anyShape, clausesOf, type Shape, writePattern } from './shapes.ts';

/** A pair and the operators in its pattern. */
export interface DrawnPair extends Pair {
  readonly operators: ReadonlySet<string>;
}

const eventsPerPattern = 4;

/** So many patterns, each with events that are made for it. */
export function drawPairs(seed: number, patterns: number): readonly DrawnPair[] {
  const dice = new Dice(seed);
  return Array.from({ length: patterns }, () => {
    const { shape, pattern } = anyPattern(dice);
    const clauses = clausesOf(shape);
    const operators = new Set(clauses.map(({ operator }) => operator));
    if (shape.ways.length > 0) operators.add('$or');
    return Array.from({ length: eventsPerPattern }, () => ({
      pattern,
      event: anyEvent(dice, shape, clauses.length),
      operators,
    }));
  }).flat();
}

/** A pattern that is short enough. */
function anyPattern(dice: Dice): { readonly shape: Shape; readonly pattern: string } {
  const shape = anyShape(dice);
  const pattern = writePattern(dice, shape);
  return pattern.length > 2048 ? anyPattern(dice) : { shape, pattern };
}

/** So many pairs of a pattern that ought to be refused and an event. */
export function drawRefusable(seed: number, count: number): readonly Pair[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, () => anyRefusable(dice));
}
