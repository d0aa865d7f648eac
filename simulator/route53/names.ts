/**
 * Lower case, a dot at the end, other characters as octal escapes: how Route 53 keeps and returns a name; a star reads
 * `\052` (Route 53 Developer Guide, DNS domain name format).
 */
export function canonicalName(name: string): string {
  const dotted = name.endsWith('.') ? name : `${name}.`;
  return dotted
    .toLowerCase()
    .replace(/\\\d{3}|[^a-z0-9._-]/g, (found) => (found.length === 4 ? found : octal(found)));
}

/** True when a name is the zone itself or lies below it. Both are canonical. */
export function isWithin(name: string, zoneName: string): boolean {
  return name === zoneName || name.endsWith(`.${zoneName}`);
}

/** The order of lists in Route 53: labels from the right, each as ASCII. Both names are canonical. */
export function compareNames(a: string, b: string): number {
  const left = reversed(a);
  const right = reversed(b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The names that a query for `name` may be answered from: itself, then the wildcards above it, nearest first. */
export function candidates(name: string): readonly string[] {
  const labels = name.split('.');
  return [name, ...labels.slice(1, -1).map((_, index) => ['\\052', ...labels.slice(index + 1)].join('.'))];
}

/** True for host names as a CNAME or an MX record may hold them: labels of 1 to 63 characters, 255 in all. */
export function isDomainName(value: string): boolean {
  const bare = value.endsWith('.') ? value.slice(0, -1) : value;
  return (
    bare.length > 0 &&
    value.length <= 255 &&
    bare.split('.').every((label) => /^[\x21-\x2d\x2f-\x7e]{1,63}$/.test(label))
  );
}

function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

/** Dots compare lower than every other character, so that a name comes before the names below it. */
function reversed(name: string): string {
  return name.split('.').reverse().join('\u0000');
}
