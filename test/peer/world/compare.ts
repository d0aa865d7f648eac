/** What two answers to one question have in common for whoever asked, and where they part. */
import { createRequire } from 'node:module';
import type { ServiceName } from '../../../simulator/service.ts';
import { type Answer, packageOf, type Question } from './clients.ts';
import type { Asked } from './replay.ts';
import { compareShapes, type Mismatch, shapeOf } from './shape.ts';

/** Where simulator and peer differ. `ours` and `theirs` are kinds, values or errors; `none` is a member that is not there. */
export interface Difference extends Mismatch {
  /** Such as `ec2:DescribeInstances`. */
  readonly operation: string;
  /** A request that shows it. */
  readonly asked: Question;
}

/** Each difference once, with the first request that shows it. */
export function differencesIn(asked: readonly Asked[]): readonly Difference[] {
  const found = new Map<string, Difference>();
  for (const one of asked)
    for (const mismatch of compareAnswers(one)) {
      const operation = `${one.question.service}:${one.question.operation}`;
      const difference = { operation, ...mismatch, asked: one.question };
      const key = keyOf(difference);
      if (!found.has(key)) found.set(key, difference);
    }
  return [...found.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What makes two differences the same one. */
export function keyOf({ operation, path, ours, theirs }: Omit<Difference, 'asked'>): string {
  return `${operation} ${path || 'answer'}: ours ${ours}, theirs ${theirs}`;
}

/** How the answers to one question part: in whether there is one, in members, or in what enumerated members say. */
export function compareAnswers({ question, ours, theirs, atRest }: Asked): readonly Mismatch[] {
  const [a, b] = [outcomesOf(ours), outcomesOf(theirs)];
  if (a !== b) return [{ path: '', ours: a, theirs: b }];
  const members = compareShapes(shapeOf(outputsOf(ours)), shapeOf(outputsOf(theirs)));
  if (!atRest) return members;
  const words = wordsOf(question.service);
  const said = (answers: readonly Answer[]) => shapeOf(outputsOf(answers), words);
  const values = compareShapes(said(ours), said(theirs)).filter(
    ({ ours: mine, theirs: other }) => mine.startsWith('"') && other.startsWith('"'),
  );
  return [...members, ...values.map(lengthsInWords)];
}

/** How many there are depends on the world; which side has more does not. */
function lengthsInWords(mismatch: Mismatch): Mismatch {
  const longest = (said: string) =>
    Math.max(...[...said.matchAll(/"(\d+) elements"/g)].map(([, n]) => Number(n)));
  const [ours, theirs] = [longest(mismatch.ours), longest(mismatch.theirs)];
  if (!Number.isFinite(ours) || !Number.isFinite(theirs)) return mismatch;
  const more = { ours: 'more elements', theirs: 'fewer elements' };
  return { path: mismatch.path, ...(ours > theirs ? more : { ours: more.theirs, theirs: more.ours }) };
}

function outputsOf(answers: readonly Answer[]): readonly unknown[] {
  return answers.flatMap((answer) => (answer.ok ? [answer.output] : []));
}

/** `an answer`, or the errors by which a caller tells them apart. */
function outcomesOf(answers: readonly Answer[]): string {
  const outcomes = answers.map((answer) =>
    answer.ok
      ? 'an answer'
      : `${answer.error.name} (${answer.error.fault ?? 'no'} fault, ${answer.error.status})`,
  );
  return [...new Set(outcomes)].sort().join(' and ');
}

const require = createRequire(import.meta.url);
const known = new Map<ServiceName, ReadonlySet<string>>();

/**
 * Says of a text whether callers decide by it: it is a value of one of the SDK's enumerations, or stands in a member that is
 * called a status or a state.
 */
function wordsOf(service: ServiceName): (text: string, member: string) => boolean {
  const words = known.get(service) ?? enumerated(service);
  known.set(service, words);
  return (text, member) => /(Status|State|StateValue)$/.test(member) || words.has(text);
}

function enumerated(service: ServiceName): ReadonlySet<string> {
  const exported = Object.values(require(packageOf(service)) as Readonly<Record<string, unknown>>);
  const enums = exported.filter((value): value is Record<string, string> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return Object.values(value).every((member) => typeof member === 'string');
  });
  return new Set(enums.flatMap((each) => Object.values(each)));
}
