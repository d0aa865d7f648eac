/** What one plan alone may have: two plans that claim one thing would undo each other's recovery. */
import type { Plan, Tags } from './plan.ts';
import { type Finding, type Path, pathText } from './plan-error.ts';
import { sayTags } from './tags.ts';

/** A mistake that no file shows alone, at a path of the plan named. */
export interface ClaimMistake extends Finding {
  readonly plan: string;
  /** The plan that claims the same. */
  readonly other: string;
  /** Where that one does. */
  readonly otherPath: string;
}

/** One thing that a plan wants for itself. */
interface Claim {
  readonly plan: string;
  readonly path: Path;
  /** What kind of thing it is, as people call it. */
  readonly what: string;
  /** Where it is: claims in two Regions never meet. */
  readonly region: string;
  /** Its name, or the tags that select it. */
  readonly name: string | Tags;
}

/** Each claim that two plans make on one thing, told of both of them. */
export function claimMistakes(plans: readonly Plan[]): readonly ClaimMistake[] {
  const claims = plans.flatMap(claimsOf);
  return claims.flatMap((claim) =>
    claims
      .filter((other) => other.plan !== claim.plan && meet(claim, other))
      .map((other) => mistakeOf(claim, other)),
  );
}

function mistakeOf(claim: Claim, other: Claim): ClaimMistake {
  const place = { plan: claim.plan, path: claim.path, other: other.plan, otherPath: pathText(other.path) };
  if (typeof claim.name === 'string') {
    return {
      ...place,
      message: `the plan "${other.plan}" claims the ${claim.what} ${claim.name} too`,
      fix: 'leave it to one of the two, or make them one plan',
    };
  }
  return {
    ...place,
    message: `the plan "${other.plan}" selects ${claim.what} by ${say(other.name)}, and one may carry both`,
    fix: 'select by a tag that tells the two workloads apart',
  };
}

function claimsOf(plan: Plan): readonly Claim[] {
  const { primary, recovery } = plan.regions;
  const here = (what: string, path: Path, name: Claim['name']): Claim => ({
    plan: plan.plan,
    path,
    what,
    region: recovery,
    name,
  });
  const there = (what: string, path: Path, name: Claim['name']): Claim => ({
    ...here(what, path, name),
    region: primary,
  });
  const { fence } = plan;
  return [
    ...plan.databases.map(({ name, replica }) =>
      here('replica', ['databases', name, 'promote', 'replica'], replica),
    ),
    ...plan.servers.flatMap(({ name, source }) =>
      source.kind === 'start' ? [here('servers', ['servers', name, 'start', 'tags'], source.tags)] : [],
    ),
    ...plan.settings.map(({ parameter }) => here('setting', ['settings', parameter], parameter)),
    ...(fence?.databases ?? []).map((id, place) =>
      there('fenced database', ['fence', 'databases', place], id),
    ),
    ...(fence?.instances
      ? [there('fenced instances', ['fence', 'instances', 'tags'], fence.instances.tags)]
      : []),
    // Names are the world's, not a Region's.
    ...plan.traffic.map((item, place): Claim => {
      const path: Path =
        item.via === 'record' ? ['traffic', place, 'record', 'name'] : ['traffic', place, 'name'];
      const name = item.via === 'record' ? item.record.name : item.name;
      const what = item.via === 'record' && item.record.type === 'TXT' ? 'TXT record of' : 'live name';
      return { plan: plan.plan, path, what, region: '', name };
    }),
  ];
}

function meet(a: Claim, b: Claim): boolean {
  if (a.what !== b.what || a.region !== b.region) return false;
  if (typeof a.name === 'string' || typeof b.name === 'string') return a.name === b.name;
  return overlap(a.name, b.name);
}

/**
 * Whether one resource may carry both sets of tags: they share a pair, and no key asks for two values. Sets that share
 * nothing are left alone: any two selectors might meet in one resource, and nothing says that they do.
 */
function overlap(a: Tags, b: Tags): boolean {
  const common = Object.keys(a).filter((key) => Object.hasOwn(b, key));
  return common.length > 0 && common.every((key) => a[key] === b[key]);
}

function say(name: Claim['name']): string {
  if (typeof name === 'string') return name;
  return sayTags(name);
}
