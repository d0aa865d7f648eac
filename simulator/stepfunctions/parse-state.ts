import type {
  ChoiceState,
  FailState,
  Flow,
  MapState,
  ParallelState,
  PassState,
  State,
  TaskState,
  WaitState,
} from './definition.ts';
import type { Fields } from './fields.ts';
import { parseTest } from './parse-choice.ts';
import { parseCatch, parseRetry } from './parse-errors.ts';
import { parseResource } from './resource.ts';
import { parseTimestamp } from './timestamp.ts';

/** Reads the flows inside a Parallel or a Map. */
export interface FlowReader {
  read(fields: Fields): Flow | undefined;
}

/** Told each transition of a state: where it leads, and the field that says so. */
export type NoteTransition = (next: string, from: Fields, field: string) => void;

/** Nearly for ever: the longest wait or time-out that Step Functions takes. */
const longestSeconds = 99_999_999;
const seconds = { least: 0, most: longestSeconds };
const timeout = { least: 1, most: longestSeconds };

/** Parses one state. Faults are reported to `fields`; a state so faulty that nothing remains is `undefined`. */
export function parseState(
  name: string,
  fields: Fields,
  flows: FlowReader,
  note: NoteTransition,
): State | undefined {
  fields.requires('Type');
  const type = fields.text('Type');
  switch (type) {
    case 'Pass':
      return parsePass(name, fields, note);
    case 'Task':
      return parseTask(name, fields, note);
    case 'Choice':
      return parseChoice(name, fields, note);
    case 'Wait':
      return parseWait(name, fields, note);
    case 'Succeed':
      return { type, name, ...parsePaths(fields) };
    case 'Fail':
      return parseFail(name, fields);
    case 'Parallel':
      return parseParallel(name, fields, flows, note);
    case 'Map':
      return parseMap(name, fields, flows, note);
    case undefined:
      return undefined;
    default:
      return fields.fault(`'${type}' is not a type of state`, 'Type');
  }
}

function parsePaths(fields: Fields) {
  const [inputPath, outputPath] = [fields.path('InputPath'), fields.path('OutputPath')];
  return {
    inputPath: inputPath === undefined ? wholePath : inputPath,
    outputPath: outputPath === undefined ? wholePath : outputPath,
  };
}

const wholePath = { text: '$', root: 'data', segments: [], isDefinite: true } as const;

/** Exactly one of `Next` and `End`. */
function parseExit(fields: Fields, note: NoteTransition): { next: string | undefined } {
  const next = fields.text('Next');
  const end = fields.flag('End');
  if ((next !== undefined) === (end === true)) fields.fault("Expected either 'Next' or 'End': true");
  if (next !== undefined) note(next, fields, 'Next');
  return { next };
}

function parseWorking(fields: Fields, note: NoteTransition) {
  return {
    ...parsePaths(fields),
    resultSelector: fields.template('ResultSelector'),
    resultPath: fields.resultPath(),
    retry: parseRetry(fields),
    catch: parseCatch(fields, (next, from) => note(next, from, 'Next')),
    ...parseExit(fields, note),
  };
}

function parsePass(name: string, fields: Fields, note: NoteTransition): PassState {
  return {
    type: 'Pass',
    name,
    ...parsePaths(fields),
    parameters: fields.template('Parameters'),
    result: fields.value('Result'),
    resultPath: fields.resultPath(),
    ...parseExit(fields, note),
  };
}

function parseTask(name: string, fields: Fields, note: NoteTransition): TaskState | undefined {
  fields.requires('Resource');
  const arn = fields.text('Resource');
  const resource = arn === undefined ? undefined : parseResource(arn);
  if (resource?.kind === 'refused') fields.fault(resource.why, 'Resource');
  const timeoutSeconds = fields.numberOrPath('TimeoutSeconds', timeout);
  const heartbeatSeconds = fields.numberOrPath('HeartbeatSeconds', timeout);
  if (
    timeoutSeconds?.kind === 'number' &&
    heartbeatSeconds?.kind === 'number' &&
    heartbeatSeconds.value >= timeoutSeconds.value
  ) {
    fields.fault('HeartbeatSeconds must be smaller than TimeoutSeconds', 'HeartbeatSeconds');
  }
  const parameters = fields.template('Parameters');
  const rest = parseWorking(fields, note);
  if (!resource || resource.kind === 'refused') return undefined;
  return { type: 'Task', name, resource, timeoutSeconds, heartbeatSeconds, parameters, ...rest };
}

function parseChoice(name: string, fields: Fields, note: NoteTransition): ChoiceState {
  fields.requires('Choices');
  const rules = fields.objects('Choices');
  if (fields.has('Choices') && rules.length === 0)
    fields.fault('Expected at least one choice rule', 'Choices');
  const choices = rules.flatMap((rule) => {
    rule.requires('Next');
    const test = parseTest(rule);
    const next = rule.text('Next');
    if (next !== undefined) note(next, rule, 'Next');
    rule.end();
    return test && next !== undefined ? [{ test, next }] : [];
  });
  const otherwise = fields.text('Default');
  if (otherwise !== undefined) note(otherwise, fields, 'Default');
  return { type: 'Choice', name, ...parsePaths(fields), choices, otherwise };
}

function parseWait(name: string, fields: Fields, note: NoteTransition): WaitState | undefined {
  const given = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'].filter((field) => fields.has(field));
  const rest = { name, ...parsePaths(fields), ...parseExit(fields, note) };
  if (given.length !== 1) {
    for (const field of given) fields.value(field);
    return fields.fault('Expected exactly one of [Seconds, SecondsPath, Timestamp, TimestampPath]');
  }
  const until = parseUntil(fields);
  return until && { type: 'Wait', ...rest, until };
}

function parseUntil(fields: Fields): WaitState['until'] | undefined {
  const fixed = fields.whole('Seconds', seconds);
  if (fixed !== undefined) return { kind: 'seconds', seconds: fixed };
  const secondsPath = fields.referencePath('SecondsPath', true);
  if (secondsPath) return { kind: 'secondsPath', path: secondsPath };
  const timestampPath = fields.referencePath('TimestampPath', true);
  if (timestampPath) return { kind: 'timestampPath', path: timestampPath };
  const text = fields.text('Timestamp');
  if (text === undefined) return undefined;
  const atMs = parseTimestamp(text);
  return atMs === undefined
    ? fields.fault('Expected an ISO-8601 timestamp', 'Timestamp')
    : { kind: 'timestamp', atMs };
}

function parseFail(name: string, fields: Fields): FailState {
  return { type: 'Fail', name, error: fields.textOrPath('Error'), cause: fields.textOrPath('Cause') };
}

function parseParallel(name: string, fields: Fields, flows: FlowReader, note: NoteTransition): ParallelState {
  fields.requires('Branches');
  const inner = fields.objects('Branches');
  if (fields.has('Branches') && inner.length === 0) fields.fault('Expected at least one branch', 'Branches');
  const branches = inner.flatMap((branch) => {
    const flow = flows.read(branch);
    branch.end();
    return flow ? [flow] : [];
  });
  return {
    type: 'Parallel',
    name,
    branches,
    parameters: fields.template('Parameters'),
    ...parseWorking(fields, note),
  };
}

function parseMap(
  name: string,
  fields: Fields,
  flows: FlowReader,
  note: NoteTransition,
): MapState | undefined {
  const processor = parseProcessor(fields, flows);
  const itemsPath = fields.referencePath('ItemsPath', true);
  // `Parameters` and `Iterator` are the older names of `ItemSelector` and `ItemProcessor`.
  const selector = fields.has('Parameters') ? 'Parameters' : 'ItemSelector';
  const itemSelector = fields.template(selector);
  const maxConcurrency = fields.numberOrPath('MaxConcurrency', seconds) ?? { kind: 'number', value: 0 };
  const rest = parseWorking(fields, note);
  return processor && { type: 'Map', name, itemsPath, itemSelector, maxConcurrency, processor, ...rest };
}

function parseProcessor(fields: Fields, flows: FlowReader): Flow | undefined {
  const field = fields.has('Iterator') ? 'Iterator' : 'ItemProcessor';
  fields.requires(field);
  const raw = fields.object(field);
  if (!raw) return undefined;
  const processor = fields.within(field, raw);
  const rawConfig = processor.object('ProcessorConfig');
  if (rawConfig) {
    const config = processor.within('ProcessorConfig', rawConfig);
    const mode = config.text('Mode') ?? 'INLINE';
    if (mode !== 'INLINE') config.fault(`The mode ${mode} is not simulated`, 'Mode');
    config.end();
  }
  const flow = flows.read(processor);
  processor.end();
  return flow;
}
