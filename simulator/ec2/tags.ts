import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  TagDescription,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { type FilterTable, passing } from './filters.ts';
import { allowMembers, endDryRun, invalid, limitTags, readTags } from './inputs.ts';
import { findOne, isVisible, type Kind, kinds, missingParameter, type Resource } from './kinds.ts';
import { page } from './select.ts';
import type { Tags } from './state.ts';

type Tagged = Resource & { tags: Tags };

interface TagRow {
  readonly id: string;
  readonly resourceId: string;
  readonly resourceType: string;
  readonly key: string;
  readonly value: string;
}

const tagFilters: FilterTable<TagRow & { readonly tags?: Tags }> = {
  operation: 'DescribeTags',
  values: {
    key: ({ key }) => key,
    'resource-id': ({ resourceId }) => resourceId,
    'resource-type': ({ resourceType }) => resourceType,
    value: ({ value }) => value,
  },
  unmodelled: 'tag-key',
};

/** CreateTags, DeleteTags and DescribeTags. */
export function tagOperations(ec2: Ec2): Operations {
  return {
    CreateTags: (input: CreateTagsRequest) => createTags(ec2, input),
    DeleteTags: (input: DeleteTagsRequest) => deleteTags(ec2, input),
    DescribeTags: (input: DescribeTagsRequest): DescribeTagsResult => {
      allowMembers('DescribeTags', input, 'Filters MaxResults NextToken');
      const rows = tagRows(ec2).filter(passing(tagFilters, input.Filters));
      endDryRun(input);
      const { found, NextToken } = page(rows, { minResults: 5, maxResults: 1000 }, input);
      return { Tags: found.map(viewRow), NextToken };
    },
  };
}

/** Either every resource gets every tag, or none gets any. */
function createTags(ec2: Ec2, input: CreateTagsRequest): Record<string, never> {
  allowMembers('CreateTags', input, 'Resources Tags');
  const resources = findTagged(ec2, input.Resources);
  if (!input.Tags || input.Tags.length === 0) throw missingParameter('Tag');
  const added = readTags(input.Tags);
  for (const { tags } of resources) limitTags({ ...tags, ...added });
  endDryRun(input);
  for (const resource of resources) resource.tags = { ...resource.tags, ...added };
  return {};
}

/**
 * Without tags all of a resource's own go; with a key alone that key goes; with a value only if it has that value (EC2 API
 * Reference, DeleteTags). AWS's own `aws:` tags stay.
 */
function deleteTags(ec2: Ec2, input: DeleteTagsRequest): Record<string, never> {
  allowMembers('DeleteTags', input, 'Resources Tags');
  const resources = findTagged(ec2, input.Resources);
  for (const { Key: key = '' } of input.Tags ?? []) {
    if (key.toLowerCase().startsWith('aws:'))
      throw invalid("Tag keys starting with 'aws:' are reserved for internal use");
  }
  endDryRun(input);
  for (const resource of resources) {
    const isNamed = ([key, value]: [string, string]) =>
      input.Tags?.some((tag) => tag.Key === key && (tag.Value ?? value) === value) ?? true;
    const kept = Object.entries(resource.tags).filter(
      (entry) => entry[0].startsWith('aws:') || !isNamed(entry),
    );
    resource.tags = Object.fromEntries(kept);
  }
  return {};
}

function findTagged(ec2: Ec2, ids: readonly string[] | undefined): Tagged[] {
  if (!ids || ids.length === 0) throw missingParameter('resourceIdSet');
  return ids.map((id) => {
    const store = stores(ec2).find(([kind]) => id.startsWith(kind.prefix));
    if (!store) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
    return findOne(store[0], store[1], id, ec2.nowMs);
  });
}

function stores(ec2: Ec2): [Kind, ReadonlyMap<string, Tagged>][] {
  return [
    [kinds.instance, ec2.instances],
    [kinds.volume, ec2.volumes],
    [kinds.snapshot, ec2.snapshots],
    [kinds.image, ec2.images],
    [kinds.launchTemplate, ec2.launchTemplates],
    [kinds.subnet, ec2.subnets],
    [kinds.vpc, ec2.vpcs],
    [kinds.securityGroup, ec2.securityGroups],
    [kinds.routeTable, ec2.routeTables],
    [kinds.vpcEndpoint, ec2.vpcEndpoints],
    [kinds.vpcPeering, ec2.vpcPeerings],
  ];
}

function tagRows(ec2: Ec2): (TagRow & { readonly tags: Tags })[] {
  const rows = stores(ec2).flatMap(([kind, all]) =>
    [...all.values()]
      .filter((resource) => isVisible(resource, ec2.nowMs))
      .flatMap(({ id: resourceId, tags }) =>
        Object.entries(tags).map(([key, value]) => ({
          id: `${resourceId} ${key}`,
          resourceId,
          resourceType: kind.resourceType,
          key,
          value,
          // The filter `tag:KEY` of this operation looks at the row's own tag.
          tags: { [key]: value },
        })),
      ),
  );
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function viewRow({ resourceId, resourceType, key, value }: TagRow): TagDescription {
  return {
    ResourceId: resourceId,
    ResourceType: resourceType as NonNullable<TagDescription['ResourceType']>,
    Key: key,
    Value: value,
  };
}
