import { NotSimulated } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Call } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { actions } from './actions/actions.ts';
import { contextOf, principalOf } from './caller.ts';
import type { Check, Place } from './check.ts';
import { denialOf } from './denial.ts';
import { type Decision, evaluate, type StatementRef } from './evaluate.ts';
import type { Context } from './pattern.ts';
import { matchesAll, partsOf } from './pattern.ts';
import { type Policy, readPolicy } from './policy.ts';

/** A role with its identity policies. */
export interface RolePolicies {
  readonly arn: string;
  readonly policies: readonly { readonly name: string; readonly document: JsonObject }[];
}

/** A statement of a role that allowed an action. */
export interface Use {
  readonly roleArn: string;
  readonly policy: string;
  /** Its Sid, or its place, such as `#2`. */
  readonly statement: string;
  readonly action: string;
  /** Nothing else would have allowed one of these requests: without the action in this statement it is denied. */
  readonly isOnly: boolean;
}

/** A request that the policies of its caller's role did not allow. */
export interface Denial {
  readonly atMs: number;
  readonly callerArn: string;
  readonly action: string;
  readonly resource: string;
  readonly message: string;
  /** Nothing of this name is there, so that its tags could not allow it. */
  readonly isAbsent: boolean;
}

interface Role {
  readonly policies: readonly Policy[];
  /** The statements that name an action, by action: most statements of a role are about something else. */
  readonly byAction: Map<string, readonly Policy[]>;
}

/**
 * What roles may do. Whoever has a role of `put` needs its permission for each request; everybody else is taken for an
 * administrator, whom only the policies of resources limit.
 */
export class Permissions {
  readonly denials: Denial[] = [];
  readonly #sim: Simulator;
  readonly #roles = new Map<string, Role>();
  readonly #uses = new Map<string, Use>();

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  /** Every statement that allowed something so far, once for each action. */
  get uses(): readonly Use[] {
    return [...this.#uses.values()];
  }

  /**
   * Gives a role its identity policies.
   * @throws MalformedPolicy for what IAM would refuse; NotSimulated for what is not modelled
   */
  put({ arn, policies }: RolePolicies): void {
    const read = policies.map(({ name, document }) => readPolicy(name, 'identity', document));
    this.#roles.set(arn, { policies: read, byAction: new Map() });
  }

  /**
   * Sees that the role of a caller allows a request, everything that it asks included. `resourcePolicy` is the policy of the
   * resource that the request is for, where it has one: what that allows, the role need not.
   * @throws AwsError as the service names a missing permission
   * @throws NotSimulated for an operation whose permissions are not modelled
   */
  require(call: Call, input: unknown, resourcePolicy: Policy | undefined): void {
    const role = this.#roles.get(call.caller.roleArn ?? '');
    if (!role) return;
    const checksOf = actions[call.service][call.operation];
    if (!checksOf) throw new NotSimulated(`the permissions for ${call.service}:${call.operation}`);
    for (const check of checksOf(input as never, this.#placeOf(call))) {
      const context = contextFor(check, contextOf(call, this.#sim.clock.nowMs(), check.keys));
      const decision = this.#decide(role, call, check, context, resourcePolicy);
      if (decision.decision === 'allow') continue;
      const error = denialOf(call, check, decision);
      this.#deny(call.caller.arn, check, error.message);
      throw error;
    }
  }

  /** Whether a role may do what AWS does in its name without a signed call. A role that nobody gave policies may. */
  permits(roleArn: string, action: string, resource: string): boolean {
    const role = this.#roles.get(roleArn);
    if (!role) return true;
    const name = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const arn = `arn:aws:sts::${this.#sim.accountId}:assumed-role/${name}/service`;
    const caller = { accessKeyId: '', arn, userId: `${name}:service`, roleArn };
    const asking = { caller, region: resource.split(':')[3] ?? '' };
    const context = contextOf(asking, this.#sim.clock.nowMs());
    const isAllowed =
      this.#decide(role, asking, { action, resource }, context, undefined).decision === 'allow';
    if (!isAllowed) this.#deny(arn, { action, resource }, `${arn} may not ${action} on ${resource}`);
    return isAllowed;
  }

  #decide(
    role: Role,
    { caller }: Pick<Call, 'caller'>,
    { action, resource }: Check,
    context: Context,
    resourcePolicy: Policy | undefined,
  ): Decision {
    const principal = principalOf(caller);
    const own = statementsFor(role, action);
    const request = { principal, action, resource, context };
    const decision = evaluate(own, request);
    if (decision.decision === 'allow') this.#use(caller.roleArn ?? '', action, decision.by);
    if (decision.decision !== 'implicitDeny' || !resourcePolicy) return decision;
    return evaluate([resourcePolicy], request);
  }

  #use(roleArn: string, action: string, by: readonly StatementRef[]): void {
    for (const { policy, statement } of by) {
      const key = [roleArn, policy, statement, action].join('|');
      const isOnly = by.length === 1 || this.#uses.get(key)?.isOnly === true;
      this.#uses.set(key, { roleArn, policy, statement, action, isOnly });
    }
  }

  #deny(callerArn: string, { action, resource, isAbsent = false }: Check, message: string): void {
    const atMs = this.#sim.clock.nowMs();
    this.denials.push({ atMs, callerArn, action, resource, message, isAbsent });
  }

  #placeOf(call: Call): Place {
    const sim = this.#sim;
    const { accountId } = sim;
    return {
      sim,
      // Global services are asked in a Region that the world may lack.
      get region() {
        return sim.region(call.region);
      },
      call,
      arn: (service, resource) => `arn:aws:${service}:${call.region}:${accountId}:${resource}`,
    };
  }
}

/** The role's statements that are about an action; the others are not looked at again. */
function statementsFor({ policies, byAction }: Role, action: string): readonly Policy[] {
  const known = byAction.get(action);
  if (known) return known;
  const found = policies.map((policy) => ({
    ...policy,
    statements: policy.statements.filter(
      ({ actions: { not, these } }) => these.some((pattern) => isNamed(pattern, action)) !== not,
    ),
  }));
  byAction.set(action, found);
  return found;
}

function isNamed(pattern: string, action: string): boolean {
  const parts = partsOf(pattern.toLowerCase(), undefined);
  return parts !== undefined && matchesAll(parts, action.toLowerCase());
}

/** The condition keys of tags: every tag has one, so they cannot be listed. Keys are the same in any case. */
function contextFor(check: Check, others: Context): Context {
  const { resourceTags, requestTags, tagPrefixes = [] } = check;
  return (key) => {
    const name = key.toLowerCase();
    for (const prefix of ['aws:ResourceTag/', ...tagPrefixes])
      if (resourceTags && name.startsWith(prefix.toLowerCase()))
        return tagValue(resourceTags, name.slice(prefix.length));
    if (requestTags && name.startsWith('aws:requesttag/'))
      return tagValue(requestTags, name.slice('aws:requesttag/'.length));
    if (requestTags && name === 'aws:tagkeys') return Object.keys(requestTags);
    return others(key);
  };
}

function tagValue(tags: Readonly<Record<string, string>>, key: string): readonly string[] | undefined {
  const found = Object.entries(tags).find(([name]) => name.toLowerCase() === key);
  return found && [found[1]];
}
