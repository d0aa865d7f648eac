/**
 * The exceptions of SDK clients without their codecs: of each kind of error the client reads one, whose texts are marks,
 * and every further one is made like it with its own texts in the place of the marks.
 */
import { AwsError } from '../errors.ts';
import type { WireResponse } from './message.ts';
import { extendedIdOf } from './s3.ts';

/** How a service writes an error, and how a client of the SDK reads it: by throwing what its caller gets. */
export interface ErrorCodec {
  encode(error: AwsError, requestId: string): WireResponse;
  read(response: WireResponse): Promise<unknown>;
}

interface Pattern {
  readonly create: new (options: object) => object;
  readonly properties: readonly (readonly [name: string, value: unknown])[];
}

/** Texts that stand in a pattern for those of an error. */
const requestMark = 'mark-of-the-request';
const hostMark = extendedIdOf(requestMark);
const messageMark = 'mark of the message';
const markOf = (member: string) => `mark of ${member}`;

const patternsMost = 2000;

/** The exceptions of one client class. */
export class Exceptions {
  readonly #patterns = new Map<string, Pattern>();

  /**
   * The exception for an error. In how many turns of the microtask queue it comes depends on whether its kind is new to
   * this process: whoever waits for it has to wait for a turn of the event loop as well.
   * @param from what an exception depends on besides the error: the service, and whether answers have bodies
   */
  async exceptionOf(from: string, error: AwsError, requestId: string, codec: ErrorCodec): Promise<unknown> {
    const names = Object.keys(error.members);
    const isPlain = [error.message, ...Object.values(error.members)].every(isPlainText);
    if (!isPlain) return thrownBy(codec, error, requestId);
    const kind = [from, error.code, error.httpStatus, ...names].join('\n');
    let pattern = this.#patterns.get(kind);
    if (!pattern) {
      pattern = await patternOf(error, names, codec);
      if (!pattern) return thrownBy(codec, error, requestId);
      if (this.#patterns.size < patternsMost) this.#patterns.set(kind, pattern);
    }
    const texts = new Map<unknown, unknown>([
      [messageMark, error.message],
      [requestMark, requestId],
    ]);
    for (const name of names) texts.set(markOf(name), error.members[name]);
    return likePattern(pattern, texts, requestId);
  }
}

/** A text that stands for itself wherever it is written: nothing that a reader might cut off or take for a value. */
function isPlainText(value: unknown): boolean {
  return typeof value === 'string' && /[a-z]/i.test(value) && /^[!-~](?:[ -~]*[!-~])?$/.test(value);
}

async function patternOf(
  { code, httpStatus }: AwsError,
  names: readonly string[],
  codec: ErrorCodec,
): Promise<Pattern | undefined> {
  const members = Object.fromEntries(names.map((name) => [name, markOf(name)]));
  const thrown = await thrownBy(codec, new AwsError(code, messageMark, httpStatus, members), requestMark);
  if (!(thrown instanceof Error && '$metadata' in thrown && '$fault' in thrown)) return undefined;
  return { create: thrown.constructor as Pattern['create'], properties: Object.entries(thrown) };
}

async function thrownBy(codec: ErrorCodec, error: AwsError, requestId: string): Promise<unknown> {
  try {
    await codec.read(codec.encode(error, requestId));
  } catch (thrown) {
    return thrown;
  }
  throw new TypeError(`a client takes the error ${error.code} for an answer`);
}

function likePattern(pattern: Pattern, texts: ReadonlyMap<unknown, unknown>, requestId: string): object {
  const filled = (value: unknown): unknown => {
    if (value === hostMark) return extendedIdOf(requestId);
    if (typeof value === 'string') return texts.get(value) ?? value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner)]));
  };
  const exception = new pattern.create({}) as Record<string, unknown>;
  // Clients take properties away as well, such as a `Message` beside the `message`.
  for (const name of Object.keys(exception)) delete exception[name];
  for (const [name, value] of pattern.properties) exception[name] = filled(value);
  return exception;
}
