import type { Json, JsonObject } from '../json.ts';
import type { NumberOrPath, Template } from './definition.ts';
import { type Evaluation, evaluate } from './expression.ts';
import { StateFailure } from './failure.ts';
import { evaluatePath, type Path, withValueAt } from './path.ts';

/**
 * The part of a state's data that `InputPath`, `OutputPath` or `ItemsPath` selects; a path that is `null` selects `{}`.
 * @throws StateFailure `States.Runtime`
 */
export function select(path: Path | null, evaluation: Evaluation): Json {
  if (path === null) return {};
  const found = evaluatePath(path, evaluation);
  if (found !== undefined) return found;
  const place = path.segments.map((segment) =>
    'name' in segment ? `['${segment.name}']` : `[${'index' in segment ? segment.index : '*'}]`,
  );
  throw new StateFailure(
    'States.Runtime',
    `Invalid path '${path.text}' : No results for path: $${place.join('')}`,
  );
}

/**
 * The value that a payload template makes.
 * @throws StateFailure `States.Runtime`, `States.IntrinsicFailure`
 */
export function fill(template: Template, evaluation: Evaluation): Json {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'expression':
      return evaluate(template.expression, evaluation, template.field);
    case 'array':
      return template.items.map((item) => fill(item, evaluation));
    case 'object':
      return Object.fromEntries(template.members.map(([name, member]) => [name, fill(member, evaluation)]));
    default:
      return template satisfies never;
  }
}

/**
 * A state's raw input with its result at `ResultPath`; `null` throws the result away.
 * @throws StateFailure `States.ResultPathMatchFailure`
 */
export function placeResult(path: Path | null, rawInput: Json, result: Json): Json {
  if (path === null) return rawInput;
  const placed = withValueAt(path, rawInput, result);
  if (placed !== undefined) return placed;
  const cause = `Unable to apply ReferencePath ${path.text} to input ${JSON.stringify(rawInput)}`;
  throw new StateFailure('States.ResultPathMatchFailure', cause);
}

/**
 * The number that a field gives, itself or by a path; `field` names it in messages.
 * @throws StateFailure `States.Runtime`
 */
export function numberOf(given: NumberOrPath, evaluation: Evaluation, field: string, least = 0): number {
  if (given.kind === 'number') return given.value;
  const found = select(given.path, evaluation);
  if (typeof found === 'number' && Number.isInteger(found) && found >= least) return found;
  const cause = `The ${field}Path field refers to value "${JSON.stringify(found)}" which is not a valid integer: ${given.path.text}`;
  throw new StateFailure('States.Runtime', cause);
}

/** What a failure puts into the data of the state that caught it. */
export function errorOutput(failure: StateFailure): JsonObject {
  return { Error: failure.error ?? '', Cause: failure.cause ?? '' };
}
