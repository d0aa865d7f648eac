/** Lists in header values: commas separate, quotes protect. */

export function joinHeader(items: readonly string[]): string {
  return items.map((item) => (/[",]/.test(item) ? `"${item.replace(/["\\]/g, '\\$&')}"` : item)).join(', ');
}

export function splitHeader(value: string): string[] {
  const items = value.match(/\s*(?:"(?:[^"\\]|\\.)*"|[^,"]*)+/g) ?? [];
  return items
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map(unquote);
}

function unquote(item: string): string {
  return /^".*"$/s.test(item) ? item.slice(1, -1).replace(/\\(.)/gs, '$1') : item;
}
