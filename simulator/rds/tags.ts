import type {
  AddTagsToResourceCommandInput,
  ListTagsForResourceCommandInput,
  RemoveTagsFromResourceCommandInput,
} from '@aws-sdk/client-rds';
import { NotSimulated } from '../errors.ts';
import { refuseUnmodelled } from '../modelled.ts';
import { readArn } from './names.ts';
import type { Rds } from './rds.ts';
import { invalidValue } from './refusals.ts';
import { readTags, tagList } from './shapes.ts';
import type { DbInstance, DbSnapshot } from './state.ts';

/** RDS API Reference, AddTagsToResource: fifty tags at most. */
const tagsMax = 50;

/** @throws AwsError DBInstanceNotFound, DBSnapshotNotFound, InvalidParameterValue */
export function addTags(rds: Rds, input: AddTagsToResourceCommandInput): object {
  const resource = findResource(rds, input.ResourceName);
  const tags = readTags(input.Tags);
  if (Object.keys(tags).some((key) => key.startsWith('aws:'))) {
    throw invalidValue('Tag keys cannot start with the reserved prefix aws:');
  }
  const merged = { ...resource.tags, ...tags };
  if (Object.keys(merged).length > tagsMax)
    throw invalidValue(`A resource can have at most ${tagsMax} tags.`);
  resource.tags = merged;
  return {};
}

/** @throws AwsError DBInstanceNotFound, DBSnapshotNotFound, InvalidParameterValue */
export function removeTags(rds: Rds, input: RemoveTagsFromResourceCommandInput): object {
  const resource = findResource(rds, input.ResourceName);
  const kept = Object.entries(resource.tags).filter(([key]) => !input.TagKeys?.includes(key));
  resource.tags = Object.fromEntries(kept);
  return {};
}

/** @throws AwsError DBInstanceNotFound, DBSnapshotNotFound, InvalidParameterValue */
export function listTags(rds: Rds, input: ListTagsForResourceCommandInput): object {
  refuseUnmodelled('rds:ListTagsForResource', input, ['ResourceName']);
  return { TagList: tagList(findResource(rds, input.ResourceName).tags) };
}

function findResource(rds: Rds, name: string | undefined): DbInstance | DbSnapshot {
  const arn = readArn(name ?? '');
  if (!arn || arn.region !== rds.region) throw invalidValue(`Invalid resource name: ${name}`);
  if (arn.kind === 'db') return rds.findInstance(name);
  if (arn.kind === 'snapshot') return rds.findSnapshot(name);
  throw new NotSimulated(`tags of an RDS ${arn.kind}`);
}
