import { DescribeTagsCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { Answer } from '../../recovery/answer.ts';
import type { ObservedTags } from '../../recovery/observed.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Sight } from '../../recovery/readiness/sight.ts';
import { newestCompleted } from '../../recovery/steps/volumes.ts';
import { newestOf } from '../../recovery/terms.ts';
import { allBatches } from '../pages.ts';
import { type Asking, askAll, clientFor } from './asking.ts';

type Launching = Pick<
  Sight,
  'images' | 'snapshots' | 'standing' | 'templates' | 'subnets' | 'securityGroups'
>;

/** A filter takes so many values (EC2 User Guide, filtering). */
const idsPerCall = 200;

/**
 * The tags of everything that a launch or a restore is made from, and of where it goes, in a call or two: the roles may use
 * only what carries the plan's tag. What could not be read is left to its own check.
 */
export async function readIngredients(
  asking: Asking,
  plan: Plan,
  launching: Launching,
): Promise<Sight['ingredients']> {
  const ids = ingredientsOf(plan, launching);
  const client = clientFor(EC2Client, asking);
  const tags: Record<string, Record<string, string>> = Object.fromEntries(ids.map((id) => [id, {}]));
  const answer = await allBatches(ids, idsPerCall, (Values) => {
    const Filters = [{ Name: 'resource-id', Values }];
    return askAll(asking, {
      asked: 'ec2:DescribeTags',
      send: (NextToken, abortSignal) =>
        client.send(new DescribeTagsCommand({ Filters, NextToken }), { abortSignal }),
      next: ({ NextToken }) => NextToken,
      items: ({ Tags = [] }) => Tags,
    });
  });
  if (!answer.ok) return answer;
  for (const { ResourceId = '', Key = '', Value = '' } of answer.value) {
    const found = tags[ResourceId];
    if (found) found[Key] = Value;
  }
  return { ok: true, value: tags satisfies Readonly<Record<string, ObservedTags>> };
}

function ingredientsOf(plan: Plan, launching: Launching): readonly string[] {
  const { images, snapshots, standing, templates, subnets, securityGroups } = launching;
  const instances = Object.values(standing).flatMap(known);
  return [
    ...new Set([
      ...Object.values(images).flatMap(
        (found) => newestOf(known(found), ({ createdAt }) => createdAt)?.id ?? [],
      ),
      ...Object.values(snapshots).flatMap((found) => newestCompleted(known(found))?.id ?? []),
      // Copies of standing servers are launched from their image and into their groups.
      ...instances.flatMap(({ imageId, securityGroups: groups }) => [imageId, ...groups]),
      ...Object.values(templates).flatMap((found) =>
        found.ok && found.value !== 'absent' ? (found.value.id ?? []) : [],
      ),
      ...known(subnets).map(({ id }) => id),
      ...known(securityGroups),
      ...(plan.drill.network?.securityGroups ?? []),
    ]),
  ];
}

function known<Value>(answer: Answer<readonly Value[]>): readonly Value[] {
  return answer.ok ? answer.value : [];
}
