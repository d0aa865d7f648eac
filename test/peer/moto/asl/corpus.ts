import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../../simulator/json.ts';

/** What a function does at one invocation; without a member it answers with its event. The last one stands for all later. */
export interface Answer {
  readonly returns?: Json;
  readonly throws?: string;
  readonly afterSeconds?: number;
  /** What it tells Step Functions before it answers, with the token that its event has as `token`. */
  readonly tells?: { readonly success: Json } | { readonly failure: { error: string; cause: string } };
}

export type Functions = Readonly<Record<string, readonly Answer[]>>;

/** One machine and one input of the corpus. A resource `fn:NAME` of the definition is that function. */
export interface Machine {
  readonly name: string;
  readonly definition: JsonObject;
  readonly functions: Functions;
  readonly input: Json;
}

/** How a case is written: a whole definition, or what a machine is made around. */
interface Row {
  readonly name: string;
  readonly definition?: JsonObject;
  /** One state, which ends the machine. */
  readonly state?: JsonObject;
  /** One choice rule, which leads to `Yes`; all else leads to `No`. */
  readonly rule?: JsonObject;
  /** One path or intrinsic function, whose value is the machine's output. */
  readonly value?: string;
  readonly functions?: Functions;
  readonly input?: Json;
}

/** What the interpreter's own tests run, and what only the peer runs. */
const directories = [
  join(import.meta.dirname, '../../../simulator/cases/interpreter'),
  join(import.meta.dirname, 'cases'),
];

/** Every machine of the corpus, in the order of the files. */
export function readCorpus(): readonly Machine[] {
  return directories.flatMap((directory) =>
    readdirSync(directory)
      .sort()
      .flatMap((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as readonly Row[])
      .map((row) => ({
        name: row.name,
        definition: definitionOf(row),
        functions: row.functions ?? {},
        input: row.input === undefined ? {} : row.input,
      })),
  );
}

function definitionOf({ definition, state, rule, value }: Row): JsonObject {
  if (definition) return definition;
  if (state) return single('Choices' in state ? state : { ...state, End: true });
  if (rule) {
    const choice = { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' };
    const end = { Type: 'Pass', Parameters: { is: true }, End: true };
    return { StartAt: 'It', States: { It: choice, Yes: end, No: { ...end, Parameters: { is: false } } } };
  }
  return single({ Type: 'Pass', Parameters: { 'value.$': value ?? '$' }, End: true });
}

function single(state: JsonObject): JsonObject {
  return { StartAt: 'It', States: { It: state } };
}
