import type { Filter } from '@aws-sdk/client-ec2';
import { NotSimulated } from '../errors.ts';
import type { Ec2 } from './ec2.ts';

/**
 * Whether a describe of images or snapshots asks for our own. Only those are in a simulation; without an owner AWS would
 * also list public ones, which a caller that takes "the newest" must not see by luck.
 * @throws NotSimulated for a request that would also list public ones
 */
export function refuseForeign(
  ec2: Ec2,
  operation: string,
  owners: readonly string[] | undefined,
  ids: readonly string[] | undefined,
  filters: readonly Filter[] | undefined,
): boolean {
  if (owners && owners.length > 0)
    return owners.some((owner) => owner === 'self' || owner === ec2.sim.accountId);
  // A filter by ids shows no more than those, like the ids themselves.
  const isOwn = (filters ?? []).some(
    ({ Name: name = '' }) => ['owner-id', 'image-id', 'snapshot-id'].includes(name) || name.startsWith('tag'),
  );
  if ((ids && ids.length > 0) || isOwn) return true;
  throw new NotSimulated(`ec2:${operation} of what others have made public`);
}
