import { AwsError } from '../errors.ts';
import { invalid } from './inputs.ts';

interface Served {
  readonly fingerprint: string;
  readonly ids: readonly string[];
}

const tokenLengthMax = 64;

/**
 * Remembers what a client token brought about: the same token with the same parameters brings about nothing more (EC2
 * Developer Guide, "Ensuring idempotency"). Requests that failed are not remembered.
 */
export class TokenMemory {
  readonly #served = new Map<string, Served>();

  /**
   * The ids that this token made in this scope (a zone or the whole Region), if any.
   * @throws AwsError IdempotentParameterMismatch when the parameters differ, InvalidParameterValue for a malformed token
   */
  recall(scope: string, token: string | undefined, input: object): readonly string[] | undefined {
    if (!token) return undefined;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: EC2 takes ASCII, of which these are the bounds.
    if (token.length > tokenLengthMax || !/^[\x00-\x7f]*$/.test(token)) {
      throw invalid(
        `Value (${token}) for parameter clientToken is invalid. Token must be at most ${tokenLengthMax} ASCII characters.`,
      );
    }
    const served = this.#served.get(key(scope, token));
    if (served && served.fingerprint !== fingerprint(input)) {
      throw new AwsError(
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    }
    return served?.ids;
  }

  remember(scope: string, token: string | undefined, input: object, ids: readonly string[]): void {
    if (token) this.#served.set(key(scope, token), { fingerprint: fingerprint(input), ids });
  }
}

function key(scope: string, token: string): string {
  return `${scope}\n${token}`;
}

function fingerprint(input: object): string {
  const { ClientToken: _token, DryRun: _dryRun, ...rest } = input as Record<string, unknown>;
  return JSON.stringify(sorted(rest));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
}
