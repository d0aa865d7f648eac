import { AwsError, NotSimulated } from '../errors.ts';
import type { DocumentParameter, SsmDocument } from './state.ts';

const executionTimeoutMost = 172800;

/**
 * Fits what a caller gave to a document's parameters, with the defaults for what is absent
 * (Systems Manager User Guide, SSM document syntax: allowedValues, allowedPattern and the limits of length).
 * @throws AwsError InvalidParameters
 */
export function fitArguments(
  document: SsmDocument,
  given: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  for (const [name, values] of Object.entries(given)) {
    const schema = document.parameters[name];
    if (!schema) throw invalid(`The parameter ${name} is not defined in the document ${document.name}.`);
    if (values.some((value) => /\{\{\s*ssm(-secure)?:/.test(value))) {
      throw new NotSimulated('ssm:SendCommand with a reference to Parameter Store in a parameter');
    }
    const problem = argumentProblem(schema, values);
    if (problem) throw invalid(`The parameter ${name} ${problem}.`);
  }
  return Object.fromEntries(
    Object.entries(document.parameters).map(([name, schema]) => {
      const values = given[name] ?? defaultOf(schema);
      if (!values) throw invalid(`The parameter ${name} is required.`);
      return [name, values];
    }),
  );
}

/** How long a document's step may run, in seconds: a number, or the argument that the step refers to. */
export function executionTimeout(
  document: SsmDocument,
  filled: Readonly<Record<string, readonly string[]>>,
): number {
  const timeout = document.steps[0]?.timeout ?? 3600;
  if (typeof timeout === 'number') return timeout;
  const parameter = /^\{\{\s*(\w+)\s*\}\}$/.exec(timeout)?.[1];
  const seconds = Number(parameter === undefined ? timeout : filled[parameter]?.[0]);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= executionTimeoutMost) return seconds;
  throw invalid(
    `timeoutSeconds of the document ${document.name} is not a number of seconds between 1 and ${executionTimeoutMost}.`,
  );
}

function argumentProblem(schema: DocumentParameter, values: readonly string[]): string | undefined {
  const { allowedValues, allowedPattern, minChars = 0, maxChars = Number.POSITIVE_INFINITY } = schema;
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  if (schema.type === 'StringList') {
    if (values.length < minItems || values.length > maxItems) return 'has too few or too many items';
  } else if (values.length !== 1) {
    return 'takes exactly one value';
  }
  const pattern = allowedPattern === undefined ? undefined : new RegExp(allowedPattern);
  for (const value of values) {
    if (schema.type === 'Boolean' && value !== 'true' && value !== 'false') return 'must be true or false';
    if (schema.type === 'Integer' && !/^-?\d+$/.test(value)) return 'must be an integer';
    if (allowedValues && !allowedValues.includes(value))
      return `must be one of [${allowedValues.join(', ')}]`;
    if (pattern && !pattern.test(value)) return `does not match the allowed pattern ${allowedPattern}`;
    if (value.length < minChars || value.length > maxChars) return 'is too short or too long';
  }
  return undefined;
}

function defaultOf(schema: DocumentParameter): readonly string[] | undefined {
  const value = schema.default;
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value : [String(value)];
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameters', message);
}
