/** The path and query of a check's URL: what a drill asks each server at its own port. */
export function insidePath(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The URL of a check as clients reach it: the live name in place of the check's own. */
export function throughName(url: string, name: string): string {
  const live = new URL(url);
  live.hostname = name.replace(/\.$/, '');
  return live.toString();
}
