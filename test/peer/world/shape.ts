/** What an answer of AWS looks like to whoever holds the SDK: which members it has, and of what kind each is. */

/** Kinds by path, such as `Reservations[].Instances[].State.Name` → `string`; elements of a list are taken together. */
export type Shape = ReadonlyMap<string, ReadonlySet<string>>;

/** Says of a text whether it is one of the words that callers decide by. */
export type IsWord = (text: string, member: string) => boolean;

/**
 * Shapes of answers to one request, taken together: a member that one of them has, the request's answers have.
 * @param isWord whose texts are told by what they say, in quotes, and not by their kind; so are booleans, and lists by how long
 * they are. None when absent
 */
export function shapeOf(answers: readonly unknown[], isWord?: IsWord): Shape {
  const shape = new Map<string, Set<string>>();
  const note = (path: string, member: string, value: NonNullable<unknown>) => {
    const kind = isWord ? saidBy(value, member, isWord) : kindOf(value);
    shape.set(path, (shape.get(path) ?? new Set()).add(kind));
  };
  for (const answer of answers) walk(answer, '', '', note);
  return shape;
}

function saidBy(value: NonNullable<unknown>, member: string, isWord: IsWord): string {
  if (Array.isArray(value)) return `"${value.length} elements"`;
  if (typeof value === 'boolean') return `"${value}"`;
  return typeof value === 'string' && isWord(value, member) ? `"${value}"` : kindOf(value);
}

/** A member that only one side has, or that both have with different kinds. */
export interface Mismatch {
  readonly path: string;
  /** Kinds on either side; `none` where there is no such member. */
  readonly ours: string;
  readonly theirs: string;
}

/** Where two shapes part; below a member that one side lacks there is nothing more to say. */
export function compareShapes(ours: Shape, theirs: Shape): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const paths = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  for (const path of paths) {
    const [a, b] = [kindsAt(ours, path), kindsAt(theirs, path)];
    if (a === b || found.some((parent) => isBelow(path, parent.path))) continue;
    found.push({ path, ours: a, theirs: b });
  }
  return found;
}

/** Whether a path leads to something inside what another path leads to. */
function isBelow(path: string, parent: string): boolean {
  return parent === '' || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[]`);
}

function kindsAt(shape: Shape, path: string): string {
  return [...(shape.get(path) ?? ['none'])].sort().join(' or ');
}

/** Calls `tell` with the path, the name and the value of each member, however deep it lies. */
function walk(
  value: unknown,
  path: string,
  member: string,
  tell: (path: string, member: string, value: NonNullable<unknown>) => void,
): void {
  if (value === undefined || value === null) return;
  if (path !== '') tell(path, member, value);
  if (Array.isArray(value)) for (const item of value) walk(item, `${path}[]`, member, tell);
  else if (kindOf(value) === 'structure')
    for (const [name, inner] of Object.entries(value))
      walk(inner, path ? `${path}.${name}` : name, name, tell);
}

function kindOf(value: NonNullable<unknown>): string {
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'date';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'object') return 'transformToString' in value ? 'stream' : 'structure';
  return typeof value;
}
