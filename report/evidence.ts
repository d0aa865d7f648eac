import * as v from 'valibot';
import type { OrderGiven } from './operator.ts';
import { evidenceSchema, responseSchema, summarySchema } from './schema.ts';

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** What `lifeboat drill --json` prints about one recovery; `schema.ts` says what each member means. */
export type Summary = DeepReadonly<v.InferOutput<typeof summarySchema>>;

/** The summary and everything that explains it: the content of `evidence.json`. */
export type Evidence = DeepReadonly<v.InferOutput<typeof evidenceSchema>>;

/** What `lifeboat event --json` prints: what was decided, and the recoveries that followed. */
export type Response = DeepReadonly<v.InferOutput<typeof responseSchema>>;

/** One decision about a plan. */
export type Decision = Response['decisions'][number];

/** One step as evidence tells it. */
export type StepEvidence = Evidence['steps'][number];

/** A record that is not evidence: a member is missing, unknown or out of its range. */
export class InvalidEvidence extends Error {
  override readonly name = 'InvalidEvidence';
}

/** The summary of an evidence record: exactly the members of the `--json` contract, in its order. */
export function summaryOf(evidence: Evidence): Summary {
  const members = Object.keys(summarySchema.entries).map((key) => [key, evidence[key as keyof Summary]]);
  return accept(summarySchema, Object.fromEntries(members));
}

/** What happened and what came of it, as the `--json` contract has it. @throws InvalidEvidence when it breaks its own schema. */
export function responseOf(
  decisions: readonly Decision[],
  recoveries: readonly Evidence[],
  orders: readonly OrderGiven[],
): Response {
  return accept(responseSchema, { decisions, recoveries: recoveries.map(summaryOf), orders });
}

/** The text of `evidence.json`. @throws InvalidEvidence when the record breaks its own schema. */
export function writeEvidence(evidence: Evidence): string {
  return `${JSON.stringify(accept(evidenceSchema, evidence), null, 2)}\n`;
}

/** Reads the text of `evidence.json`. @throws InvalidEvidence naming the first member that is wrong. */
export function readEvidence(text: string): Evidence {
  return accept(evidenceSchema, parseJson(text));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidEvidence('the text is not JSON', { cause });
  }
}

function accept<Schema extends typeof summarySchema | typeof evidenceSchema | typeof responseSchema>(
  schema: Schema,
  value: unknown,
): DeepReadonly<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output as DeepReadonly<v.InferOutput<Schema>>;
  const [issue] = result.issues;
  throw new InvalidEvidence(`${v.getDotPath(issue) ?? 'evidence'}: ${issue.message}`);
}
