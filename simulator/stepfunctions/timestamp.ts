const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The instant, in milliseconds since the epoch, of a timestamp as the States Language takes it: ISO 8601 with an upper-case
 * `T` and an offset or `Z`. Anything else, a 30 February among it, is `undefined`.
 */
export function parseTimestamp(text: string): number | undefined {
  const parts = shape.exec(text);
  if (!parts) return undefined;
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
