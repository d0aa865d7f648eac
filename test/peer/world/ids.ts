/** Names that AWS gives to what it makes: the simulator's for the peer's. */
export class Ids {
  readonly #world: (text: string) => string;
  readonly #learned = new Map<string, string>();

  /** @param world gives a text of the world in the peer's names */
  constructor(world: (text: string) => string) {
    this.#world = world;
  }

  /** The same value in the peer's names, wherever one of ours stands in it: an ARN holds the name of what it is of. */
  translate<T>(value: T): T {
    return this.#translate(value) as T;
  }

  #translate(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item) => this.#translate(item));
    if (!isStructure(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#translate(member)]));
  }

  #text(value: string): string {
    const whole = this.#learned.get(value);
    if (whole !== undefined) return whole;
    return this.#world(value.replace(given, (found) => this.#learned.get(found) ?? found));
  }

  /** Says what the peer calls something of ours. */
  name(ours: string, theirs: string): void {
    this.#learned.set(ours, theirs);
  }

  /** Learns from two answers to one request which name of the peer stands where one of ours stands. */
  learn(ours: unknown, theirs: unknown, member = ''): void {
    if (typeof ours === 'string' && typeof theirs === 'string') {
      // Lists come in any order: what has a name already was made earlier, and another one may stand in its place.
      if (ours !== theirs && isName(ours, member) && this.#text(ours) === ours) this.name(ours, theirs);
    } else if (Array.isArray(ours) && Array.isArray(theirs)) {
      // A list of plain names says again what was asked for, in any order.
      for (const [place, item] of ours.entries())
        if (typeof item !== 'string') this.learn(item, theirs[place], member);
    } else if (isStructure(ours) && isStructure(theirs)) {
      for (const [name, item] of Object.entries(ours)) this.learn(item, theirs[name], name);
    }
  }
}

/** How the services write names of their own making: `i-0a11c0ffee0000001`, a UUID, a digest. */
const given = /\b[a-z]+-[0-9a-f]{17}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16,32}\b/g;

function isName(text: string, member: string): boolean {
  return text.replace(given, '') !== text || /(Id|Arn|ETag|Token)$/.test(member);
}

function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return !(value instanceof Date || value instanceof Uint8Array || Array.isArray(value) || 'pipe' in value);
}
