import { NotSimulated } from '../errors.ts';
import { parseJson } from '../json.ts';

/** A JSON value as it was written: an object keeps all its members, those of one name too. */
export type Part = null | boolean | number | string | readonly Part[] | Members;

/** The members of an object in the order in which they were written. */
export class Members {
  readonly entries: readonly (readonly [name: string, value: Part])[];

  constructor(entries: readonly (readonly [string, Part])[]) {
    this.entries = entries;
  }
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * Reads a pattern as EventBridge does, for whom a name may stand twice in an object and a number is its digits.
 * `undefined`: it is not JSON.
 * @throws NotSimulated for a number that has more digits than a double holds, and for half a surrogate pair
 */
export function readPattern(text: string): Part | undefined {
  return readParts(text, (value, token) => {
    if (typeof value === 'number' && digitsOf(token) !== digitsOf(String(value))) {
      throw new NotSimulated(`an event pattern with the number ${token}, which a double does not hold,`);
    }
    if (typeof value === 'string' && !value.isWellFormed()) {
      throw new NotSimulated('an event pattern with half a surrogate pair');
    }
  });
}

/**
 * Refuses an event that says one thing in two ways: which of them EventBridge would match and deliver is not documented.
 * @throws NotSimulated
 */
export function refuseTwins(event: string): void {
  const part = readParts(event, () => {});
  if (part !== undefined) refuseTwinsIn(part);
}

function refuseTwinsIn(part: Part): void {
  if (Array.isArray(part)) for (const item of part as readonly Part[]) refuseTwinsIn(item);
  if (!(part instanceof Members)) return;
  const names = new Set<string>();
  for (const [name, value] of part.entries) {
    if (names.has(name))
      throw new NotSimulated(`an event with two members ${JSON.stringify(name)} in one object`);
    names.add(name);
    refuseTwinsIn(value);
  }
}

type CheckScalar = (value: null | boolean | number | string, token: string) => void;

function readParts(text: string, check: CheckScalar): Part | undefined {
  return parseJson(text) === undefined ? undefined : new Reader(text.match(tokens) ?? [], check).read();
}

/** Reads what is known to be JSON. */
class Reader {
  readonly #tokens: readonly string[];
  readonly #check: CheckScalar;
  #at = 0;

  constructor(found: readonly string[], check: CheckScalar) {
    this.#tokens = found;
    this.#check = check;
  }

  read(): Part {
    const token = this.#tokens[this.#at++]!;
    if (token === '[') return this.#readAll(']', () => this.read());
    if (token === '{') return new Members(this.#readAll('}', () => this.#readMember()));
    const value = JSON.parse(token) as null | boolean | number | string;
    this.#check(value, token);
    return value;
  }

  #readMember(): readonly [string, Part] {
    const name = JSON.parse(this.#tokens[this.#at]!) as string;
    this.#at += 2;
    return [name, this.read()];
  }

  #readAll<T>(close: string, readOne: () => T): readonly T[] {
    const all: T[] = [];
    while (this.#tokens[this.#at] !== close) {
      if (this.#tokens[this.#at] === ',') this.#at++;
      all.push(readOne());
    }
    this.#at++;
    return all;
  }
}

/** A number's digits without the zeros around them, and where its point is: the same for each way to write it. */
function digitsOf(number: string): string {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${kept}e${digits.length - kept.length - fraction.length + Number(exponent)}`;
}
