import { isObject, parseJson } from '../json.ts';
import type { Definition, Flow, State } from './definition.ts';
import { Faults, Fields } from './fields.ts';
import { type FlowReader, parseState } from './parse-state.ts';

/** A definition that can be run, or why it cannot: one message for each fault, as CreateStateMachine gives them. */
export type Parsed =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly faults: readonly string[] };

const longestName = 80;
const longestTimeoutSeconds = 99_999_999;
/** Step Functions Developer Guide, "Service quotas". */
const largestDefinitionBytes = 1_048_576;

/** Parses a definition in Amazon States Language with JSONPath. What the interpreter does not know is a fault. */
export function parseDefinition(text: string): Parsed {
  const raw = parseJson(text);
  if (!isObject(raw)) return { ok: false, faults: ['INVALID_JSON_DESCRIPTION: Expected a JSON object at /'] };
  if (Buffer.byteLength(text) > largestDefinitionBytes) {
    return { ok: false, faults: ['SCHEMA_VALIDATION_FAILED: The definition is larger than 1 MB at /'] };
  }
  const faults = new Faults();
  const fields = new Fields(raw, '/', faults);
  const version = fields.text('Version') ?? '1.0';
  if (version !== '1.0') fields.fault("Expected '1.0'", 'Version');
  refuseJsonata(fields);
  const timeoutSeconds = fields.whole('TimeoutSeconds', { least: 1, most: longestTimeoutSeconds });
  const flow = new Flows(faults).read(fields);
  fields.end();
  if (faults.messages.length > 0 || !flow) return { ok: false, faults: faults.messages };
  return { ok: true, definition: { ...flow, timeoutSeconds } };
}

function refuseJsonata(fields: Fields): void {
  const language = fields.text('QueryLanguage') ?? 'JSONPath';
  if (language !== 'JSONPath')
    fields.fault(`The query language ${language} is not simulated`, 'QueryLanguage');
}

/** Reads flows, one inside the other; state names are unique in the whole machine. */
class Flows implements FlowReader {
  readonly #faults: Faults;
  readonly #names = new Set<string>();

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  read(fields: Fields): Flow | undefined {
    fields.requires('StartAt', 'States');
    const startAt = fields.text('StartAt');
    const raw = fields.object('States');
    if (startAt === undefined || !raw) return undefined;
    const states = new Map<string, State>();
    const leads = new Map<string, string[]>();
    for (const [name, value] of Object.entries(raw)) {
      const at = fields.place(`States/${name}`);
      this.#name(name, at);
      leads.set(name, []);
      if (!isObject(value)) {
        this.#faults.add('SCHEMA_VALIDATION_FAILED', 'Expected value of type Object', at);
        continue;
      }
      const own = new Fields(value, at, this.#faults);
      refuseJsonata(own);
      const state = parseState(name, own, this, (next, from, field) => {
        leads.get(name)!.push(next);
        if (!Object.hasOwn(raw, next)) {
          this.#faults.add(
            'MISSING_TRANSITION_TARGET',
            `Missing '${field}' target: ${next}`,
            from.place(field),
          );
        }
      });
      own.end();
      if (state) states.set(name, state);
    }
    this.#findUnreachable(startAt, leads, fields);
    return { startAt, states };
  }

  #name(name: string, at: string): void {
    if (name.length > longestName) {
      this.#faults.add('SCHEMA_VALIDATION_FAILED', `State names have at most ${longestName} characters`, at);
    }
    if (this.#names.has(name)) this.#faults.add('DUPLICATE_STATE_NAME', `Duplicate State name: ${name}`, at);
    this.#names.add(name);
  }

  #findUnreachable(startAt: string, leads: ReadonlyMap<string, readonly string[]>, fields: Fields): void {
    if (!leads.has(startAt)) {
      this.#faults.add(
        'MISSING_TRANSITION_TARGET',
        `Missing 'StartAt' target: ${startAt}`,
        fields.place('StartAt'),
      );
      return;
    }
    const reached = new Set([startAt]);
    for (const name of reached) for (const next of leads.get(name) ?? []) reached.add(next);
    for (const name of leads.keys()) {
      if (reached.has(name)) continue;
      const what = `State "${name}" is not reachable.`;
      this.#faults.add('MISSING_TRANSITION_TARGET', what, fields.place(`States/${name}`));
    }
  }
}
