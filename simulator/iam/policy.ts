import { NotSimulated } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { requireOperator } from './condition.ts';

/** A policy that AWS would refuse to store. */
export class MalformedPolicy extends Error {
  override readonly name = 'MalformedPolicy';
}

/** Whom a statement of a resource's policy is about. */
export type Principals =
  | { readonly kind: 'everyone' }
  | {
      readonly kind: 'some';
      /** Account ids and ARNs. */
      readonly aws: readonly string[];
      /** Service principals, such as `events.amazonaws.com`. */
      readonly services: readonly string[];
    };

/** A condition operator with its keys, each with the values that a policy names. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** What an element names: these (`Action`), or everything but these (`NotAction`). */
export interface Named<T> {
  readonly not: boolean;
  readonly these: T;
}

export interface Statement {
  /** The statement's Sid, or its place, such as `#2`. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  /** Only in the policy of a resource. */
  readonly principal?: Named<Principals>;
  readonly actions: Named<readonly string[]>;
  readonly resources: Named<readonly string[]>;
  readonly conditions: readonly Condition[];
}

/** A policy document that was read: of an identity (a role, a user) or of a resource (a bucket, a topic). */
export interface Policy {
  readonly name: string;
  readonly kind: 'identity' | 'resource';
  /** Version 2012-10-17 has policy variables; in 2008-10-17, the default, they are only text. */
  readonly hasVariables: boolean;
  readonly statements: readonly Statement[];
}

const statementMembers = new Set([
  'Action',
  'Condition',
  'Effect',
  'NotAction',
  'NotPrincipal',
  'NotResource',
  'Principal',
  'Resource',
  'Sid',
]);

/**
 * Reads a policy document (IAM User Guide, Grammar of the IAM JSON policy language).
 * @throws MalformedPolicy for what AWS would refuse
 * @throws NotSimulated for a version, element, kind of principal or condition operator that is not modelled
 */
export function readPolicy(name: string, kind: Policy['kind'], document: Json): Policy {
  if (!isObject(document)) throw new MalformedPolicy('a policy is an object');
  const { Version: version = '2008-10-17', Id: _id, Statement: written, ...rest } = document;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new NotSimulated(`a policy with ${unknown}`);
  if (version !== '2012-10-17' && version !== '2008-10-17')
    throw new NotSimulated(`a policy of version ${JSON.stringify(version)}`);
  if (written === undefined) throw new MalformedPolicy('a policy has a Statement');
  const statements = Array.isArray(written) ? written : [written];
  const hasVariables = version === '2012-10-17';
  return {
    name,
    kind,
    hasVariables,
    statements: statements.map((each, at) => readStatement(each, kind, at)),
  };
}

function readStatement(written: Json, kind: Policy['kind'], at: number): Statement {
  if (!isObject(written)) throw new MalformedPolicy('a statement is an object');
  for (const member of Object.keys(written))
    if (!statementMembers.has(member)) throw new NotSimulated(`a policy statement with ${member}`);
  const { Effect: effect, Sid: sid, Condition: condition = {} } = written;
  if (effect !== 'Allow' && effect !== 'Deny') throw new MalformedPolicy('an Effect is Allow or Deny');
  const principal = oneOf(written, 'Principal', 'NotPrincipal');
  if ((principal !== undefined) !== (kind === 'resource'))
    throw new MalformedPolicy('the policy of a resource names principals, the policy of an identity none');
  if (principal?.not && effect === 'Allow') throw new NotSimulated('NotPrincipal with Allow');
  const actions = required(written, 'Action', 'NotAction');
  const resources = required(written, 'Resource', 'NotResource');
  return {
    name: typeof sid === 'string' ? sid : `#${at + 1}`,
    effect,
    ...(principal && { principal: { not: principal.not, these: readPrincipals(principal.value) } }),
    actions: { not: actions.not, these: texts(actions.value, 'Action') },
    resources: { not: resources.not, these: texts(resources.value, 'Resource') },
    conditions: readConditions(condition),
  };
}

function oneOf(
  statement: JsonObject,
  plain: string,
  negated: string,
): { readonly not: boolean; readonly value: Json } | undefined {
  const [these, others] = [statement[plain], statement[negated]];
  if (these !== undefined && others !== undefined)
    throw new MalformedPolicy(`a statement has ${plain} or ${negated}, not both`);
  if (these !== undefined) return { not: false, value: these };
  return others === undefined ? undefined : { not: true, value: others };
}

function required(statement: JsonObject, plain: string, negated: string) {
  const found = oneOf(statement, plain, negated);
  if (!found) throw new MalformedPolicy(`a statement has ${plain} or ${negated}`);
  return found;
}

function readPrincipals(written: Json): Principals {
  if (written === '*') return { kind: 'everyone' };
  if (!isObject(written)) throw new MalformedPolicy('a Principal is "*" or an object');
  const { AWS: aws = [], Service: services = [], ...rest } = written;
  const [other] = Object.keys(rest);
  if (other !== undefined) throw new NotSimulated(`a principal of the kind ${other}`);
  const named = texts(aws, 'AWS');
  // In the policy of a resource `{ "AWS": "*" }` is the same as "*" (IAM User Guide, Principal, All principals).
  return named.includes('*')
    ? { kind: 'everyone' }
    : { kind: 'some', aws: named, services: texts(services, 'Service') };
}

function readConditions(written: Json): readonly Condition[] {
  if (!isObject(written)) throw new MalformedPolicy('a Condition is an object');
  return Object.entries(written).flatMap(([operator, keys]) => {
    requireOperator(operator);
    if (!isObject(keys)) throw new MalformedPolicy(`${operator} has keys with values`);
    return Object.entries(keys).map(([key, values]) => ({ operator, key, values: texts(values, key) }));
  });
}

function texts(written: Json, what: string): readonly string[] {
  return [written].flat().map((each) => {
    if (typeof each === 'string') return each;
    // Numbers and booleans may stand without quotation marks (IAM User Guide, Grammar).
    if (typeof each === 'number' || typeof each === 'boolean') return String(each);
    throw new MalformedPolicy(`${what} is a text or a list of texts`);
  });
}
