import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Tags } from './state.ts';

/** Stops the run when a request carries a member whose effect is not modelled. */
export function allowMembers(operation: string, input: object, modelled: string): void {
  const known = modelled.split(' ');
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && name !== 'DryRun' && !known.includes(name)) {
      throw new NotSimulated(`ec2:${operation} with ${name}`);
    }
  }
}

/**
 * Ends a dry run once everything that can be refused was looked at.
 * @throws AwsError DryRunOperation (HTTP 412)
 */
export function endDryRun(input: { readonly DryRun?: boolean | undefined }): void {
  if (input.DryRun) {
    throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  }
}

const userTagsMax = 50;
const keyLengthMax = 128;
const valueLengthMax = 256;

/**
 * The tags of a request as a record.
 * @throws AwsError InvalidParameterValue for a reserved, doubled, empty or overlong key
 */
export function readTags(tags: readonly Tag[] | undefined): Tags {
  const read: Tags = {};
  for (const { Key: key = '', Value: value = '' } of tags ?? []) {
    if (key === '') throw invalid('Tag key must not be empty.');
    if (key.toLowerCase().startsWith('aws:')) {
      throw invalid("Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (key.length > keyLengthMax)
      throw invalid(`Tag key exceeds the maximum length of ${keyLengthMax} characters`);
    if (value.length > valueLengthMax) {
      throw invalid(`Tag value exceeds the maximum length of ${valueLengthMax} characters`);
    }
    if (Object.hasOwn(read, key)) throw invalid(`Duplicate tag key '${key}' specified.`);
    read[key] = value;
  }
  limitTags(read);
  return read;
}

/**
 * Checks that a resource has at most 50 tags; AWS's own `aws:` tags do not count.
 * @throws AwsError TagLimitExceeded
 */
export function limitTags(tags: Tags): void {
  const own = Object.keys(tags).filter((key) => !key.startsWith('aws:'));
  if (own.length > userTagsMax) {
    throw new AwsError('TagLimitExceeded', `The maximum number of Tags for a resource has been reached.`);
  }
}

/**
 * The tags of a request by the type of the resource that gets them.
 * @throws AwsError InvalidParameterValue for a type that the operation does not create
 */
export function readTagSpecifications(
  specifications: readonly TagSpecification[] | undefined,
  creates: readonly string[],
): Readonly<Record<string, Tags>> {
  const read: Record<string, Tags> = {};
  for (const { ResourceType: type, Tags: tags } of specifications ?? []) {
    if (type === undefined) throw invalid('Tag specification resource type must have a value');
    if (!creates.includes(type))
      throw invalid(`'${type}' is not a valid taggable resource type for this operation.`);
    if (Object.hasOwn(read, type)) throw invalid(`Duplicate resource type '${type}' in tag specifications.`);
    read[type] = readTags(tags);
  }
  return read;
}

/** Tags as answers carry them. */
export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/**
 * The same of resources that say nothing of tags where they have none (AWS CLI Command Reference, ec2 describe-volumes and
 * describe-subnets, Example 1); route tables, peerings and endpoints answer with an empty list.
 */
export function tagsIfAny(tags: Tags): { Tags?: Tag[] } {
  const list = tagList(tags);
  return list.length > 0 ? { Tags: list } : {};
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}
