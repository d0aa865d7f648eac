import { NotSimulated } from '../errors.ts';
import { Members, type Part } from './pattern-text.ts';

/** What each field of a way to match is asked, as it was written, by its dotted path. */
type Asked = ReadonlyMap<string, readonly Part[]>;

/**
 * Refuses a pattern that AWS's own engine matches otherwise than is documented: nobody can say what EventBridge would do,
 * and a rehearsal must not rely on it. Found by comparing with https://github.com/aws/event-ruler 2.1.0, which still has
 * each of these faults as long as `npm run test:peer` passes.
 * @throws NotSimulated
 */
export function refuseEngineFaults(ways: readonly Asked[]): void {
  if (ways.some((way, at) => ways.slice(0, at).some((before) => overlap(before, way)))) {
    throw refused('alternatives of $or that ask the same fields for values of which some are the same');
  }
  for (const path of new Set(ways.flatMap((way) => [...way.keys()]))) {
    // Each way is added to what the engine has compiled before.
    const list = ways.flatMap((way) => way.get(path) ?? []);
    const fault = faults.find(({ befalls }) => befalls(list));
    if (fault) throw refused(fault.why);
  }
}

function refused(why: string): NotSimulated {
  return new NotSimulated(
    `an event pattern with ${why}, which AWS's engine does not match as is documented,`,
  );
}

/** The engine takes such a way for one that it has compiled already, and drops it. */
function overlap(one: Asked, other: Asked): boolean {
  const written = (way: Asked) => JSON.stringify([...way]);
  return (
    one.size === other.size &&
    written(one) !== written(other) &&
    [...one].every(([path, list]) => {
      const known = new Set(list.map((part) => JSON.stringify(part)));
      return other.get(path)?.some((part) => known.has(JSON.stringify(part)));
    })
  );
}

const faults: readonly { readonly why: string; readonly befalls: (list: readonly Part[]) => boolean }[] = [
  {
    why: 'a literal, then a range of numbers, then a text for one field',
    befalls: (list) => inOrder(list, isLiteral, isRange, (part) => !isOnNumbers(part)),
  },
  {
    why: 'a wildcard that begins with an asterisk, then a text in any case for one field',
    befalls: (list) => inOrder(list, opensWithAsterisk, isInAnyCase),
  },
  {
    why: 'a wildcard that begins with an asterisk, then a suffix outside ASCII for one field',
    befalls: (list) =>
      inOrder(list, opensWithAsterisk, (part) => textsOf(part, 'suffix').some((text) => /[^ -~]/.test(text))),
  },
  {
    why: 'the empty suffix beside numbers for one field',
    befalls: (list) => list.some((part) => textsOf(part, 'suffix').includes('')) && list.some(isCompared),
  },
];

/** Whether the members of a list include these, in this order. */
function inOrder(list: readonly Part[], ...wanted: readonly ((part: Part) => boolean)[]): boolean {
  let next = 0;
  for (const part of list) if (wanted[next]?.(part)) next++;
  return next === wanted.length;
}

function isLiteral(part: Part): boolean {
  return typeof part === 'string' || typeof part === 'boolean' || part === null;
}

function isRange(part: Part): boolean {
  return argumentOf(part, 'numeric') !== undefined;
}

/** Whether the engine turns the values of the field into numbers for it. */
function isCompared(part: Part): boolean {
  if (typeof part === 'number' || argumentOf(part, 'numeric') !== undefined) return true;
  return [argumentOf(part, 'anything-but')].flat().some((item) => typeof item === 'number');
}

function isOnNumbers(part: Part): boolean {
  return isCompared(part) || ['cidr', 'exists'].some((name) => argumentOf(part, name) !== undefined);
}

function opensWithAsterisk(part: Part): boolean {
  return textsOf(part, 'wildcard').some((text) => text.startsWith('*'));
}

function isInAnyCase(part: Part): boolean {
  return ['prefix', 'suffix', 'anything-but']
    .map((name) => argumentOf(part, name))
    .concat(part)
    .some((inner) => argumentOf(inner, 'equals-ignore-case') !== undefined);
}

/** The texts that an operator is given, in itself or in `anything-but`, in whatever case. */
function textsOf(part: Part, operator: string): readonly string[] {
  const given = argumentOf(part, operator) ?? argumentOf(argumentOf(part, 'anything-but'), operator);
  const texts = argumentOf(given, 'equals-ignore-case') ?? given;
  return [texts].flat().filter((text) => typeof text === 'string');
}

function argumentOf(part: Part | undefined, operator: string): Part | undefined {
  return part instanceof Members ? part.entries.find(([name]) => name === operator)?.[1] : undefined;
}
