import { meets } from './condition.ts';
import { type Context, matchesAll, matchesResource, partsOf } from './pattern.ts';
import type { Named, Policy, Principals, Statement } from './policy.ts';

/** Who asks, as the policies of resources name them. */
export interface Principal {
  /** The account's id. */
  readonly account: string;
  /** A user's or a role session's ARN, such as `arn:aws:sts::…:assumed-role/ops/alice`; none for a service. */
  readonly arn?: string;
  /** The ARN of the role whose session it is. */
  readonly roleArn?: string;
  /** A service principal, such as `events.amazonaws.com`. */
  readonly service?: string;
}

/** One request, as policies look at it. */
export interface AccessRequest {
  readonly principal: Principal;
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** Its ARN; `*` where the action knows no resource. */
  readonly resource: string;
  readonly context: Context;
}

/** A statement, by the policy that it stands in. */
export interface StatementRef {
  readonly policy: string;
  readonly kind: Policy['kind'];
  readonly statement: string;
}

export interface Decision {
  readonly decision: 'allow' | 'explicitDeny' | 'implicitDeny';
  /** The statements that decided: the first that denies, or every one that allows; with one of those away, another would do. */
  readonly by: readonly StatementRef[];
}

/**
 * Decides about a request within one account: any statement that denies wins, else any that allows is enough, of an identity
 * or of a resource; without one it is denied (IAM User Guide, Policy evaluation logic for requests within a single account).
 * Permissions boundaries, session policies and the organization's policies are not among `policies`.
 */
export function evaluate(policies: readonly Policy[], request: AccessRequest): Decision {
  const allowing: StatementRef[] = [];
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (!applies(statement, policy, request)) continue;
      const by = { policy: policy.name, kind: policy.kind, statement: statement.name };
      if (statement.effect === 'Deny') return { decision: 'explicitDeny', by: [by] };
      allowing.push(by);
    }
  }
  return { decision: allowing.length > 0 ? 'allow' : 'implicitDeny', by: allowing };
}

function applies(statement: Statement, { hasVariables }: Policy, request: AccessRequest): boolean {
  const { principal, actions, resources, conditions, effect } = statement;
  const variables = hasVariables ? request.context : undefined;
  return (
    (principal === undefined || isMeant(principal, request.principal, effect)) &&
    names(actions, (pattern) => matchesAction(pattern, request.action)) &&
    names(resources, (pattern) => pattern === '*' || isResource(pattern, variables, request.resource)) &&
    conditions.every((condition) => meets(condition, request.context, hasVariables))
  );
}

function isResource(pattern: string, variables: Context | undefined, resource: string): boolean {
  const parts = partsOf(pattern, variables);
  return parts !== undefined && matchesResource(parts, resource);
}

function names({ not, these }: Named<readonly string[]>, matches: (pattern: string) => boolean): boolean {
  return these.some(matches) !== not;
}

/** Actions are compared in any case (IAM User Guide, IAM JSON policy elements: Action). */
function matchesAction(pattern: string, action: string): boolean {
  const parts = partsOf(pattern.toLowerCase(), undefined);
  return parts !== undefined && matchesAll(parts, action.toLowerCase());
}

/**
 * Whether a statement is about who asks. A role is named by its own ARN or by a session's. An account that is allowed
 * something may hand it on by its own policies, and nobody in it has it yet; an account that is denied is everybody in it
 * (IAM User Guide, IAM JSON policy elements: Principal). `NotPrincipal` spares only who is named in full: the account, and
 * of a session the role too (NotPrincipal with Deny).
 */
function isMeant({ not, these }: Named<Principals>, who: Principal, effect: Statement['effect']): boolean {
  if (these.kind === 'everyone') return !not;
  if (who.service !== undefined) return these.services.includes(who.service) !== not;
  const account = these.aws.some((name) => name === who.account || isRootOf(name, who.account));
  const themselves = [who.arn, who.roleArn].filter((arn) => arn !== undefined);
  if (not) return !(account && themselves.every((arn) => these.aws.includes(arn)));
  return themselves.some((arn) => these.aws.includes(arn)) || (account && effect === 'Deny');
}

function isRootOf(name: string, account: string): boolean {
  return /^arn:aws[\w-]*:iam::(\d{12}):root$/.exec(name)?.[1] === account;
}
