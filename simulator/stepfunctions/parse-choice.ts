import { findComparison, fitsComparison, type Operand, type Test, typeTests } from './choice.ts';
import type { Fields } from './fields.ts';

/** Parses a choice rule's test; its `Next` is the caller's. Reports faults and returns `undefined` where there is none. */
export function parseTest(fields: Fields): Test | undefined {
  if (fields.has('And') || fields.has('Or')) return parseJoined(fields, fields.has('And') ? 'And' : 'Or');
  if (fields.has('Not')) return parseNot(fields);
  return parseDataTest(fields);
}

function parseJoined(fields: Fields, joint: 'And' | 'Or'): Test | undefined {
  const inner = fields.objects(joint);
  if (inner.length === 0) return fields.fault('Expected at least one choice rule', joint);
  const tests = inner.map(parseNested);
  return tests.includes(undefined)
    ? undefined
    : { kind: joint === 'And' ? 'and' : 'or', tests: tests as Test[] };
}

function parseNot(fields: Fields): Test | undefined {
  const raw = fields.object('Not');
  const test = raw && parseNested(fields.within('Not', raw));
  return test && { kind: 'not', test };
}

function parseNested(fields: Fields): Test | undefined {
  if (fields.has('Next'))
    fields.fault("Field 'Next' is only allowed at the top level of a choice rule", 'Next');
  fields.value('Next');
  const test = parseTest(fields);
  fields.end();
  return test;
}

function parseDataTest(fields: Fields): Test | undefined {
  fields.requires('Variable');
  const variable = fields.referencePath('Variable', true);
  const operators = Object.keys(fields.raw).filter(
    (key) => findComparison(key) !== undefined || typeTests.some((typeTest) => typeTest === key),
  );
  const [operator] = operators;
  if (operator === undefined || operators.length > 1) {
    for (const known of operators) fields.value(known);
    return fields.fault(`Expected exactly one comparison operator, found [${operators.join(', ')}]`);
  }
  const typeTest = typeTests.find((known) => known === operator);
  if (typeTest) {
    const expected = fields.flag(operator);
    return variable && expected !== undefined
      ? { kind: 'is', variable, operator: typeTest, expected }
      : undefined;
  }
  const found = findComparison(operator)!;
  const operand = parseOperand(fields, operator, found);
  return variable && operand && { kind: 'compare', variable, comparison: found.comparison, operand };
}

function parseOperand(
  fields: Fields,
  operator: string,
  { comparison, takesPath }: NonNullable<ReturnType<typeof findComparison>>,
): Operand | undefined {
  if (takesPath) {
    const path = fields.referencePath(operator, true);
    return path && { kind: 'path', path };
  }
  const value = fields.value(operator)!;
  if (fitsComparison(value, comparison)) return { kind: 'constant', value };
  return fields.fault(
    `Expected a value of type ${comparison.type === 'pattern' ? 'string' : comparison.type}`,
    operator,
  );
}
