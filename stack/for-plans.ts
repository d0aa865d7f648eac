import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../recovery/plan/plan.ts';
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

function knownNames({ Metadata }: RolesTemplate): PlanNames {
  return (Metadata?.['LifeboatNames'] as PlanNames | undefined) ?? nothingNamed;
}

function withNamedPolicy(resource: RolesTemplate['Resources'][string], { Properties }: Role): object {
  const isNamed = ({ PolicyName }: RolePolicy) => PolicyName === namedPolicy;
  const { Policies = [] } = (resource.Properties ?? {}) as { readonly Policies?: readonly RolePolicy[] };
  const renewed = [...Policies.filter((each) => !isNamed(each)), ...Properties.Policies.filter(isNamed)];
  return { ...resource, Properties: { ...resource.Properties, Policies: renewed } };
}
