import type { Catcher, Retrier } from './definition.ts';
import type { Fields } from './fields.ts';

/** Error names that begin with `States.` are reserved (Amazon States Language, "Errors"). */
const reserved = new Set([
  'States.ALL',
  'States.BranchFailed',
  'States.DataLimitExceeded',
  'States.ExceedToleratedFailureThreshold',
  'States.HeartbeatTimeout',
  'States.Http.Socket',
  'States.IntrinsicFailure',
  'States.ItemReaderFailed',
  'States.NoChoiceMatched',
  'States.ParameterPathFailure',
  'States.Permissions',
  'States.ResultPathMatchFailure',
  'States.ResultWriterFailed',
  'States.Runtime',
  'States.TaskFailed',
  'States.Timeout',
]);

const longestDelaySeconds = 31_622_400;
const mostAttempts = 99_999_999;

/** `Retry`: the fields and defaults of Amazon States Language, "Retrying after error". */
export function parseRetry(fields: Fields): readonly Retrier[] {
  const all = fields.objects('Retry');
  return all.map((retrier, index) => {
    const errorEquals = parseErrorEquals(retrier, index === all.length - 1);
    const intervalSeconds = retrier.whole('IntervalSeconds', { least: 1, most: 99_999_999 }) ?? 1;
    const maxAttempts = retrier.whole('MaxAttempts', { least: 0, most: mostAttempts }) ?? 3;
    const maxDelaySeconds = retrier.whole('MaxDelaySeconds', { least: 1, most: longestDelaySeconds });
    if (maxDelaySeconds !== undefined && maxDelaySeconds <= intervalSeconds) {
      retrier.fault('MaxDelaySeconds must be greater than IntervalSeconds', 'MaxDelaySeconds');
    }
    const parsed = {
      errorEquals,
      intervalSeconds,
      maxAttempts,
      backoffRate: parseBackoffRate(retrier),
      maxDelaySeconds,
      jitter: parseJitter(retrier),
    };
    retrier.end();
    return parsed;
  });
}

/** `Catch`: Amazon States Language, "Fallback states". `note` is told each transition. */
export function parseCatch(fields: Fields, note: (next: string, fields: Fields) => void): readonly Catcher[] {
  const all = fields.objects('Catch');
  return all.map((catcher, index) => {
    catcher.requires('Next');
    const errorEquals = parseErrorEquals(catcher, index === all.length - 1);
    const resultPath = catcher.resultPath();
    const next = catcher.text('Next') ?? '';
    note(next, catcher);
    catcher.end();
    return { errorEquals, resultPath, next };
  });
}

function parseErrorEquals(fields: Fields, isLast: boolean): readonly string[] {
  fields.requires('ErrorEquals');
  const names = fields.texts('ErrorEquals');
  if (fields.has('ErrorEquals') && names.length === 0)
    fields.fault('Expected at least one error name', 'ErrorEquals');
  for (const name of names) {
    if (name.startsWith('States.') && !reserved.has(name)) {
      fields.fault(`'${name}' is not one of the reserved error names`, 'ErrorEquals');
    }
  }
  if (names.includes('States.ALL') && (names.length > 1 || !isLast)) {
    fields.fault('States.ALL must appear alone and in the last element', 'ErrorEquals');
  }
  return names;
}

function parseBackoffRate(fields: Fields): number {
  const rate = fields.value('BackoffRate') ?? 2;
  if (typeof rate === 'number' && rate >= 1) return rate;
  fields.fault('Expected a number greater than or equal to 1.0', 'BackoffRate');
  return 2;
}

function parseJitter(fields: Fields): 'FULL' | 'NONE' {
  const jitter = fields.text('JitterStrategy') ?? 'NONE';
  if (jitter === 'FULL' || jitter === 'NONE') return jitter;
  fields.fault('Expected FULL or NONE', 'JitterStrategy');
  return 'NONE';
}
