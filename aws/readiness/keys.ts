import type { Plan } from '../../recovery/plan/plan.ts';
import type { Sight } from '../../recovery/readiness/sight.ts';
import { newestCompleted } from '../../recovery/steps/volumes.ts';
import { newestOf } from '../../recovery/terms.ts';
import { type Asking, byName } from './asking.ts';
import { openCompute } from './compute.ts';
import { openHousehold } from './household.ts';

type Known = Pick<Sight, 'images' | 'snapshots' | 'standing' | 'databases'>;

/** Which KMS keys a recovery would need, and whether each can be used. Only customer keys show up with an id of their own. */
export async function readKeys(
  asking: Asking,
  plan: Plan,
  seen: Known,
): Promise<Pick<Sight, 'keys' | 'keyUse'>> {
  const compute = openCompute(asking);
  const snapshotsOf = newestImageSnapshots(seen);
  const owners = standingOwners(seen);
  const [imageSnapshots, volumes] = await Promise.all([
    compute.snapshotsById([...snapshotsOf.keys()]),
    compute.volumeKeys([...owners.keys()]),
  ]);
  const users = new Map<string, Set<string>>();
  const note = (key: string | undefined, user: string) => {
    if (key !== undefined) users.set(key, (users.get(key) ?? new Set()).add(user));
  };
  for (const [name, answer] of Object.entries(seen.snapshots))
    if (answer.ok) note(newestCompleted(answer.value)?.keyId, `volumes.${name}`);
  if (imageSnapshots.ok)
    for (const { id, keyId } of imageSnapshots.value) note(keyId, `servers.${snapshotsOf.get(id)}`);
  if (volumes.ok)
    for (const { instance, keyId } of volumes.value) note(keyId, `servers.${owners.get(instance)}`);
  for (const { name, replica } of plan.databases) {
    const found = seen.databases.ok ? seen.databases.value.find(({ id }) => id === replica) : undefined;
    note(found?.keyId, `databases.${name}`);
  }
  const keyUse = Object.fromEntries([...users].map(([key, of]) => [key, [...of]]));
  const refusal = [imageSnapshots, volumes].find((answer) => !answer.ok);
  return {
    keys: await byName([...users.keys()], openHousehold(asking).key),
    keyUse: refusal && !refusal.ok ? refusal : { ok: true, value: keyUse },
  };
}

/** The snapshots of the image that each server would be launched from, with the server's name. */
function newestImageSnapshots({ images }: Known): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(images).flatMap(([server, answer]) => {
      if (!answer.ok) return [];
      const image = newestOf(answer.value, ({ createdAt }) => createdAt);
      return (image?.snapshots ?? []).map((id) => [id, server] as const);
    }),
  );
}

function standingOwners({ standing }: Known): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(standing).flatMap(([server, answer]) =>
      answer.ok ? answer.value.map(({ id }) => [id, server] as const) : [],
    ),
  );
}
