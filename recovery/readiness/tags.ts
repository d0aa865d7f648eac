import type { Answer } from '../answer.ts';
import { tagKeys } from '../identity.ts';
import type { ObservedTags } from '../observed.ts';
import { bad, list, ok, type ReadinessCheck, type ReadinessFinding } from './finding.ts';
import type { Sight } from './sight.ts';

/**
 * What the roles must touch carries the plan's tag: a selector chooses, the tag permits. What could not be read is told by
 * the check of the resource itself.
 */
export const tagFindings: ReadinessCheck = (plan, sight) => {
  const replicas = new Set(plan.databases.map(({ replica }) => replica));
  const groups: readonly (readonly [string, readonly (readonly [string, ObservedTags])[]])[] = [
    [
      'instances',
      Object.values(sight.standing)
        .flatMap(known)
        .map(({ id, tags }) => [id, tags]),
    ],
    [
      'replicas',
      known(sight.databases)
        .filter(({ id }) => replicas.has(id))
        .map(({ id, tags }) => [id, tags]),
    ],
    ['ingredients', sight.ingredients.ok ? Object.entries(sight.ingredients.value) : []],
    ['target groups', present(sight.targetGroups)],
    ['settings', present(sight.settings)],
    ['documents', reloads(plan.reload?.document, sight)],
    ['fenced instances', known(sight.fenced).map(({ id, tags }) => [id, tags])],
  ];
  return groups.flatMap(([what, resources]) => tagFinding(what, resources, plan.plan));
};

/** What several plans may share; whose it is does not matter there. */
const shared = ['ingredients', 'target groups', 'documents'];

function tagFinding(
  what: string,
  resources: readonly (readonly [string, ObservedTags])[],
  plan: string,
): readonly ReadinessFinding[] {
  if (resources.length === 0) return [];
  const name = `tags of ${what}`;
  const wayOut = `tag it ${tagKeys.plan}=${plan}`;
  const bare = resources.flatMap(([id, tags]) => (tagKeys.plan in tags ? [] : [id]));
  if (bare.length > 0)
    return [bad(name, `no role may touch ${list(bare)}: it carries no ${tagKeys.plan}`, wayOut)];
  const foreign = shared.includes(what)
    ? []
    : resources.flatMap(([id, tags]) =>
        tags[tagKeys.plan] === plan ? [] : [`${id} (${tags[tagKeys.plan]})`],
      );
  if (foreign.length > 0)
    return [
      bad(name, `${list(foreign)} carries the name of another plan`, `${wayOut}, or correct the selector`),
    ];
  return [ok(name, `all ${resources.length} carry ${tagKeys.plan}`)];
}

function known<Value>(answer: Answer<readonly Value[]>): readonly Value[] {
  return answer.ok ? answer.value : [];
}

function present(
  answers: Readonly<Record<string, Answer<ObservedTags | 'absent'>>>,
): [string, ObservedTags][] {
  return Object.entries(answers).flatMap(([name, answer]): [string, ObservedTags][] =>
    answer.ok && answer.value !== 'absent' ? [[name, answer.value]] : [],
  );
}

/** Our own documents are permitted by their ARN; the plan's is by its tag. */
function reloads(document: string | undefined, sight: Sight): [string, ObservedTags][] {
  const answer = document === undefined ? undefined : sight.documents[document];
  return document !== undefined && answer?.ok && answer.value !== 'absent'
    ? [[document, answer.value.tags]]
    : [];
}
