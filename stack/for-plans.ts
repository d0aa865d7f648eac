import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../recovery/plan/plan.ts';
import { stackIsIn } from './alarms.ts';
import { namesOf, nothingNamed, type PlanNames, union } from './plan-names.ts';
import { namedPolicy, type Role, type RolePolicy, roles } from './roles.ts';

/** The part of a template that is read here; whatever else it has stays as it is. */
interface RolesTemplate {
  readonly Metadata?: { readonly [key: string]: unknown };
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;
}

/** Under `Metadata`: what the plans name that the template was packaged for. */
export function namesMetadata(names: PlanNames): object {
  return { LifeboatNames: names };
}

/**
 * A packaged template for plans that it may have been packaged without, such as one that is rehearsed from a file: the very
 * same where it knows all that they name, else with the policies of its roles that name what plans name made anew, for its
 * own plans and these, and nothing else changed. So what is rehearsed of an installed plan are the roles as they are
 * deployed, and another plan has those that it would have once installed.
 */
export function forPlans<T extends RolesTemplate>(template: T, plans: readonly Plan[]): T {
  const known = knownNames(template);
  const names = union(known, namesOf(plans));
  if (isDeepStrictEqual(names, known)) return template;
  const made = roles(names);
  const Resources = Object.entries(template.Resources).map(([id, resource]) => {
    const role = made[id];
    return [id, role === undefined ? resource : withNamedPolicy(resource, role)];
  });
  const Metadata = { ...template.Metadata, ...namesMetadata(names) };
  return { ...template, Metadata, Resources: Object.fromEntries(Resources) };
}

/** The part of the small stack's template that says where it looks from. */
interface WitnessTemplate {
  readonly Conditions?: { readonly [name: string]: unknown };
}

/**
 * The packaged template of the small stack for plans that it may have been packaged without: where it does not know a Region
 * from which one of them is looked at, its probe is woken there as well. Otherwise it is the very same.
 */
export function forWitnesses<T extends WitnessTemplate>(template: T, plans: readonly Plan[]): T {
  const known = template.Conditions?.['IsWitness'];
  const witnesses = new Set(plans.flatMap(({ regions }) => regions.witness ?? []));
  const others = [...witnesses].map(stackIsIn).filter((each) => !includes(known, each));
  if (known === undefined || others.length === 0) return template;
  const IsWitness = others.reduce<unknown>((all, each) => ({ 'Fn::Or': [all, each] }), known);
  return { ...template, Conditions: { ...template.Conditions, IsWitness } };
}

/** Whether a condition is another one, or an alternative in it. */
function includes(condition: unknown, wanted: object): boolean {
  if (isDeepStrictEqual(condition, wanted)) return true;
  const either = (condition as { readonly 'Fn::Or'?: readonly unknown[] } | undefined)?.['Fn::Or'] ?? [];
  return either.some((each) => includes(each, wanted));
}

function knownNames({ Metadata }: RolesTemplate): PlanNames {
  return (Metadata?.['LifeboatNames'] as PlanNames | undefined) ?? nothingNamed;
}

function withNamedPolicy(resource: RolesTemplate['Resources'][string], { Properties }: Role): object {
  const isNamed = ({ PolicyName }: RolePolicy) => PolicyName === namedPolicy;
  const { Policies = [] } = (resource.Properties ?? {}) as { readonly Policies?: readonly RolePolicy[] };
  const renewed = [...Policies.filter((each) => !isNamed(each)), ...Properties.Policies.filter(isNamed)];
  return { ...resource, Properties: { ...resource.Properties, Policies: renewed } };
}
