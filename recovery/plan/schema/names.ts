import { duration, list, named, text } from '../fields.ts';
import * as patterns from '../patterns.ts';

export const name = (of: string, example: string) =>
  text(patterns.namePattern, {
    title: `Name of ${of}`,
    description: 'Lower-case letters, digits and hyphens, at most 40, a letter first.',
    noun: 'a name of lower-case letters, digits and hyphens that begins with a letter',
    example,
  });

export const tags = (of: string, example: Record<string, string>) =>
  named(
    text(patterns.tagKeyPattern, {
      title: 'Tag key',
      description: 'A key of your own; keys under aws: and lifeboat: are not for choosing.',
      noun: 'a tag key without wildcards, not under aws: or lifeboat:',
      example: 'App',
    }),
    text(patterns.tagValuePattern, {
      title: 'Tag value',
      description: 'Compared exactly as written: no wildcards. Quote true, yes and numbers.',
      noun: 'a tag value as text, without wildcards',
      example: 'shop',
    }),
    {
      title: `Tags of ${of}`,
      description: `What carries all of these tags is chosen: ${of}.`,
      noun: 'a map of tags, at least one',
      example,
    },
  );

export const instanceTypes = list(
  text(patterns.instanceTypePattern, {
    title: 'Instance type',
    description: 'An EC2 instance type.',
    noun: 'an instance type',
    example: 'm7g.large',
  }),
  {
    title: 'Instance types',
    description: 'Tried in this order, across the subnets, when there is no capacity for the one before.',
    noun: 'a list of instance types, at least one',
    example: ['m7g.large', 'm6g.large'],
  },
);

export const subnets = (description: string) =>
  list(
    text(patterns.subnetPattern, {
      title: 'Subnet',
      description: 'A subnet id in the recovery Region.',
      noun: 'a subnet id',
      example: 'subnet-0a11c0ffee0000001',
    }),
    {
      title: 'Subnets',
      description,
      noun: 'a list of subnet ids, at least one',
      example: ['subnet-0a11c0ffee0000001'],
    },
  );

export const targetGroup = text(patterns.targetGroupPattern, {
  title: 'Target group',
  description: 'Name of the target group in the recovery Region that the servers are registered in.',
  noun: 'the name of a target group',
  example: 'shop-web',
});

export const bound = (of: string, otherwise: { value: string; why: string }) =>
  duration('1m', '24h', {
    title: 'Bound',
    description: `How long ${of} may take before the step fails and says what it waited for.`,
    example: otherwise.value,
    otherwise,
  });

export const oldest = (of: string) =>
  duration('1m', '400d', {
    title: 'Oldest acceptable',
    description: `How old the newest ${of} may be. With an older one the recovery holds for a person.`,
    example: '26h',
  });

export const url = (title: string, description: string, example: string) =>
  text(patterns.urlPattern, {
    title,
    description,
    noun: 'an http or https address with a host, without user or fragment',
    example,
  });

export const databaseId = (title: string, description: string, example: string) =>
  text(patterns.databaseIdPattern, {
    title,
    description,
    noun: 'an RDS instance identifier in lower case',
    example,
  });
