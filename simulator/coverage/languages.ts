import type { AnyNode } from 'acorn';
import { resourceModels } from '../cloudformation/deploy.ts';
import { AwsError } from '../errors.ts';
import { operators } from '../events/matchers.ts';
import { compilePattern } from '../events/pattern.ts';
import { findComparison, typeTests } from '../stepfunctions/choice.ts';
import { objectionToCall } from '../stepfunctions/intrinsics.ts';
import { parseDefinition } from '../stepfunctions/parse.ts';
import { integrations } from '../stepfunctions/resource.ts';
import { faults } from '../world/faults.ts';
import { code, codes, table } from './markdown.ts';
import { type SourceFile, textOf } from './source.ts';

const body = { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } };
const anyState = 'Comment QueryLanguage';
const passing = `${anyState} InputPath OutputPath Output`;
const leading = `${passing} Next End Assign`;
const working = `${leading} Parameters ResultSelector ResultPath Retry Catch`;

/** Of each type of state: one that is whole, and the fields that Amazon States Language gives it in either query language. */
const stateTypes: Readonly<Record<string, { readonly whole: object; readonly fields: string }>> = {
  Task: {
    whole: { Resource: 'arn:aws:states:::lambda:invoke', End: true },
    fields: `${working} Arguments Resource TimeoutSeconds TimeoutSecondsPath HeartbeatSeconds HeartbeatSecondsPath Credentials`,
  },
  Parallel: { whole: { Branches: [body], End: true }, fields: `${working} Arguments Branches` },
  Map: {
    whole: { ItemProcessor: body, End: true },
    fields:
      `${working} Items ItemsPath ItemSelector ItemProcessor Iterator MaxConcurrency MaxConcurrencyPath ItemReader ` +
      'ItemBatcher ResultWriter ToleratedFailureCount ToleratedFailureCountPath ToleratedFailurePercentage ' +
      'ToleratedFailurePercentagePath Label',
  },
  Choice: {
    whole: { Choices: [{ Variable: '$.a', IsPresent: true, Next: 'S' }], Default: 'S' },
    fields: `${passing} Choices Default Assign`,
  },
  Wait: {
    whole: { Seconds: 1, End: true },
    fields: `${leading} Seconds SecondsPath Timestamp TimestampPath`,
  },
  Pass: { whole: { End: true }, fields: `${leading} Parameters Result ResultPath` },
  Succeed: { whole: {}, fields: passing },
  Fail: { whole: {}, fields: `${anyState} Error ErrorPath Cause CausePath` },
};

/** The types of states with the fields that the interpreter knows, found by asking it. */
export function stateTable(): string {
  const rows = Object.entries(stateTypes).map(([type, { whole, fields }]) => {
    const all = fields.split(' ');
    const known = all.filter((field) => isKnown({ Type: type, ...whole }, field));
    return [code(type), codes(known), codes(all.filter((field) => !known.includes(field)))];
  });
  return table(['State', 'Fields', 'Refused fields'], rows);
}

/** Whether a state may have a field; what the field must hold does not matter. */
function isKnown(state: object, field: string): boolean {
  const definition = { StartAt: 'A', States: { A: { ...state, [field]: null }, S: { Type: 'Succeed' } } };
  const parsed = parseDefinition(JSON.stringify(definition));
  const refusal = `Field '${field}' is not supported`;
  return parsed.ok || !parsed.faults.some((fault) => fault.includes(refusal));
}

const intrinsicNames =
  'Format StringToJson JsonToString Array ArrayPartition ArrayContains ArrayRange ArrayGetItem ArrayLength ' +
  'ArrayUnique Base64Encode Base64Decode Hash JsonMerge MathRandom MathAdd StringSplit UUID';
const orders = 'Equals LessThan GreaterThan LessThanEquals GreaterThanEquals'.split(' ');
const comparisonNames = [
  ...['String', 'Numeric', 'Timestamp'].flatMap((type) => orders.map((order) => type + order)),
  'BooleanEquals',
  'StringMatches',
].flatMap((name) => (name === 'StringMatches' ? [name] : [name, `${name}Path`]));

/** What else of Amazon States Language there is. */
export function workflowTable(): string {
  const functions = intrinsicNames.split(' ').map((name) => `States.${name}`);
  const isFunction = (name: string) =>
    [0, 1, 2, 3].some((count) => objectionToCall(name, count) === undefined);
  const comparisons = [...comparisonNames.filter((name) => findComparison(name)), ...typeTests];
  return table(
    ['What', 'Modelled'],
    [
      ['Integrations', codes(integrations.flatMap((api) => [`arn:aws:states:::${api}`]))],
      ['Functions', codes(functions.filter(isFunction))],
      ['Comparisons', codes(comparisons)],
    ],
  );
}

/** Operators of event patterns, and which of them go into `anything-but`. */
export function patternTable(): string {
  const samples: Readonly<Record<string, unknown>> = {
    'anything-but': 'a',
    cidr: '10.0.0.0/24',
    'equals-ignore-case': 'a',
    exists: true,
    numeric: ['>', 0],
    prefix: 'a',
    suffix: 'a',
    wildcard: 'a*',
  };
  const compiles = (matcher: unknown) => {
    try {
      compilePattern(JSON.stringify({ field: [matcher] }));
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  };
  const rows = [...operators]
    .sort()
    .map((operator) => [
      code(operator),
      compiles({ [operator]: samples[operator] }) ? 'yes' : 'no',
      operator !== 'anything-but' && compiles({ 'anything-but': { [operator]: samples[operator] } })
        ? 'yes'
        : 'no',
    ]);
  return table(['Operator', 'In a field', 'Inside `anything-but`'], rows);
}

/** The resource types of CloudFormation with the properties that have an effect and those that have none. */
export function resourceTable(): string {
  const rows = Object.entries(resourceModels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { modelled, inert }]) => [code(type), codes(modelled.toSorted()), codes(inert.toSorted())]);
  return table(['Resource', 'Properties with an effect', 'Without'], rows);
}

/** The faults that a world can be given by name. */
export function faultTable(): string {
  return table(
    ['Fault', 'What happens'],
    Object.entries(faults).map(([name, { says }]) => [code(name), says]),
  );
}

/** The states of an instance and where they lead, as the code has them. */
export function instanceDiagram(files: readonly SourceFile[]): string {
  const file = files.find(({ path }) => path === 'ec2/lifecycle.ts');
  const table = file?.constants.get('nextStates');
  if (!file || table?.type !== 'ObjectExpression') throw new Error('ec2/lifecycle.ts has no nextStates');
  const nameOf = (node: AnyNode) => (node.type === 'Identifier' ? node.name : textOf(file, node));
  const moves = table.properties.flatMap((property) => {
    if (property.type !== 'Property' || property.value.type !== 'ArrayExpression') return [];
    const from = nameOf(property.key);
    return property.value.elements.flatMap((to) => (to ? [[from, nameOf(to)] as const] : []));
  });
  // Mermaid takes no hyphens in the names of states.
  const plain = (state: string) => state.replaceAll('-', '_');
  const hyphened = [...new Set(moves.flat())].filter((state) => plain(state) !== state);
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...hyphened.map((state) => `  state "${state}" as ${plain(state)}`),
    '  [*] --> pending',
    ...moves.map(([from, to]) => `  ${plain(from)} --> ${plain(to)}`),
    '  terminated --> [*]',
    '```',
  ].join('\n');
}
