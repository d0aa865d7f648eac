import type { ObservedTags } from '../recovery/observed.ts';

/** A tag as the services of AWS take and show it. */
interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** The tags of a resource as ours; SDK types stop here. */
export function toTags(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Tags for what is created. */
export function tagList(tags: ObservedTags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Selects by tags where EC2 and EC2 Auto Scaling list: every pair must match. */
export function tagFilters(tags: ObservedTags): { Name: string; Values: string[] }[] {
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}
