import type { Member, Shape, Structure } from './schema.ts';

/** A service answered with a value that its model does not allow: a defect of the simulator, not an answer of AWS. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
}

/**
 * Why a value does not fit a shape, beginning with the path to the culprit, or `undefined`. Codecs take what they are
 * given to fit: a misspelt member or a date as text would otherwise vanish on the wire without a trace.
 */
export function misfitOf(shape: Shape, value: unknown): string | undefined {
  switch (shape.kind) {
    case 'structure':
      return structureMisfit(shape, value);
    case 'list':
      if (!Array.isArray(value)) return ' is not a list';
      return firstMisfit(value.entries(), () => shape.item);
    case 'map':
      if (!isRecord(value)) return ' is not a map';
      return firstMisfit(Object.entries(value), () => shape.value);
    case 'blob':
      return value instanceof Uint8Array || typeof value === 'string'
        ? undefined
        : ' is neither bytes nor text';
    case 'timestamp':
      return value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : ' is not a valid Date';
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === shape.kind ? undefined : ` is not a ${shape.kind}`;
    default:
      return shape satisfies never;
  }
}

function structureMisfit(shape: Structure, value: unknown): string | undefined {
  if (!isRecord(value)) return ' is not a structure';
  const set = Object.entries(value).filter(([, member]) => member !== undefined);
  if (shape.isUnion && set.length !== 1) return ` must have one member, as ${shape.name} is a union`;
  return firstMisfit(set, (name) => shape.members.get(String(name)));
}

function firstMisfit(
  entries: Iterable<[string | number, unknown]>,
  memberOf: (name: string | number) => Member | undefined,
): string | undefined {
  for (const [name, value] of entries) {
    const member = memberOf(name);
    const misfit = member ? misfitOf(member.shape, value) : ' is not in the model';
    if (misfit !== undefined) return (typeof name === 'number' ? `[${name}]` : `.${name}`) + misfit;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
