import type { Plan } from '../../recovery/plan/plan.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import type { JsonObject } from '../../simulator/json.ts';
import { forPlans } from '../../stack/for-plans.ts';
import { namedPolicy } from '../../stack/roles.ts';
import { packagedTemplates } from '../../stack/template.ts';

/** One statement of a role of a packaged stack. */
export interface RoleStatement {
  /** Such as `lifeboat-live/DrillOpenRole`. */
  readonly role: string;
  /** As `nameOf` has it. */
  readonly name: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const templates = (await packagedTemplates()) as { recovery: Template; witness: Template };

/** Every statement of every role of both stacks, as they are once these plans are installed too. */
export function statementsFor(plans: readonly Plan[]): readonly RoleStatement[] {
  return [
    ...statementsOf('lifeboat-live', forPlans(templates.recovery, plans)),
    ...statementsOf('lifeboat-witness-live', templates.witness),
  ];
}

/**
 * A statement as its policy counts it: `#1` is the first. Those about what plans name are counted together, since there are
 * more of them the more is named.
 */
export function nameOf(policy: string, statement: string): string {
  return policy === namedPolicy ? policy : statement;
}

/** What people may be given: the policies that the stack makes and attaches to nobody. */
export const offered: readonly RoleStatement[] = Object.entries(templates.recovery.Resources)
  .filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy')
  .flatMap(([id, { Properties }]) => read(`lifeboat-live/${id}`, Properties as unknown as WrittenPolicy));

function statementsOf(stack: string, { Resources }: Template): readonly RoleStatement[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .flatMap(([id, { Properties }]) =>
      policiesOf(Properties).flatMap((policy) => read(`${stack}/${id}`, policy)),
    );
}

function read(role: string, { PolicyName = '', PolicyDocument }: WrittenPolicy): readonly RoleStatement[] {
  return PolicyDocument.Statement.map((statement, at) => ({
    role,
    name: nameOf(PolicyName, `#${at + 1}`),
    actions: [statement['Action']].flat().map(String),
    resources: [statement['Resource']].flat(),
    conditions: (statement['Condition'] ?? {}) as RoleStatement['conditions'],
  }));
}

interface WrittenPolicy {
  /** A managed policy has none. */
  readonly PolicyName?: string;
  readonly PolicyDocument: { readonly Statement: readonly JsonObject[] };
}

function policiesOf(properties: JsonObject | undefined): readonly WrittenPolicy[] {
  return (properties?.['Policies'] ?? []) as unknown as readonly WrittenPolicy[];
}

/** The role of a stack by the ARN that a deployment gave it; those that forward have a name of their own. */
export function roleOf(arn: string): string {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  if (/^lifeboat-live-forward-[a-z0-9-]+$/.test(name)) return 'lifeboat-witness-live/RulesRole';
  const [, stack = '', id = ''] =
    /^(lifeboat-live|lifeboat-witness-live)-(\w+)-[0-9a-f]{12}$/.exec(name) ?? [];
  return `${stack}/${id}`;
}

/** A template in which a role may not do one thing any more. */
export function withoutAction(template: Template, roleId: string, action: string): Template {
  return withStatements(template, roleId, (statement) => {
    const Action = [statement['Action']].flat().flatMap((each) => (each === action ? [] : (each ?? [])));
    return Action.length > 0 ? { ...statement, Action } : undefined;
  });
}

/** A template in which the statements of a role are others, or are not there. */
export function withStatements(
  template: Template,
  roleId: string,
  change: (statement: JsonObject) => JsonObject | undefined,
): Template {
  const role = template.Resources[roleId]!;
  const Policies = policiesOf(role.Properties).map((policy) => ({
    ...policy,
    PolicyDocument: {
      ...policy.PolicyDocument,
      Statement: policy.PolicyDocument.Statement.flatMap((statement) => change(statement) ?? []),
    },
  }));
  const changed = { ...role, Properties: { ...role.Properties, Policies } };
  return { ...template, Resources: { ...template.Resources, [roleId]: changed } } as unknown as Template;
}
