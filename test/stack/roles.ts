import type { Template } from '../../simulator/cloudformation/deploy.ts';
import type { JsonObject } from '../../simulator/json.ts';
import { packagedTemplates } from '../../stack/template.ts';

/** One statement of a role of a packaged stack. */
export interface RoleStatement {
  /** Such as `lifeboat-live/DrillOpenRole`. */
  readonly role: string;
  /** As a policy counts it: `#1` is the first. */
  readonly name: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const templates = (await packagedTemplates()) as { recovery: Template; witness: Template };

/** Every statement of every role of both stacks. */
export const statements: readonly RoleStatement[] = [
  ...statementsOf('lifeboat-live', templates.recovery),
  ...statementsOf('lifeboat-witness-live', templates.witness),
];

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

function read(role: string, { PolicyDocument }: WrittenPolicy): readonly RoleStatement[] {
  return PolicyDocument.Statement.map((statement, at) => ({
    role,
    name: `#${at + 1}`,
    actions: [statement['Action']].flat().map(String),
    resources: [statement['Resource']].flat(),
    conditions: (statement['Condition'] ?? {}) as RoleStatement['conditions'],
  }));
}

interface WrittenPolicy {
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
  const role = template.Resources[roleId]!;
  const Policies = policiesOf(role.Properties).map((policy) => ({
    ...policy,
    PolicyDocument: {
      ...policy.PolicyDocument,
      Statement: policy.PolicyDocument.Statement.map((statement) => ({
        ...statement,
        Action: [statement['Action']].flat().filter((each) => each !== action),
      })).filter(({ Action }) => Action.length > 0),
    },
  }));
  const changed = { ...role, Properties: { ...role.Properties, Policies } };
  return { ...template, Resources: { ...template.Resources, [roleId]: changed } } as unknown as Template;
}
