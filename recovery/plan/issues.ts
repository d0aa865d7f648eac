import * as v from 'valibot';
import { nearest } from './nearest.ts';
import type { Finding, Path } from './plan-error.ts';
import { type PlanForm, planSchema } from './schema.ts';
import { type SchemaNode, schemaAt } from './shape.ts';
import { nodeAt, type SourceNode } from './source.ts';

/** What the schema objects to, in the words of its fields, and the places that checks must not read. */
export interface Objections {
  readonly findings: readonly Finding[];
  readonly blanks: readonly Path[];
  /** The plan's form, when there is no objection. */
  readonly form?: PlanForm;
}

/**
 * Checks data against the schema of plans. `data` is without strangers (see `shape.ts`), `raw` is as written: what an
 * error quotes. Of `undefined`, which no YAML gives, the mistake is told already: a misspelt key, a dangling alias.
 */
export function checkForm(data: unknown, raw: unknown, source: SourceNode): Objections {
  const result = v.safeParse(planSchema, data, { abortPipeEarly: true });
  const findings: Finding[] = [];
  const blanks: Path[] = [];
  for (const issue of result.issues ?? []) {
    const items = issue.path ?? [];
    const path = items.map((item) => item.key as string | number);
    if (items.at(-1)?.origin === 'key') {
      findings.push(issue.type === 'strict_object' ? missing(path) : badKey(path));
    } else {
      if (issue.input !== undefined) findings.push(badValue(path, raw, source));
      blanks.push(path);
    }
  }
  return { findings, blanks, ...(result.success && { form: result.output }) };
}

/** What a field's metadata says of it; `fields.ts` puts it there. */
function wordsOf(schema: SchemaNode): { readonly noun: string; readonly example: string } {
  const told = v.getMetadata(schema) as { readonly noun: string; readonly examples: readonly [unknown] };
  return { noun: told.noun, example: asYaml(told.examples[0]) };
}

function missing(path: Path): Finding {
  const key = String(path.at(-1));
  const { noun, example } = wordsOf(schemaAt(planSchema, path));
  return { path, message: `"${key}" is missing`, fix: `add ${noun}, such as ${key}: ${example}` };
}

function badKey(path: Path): Finding {
  // Only a map of names has a key that may be bad.
  const { noun, example } = wordsOf(schemaAt(planSchema, path.slice(0, -1)).key!);
  const message = `expected ${noun}, found the key "${String(path.at(-1))}"`;
  return { path, message, fix: `rename it; an example is ${example}` };
}

function badValue(path: Path, raw: unknown, source: SourceNode): Finding {
  const schema = schemaAt(planSchema, path);
  const { noun, example } = wordsOf(schema);
  const as = nodeAt(source, path).written;
  const value = valueAt(raw, path);
  return {
    path,
    message: `expected ${noun}, found ${describe(value, as)}`,
    fix:
      likelyFix(schema, value, as) ??
      (schema.type === 'picklist' ? `write ${noun}` : `write ${noun}, such as ${example}`),
  };
}

/** What was probably meant, where that can be told: `30` for a duration, `True` for a text, `automtic` for a word. */
function likelyFix(schema: SchemaNode, value: unknown, as: string | undefined): string | undefined {
  const fits = (other: unknown) => v.is(schema, other);
  if (typeof value === 'number') {
    const durations = ['s', 'm', 'h'].map((unit) => `${value}${unit}`).filter(fits);
    if (durations.length > 0 && !fits(as)) return `add a unit: ${durations.join(' or ')}`;
  }
  if (typeof value === 'number' || typeof value === 'boolean')
    return fits(as) ? `quote it: "${as}"` : undefined;
  if (typeof value !== 'string') return undefined;
  const number = Number(/^(\d+) ?[a-z]*$/.exec(value)?.[1]);
  if (fits(number)) return `write ${number}`;
  if (schema.options === undefined) return undefined;
  const meant = nearest(value, schema.options.map(String));
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], data);
}

const quotedMax = 60;

function describe(value: unknown, as: string | undefined): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') {
    return value.length > quotedMax ? `${JSON.stringify(value.slice(0, quotedMax))}…` : JSON.stringify(value);
  }
  if (typeof value !== 'object') return as ?? String(value);
  const kind = Array.isArray(value) ? 'list' : 'map';
  return Object.keys(value).length === 0 ? `an empty ${kind}` : `a ${kind}`;
}

function asYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asYaml).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${asYaml(key)}: ${asYaml(inner)}`);
    return `{ ${entries.join(', ')} }`;
  }
  const word = String(value);
  return /^[A-Za-z0-9/][A-Za-z0-9_./:-]*$/.test(word) ? word : JSON.stringify(word);
}
