import type { Json } from '../json.ts';
import { StateFailure } from './failure.ts';
import type { Expression } from './intrinsic-syntax.ts';
import { applyIntrinsic, type Chance, format } from './intrinsics.ts';
import { evaluatePath, type Path, type Scope } from './path.ts';

/** Everything that evaluating a state's fields needs. `field` names the field in error messages. */
export interface Evaluation extends Scope {
  readonly chance: Chance;
}

/**
 * The value of a path or of an intrinsic function.
 * @throws StateFailure `States.Runtime` where a path finds nothing, `States.IntrinsicFailure` where a function fails
 */
export function evaluate(expression: Expression, evaluation: Evaluation, field: string): Json {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return read(expression.path, evaluation, field);
    case 'call':
      return call(expression, evaluation, field);
    default:
      return expression satisfies never;
  }
}

function read(path: Path, evaluation: Evaluation, field: string): Json {
  const found = evaluatePath(path, evaluation);
  if (found !== undefined) return found;
  const input = JSON.stringify(path.root === 'data' ? evaluation.data : evaluation.context);
  throw new StateFailure(
    'States.Runtime',
    `The JSONPath '${path.text}' specified for the field '${field}' could not be found in the input '${input}'`,
  );
}

function call(expression: Expression & { kind: 'call' }, evaluation: Evaluation, field: string): Json {
  const { name, args, text } = expression;
  const values = args.map((argument) => evaluate(argument, evaluation, field));
  try {
    if (name !== 'States.Format') return applyIntrinsic(name, values, evaluation.chance);
    const [first] = args;
    const template = first?.kind === 'literal' && first.escaped !== undefined ? first.escaped : values[0];
    if (typeof template !== 'string') {
      throw new StateFailure('States.IntrinsicFailure', 'States.Format needs a template that is a string');
    }
    return format(template, values.slice(1));
  } catch (failure) {
    if (!(failure instanceof StateFailure)) throw failure;
    const cause = `The function '${text}' had the following error: ${failure.cause}`;
    throw new StateFailure(failure.error, cause);
  }
}
