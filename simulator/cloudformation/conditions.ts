import { isObject, type Json } from '../json.ts';
import { literal, type Scope, text, tuple } from './intrinsics.ts';
import { TemplateError } from './template.ts';

/**
 * The truth of one entry of `Conditions`. Condition functions exist only there and in no property: `Condition` is an
 * ordinary member of an IAM statement.
 * @throws TemplateError for anything that is not a condition function.
 */
export function evaluateCondition(value: Json, scope: Scope, path: string): boolean {
  const [entry, ...more] = isObject(value) ? Object.entries(value) : [];
  if (!entry || more.length > 0) throw new TemplateError(path, 'a condition is one condition function');
  const [name, argument] = entry;
  switch (name) {
    case 'Condition':
      return scope.condition(literal(argument, path), path);
    case 'Fn::Equals': {
      const [left, right] = tuple(argument, 2, path);
      return text(left, scope, path) === text(right, scope, path);
    }
    case 'Fn::Not':
      return !operands(argument, 1, 1, scope, path)[0];
    case 'Fn::And':
      return operands(argument, 2, 10, scope, path).every(Boolean);
    case 'Fn::Or':
      return operands(argument, 2, 10, scope, path).some(Boolean);
    default:
      throw new TemplateError(path, `${name} is no condition function`);
  }
}

function operands(
  argument: Json,
  least: number,
  most: number,
  scope: Scope,
  path: string,
): readonly boolean[] {
  if (!Array.isArray(argument) || argument.length < least || argument.length > most) {
    throw new TemplateError(path, `it takes a list of ${least} to ${most} conditions`);
  }
  return argument.map((operand: Json, index) => evaluateCondition(operand, scope, `${path}/${index}`));
}
