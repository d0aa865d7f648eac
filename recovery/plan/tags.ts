import type { Tags } from './plan.ts';

/** Tags as a plan selects by them, such as `App=shop, Role=web`. */
export function sayTags(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
