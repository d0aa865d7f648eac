import { hash } from 'node:crypto';

/** Who signed a request, for which service and Region: the scope of its Signature Version 4. */
export interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

const authorization =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request\s*,/;

/** The scope of an `Authorization` header. The signature itself is not verified: the simulator knows no secret keys. */
export function scopeOf(headers: Readonly<Record<string, string>>): Scope | undefined {
  const [, accessKeyId, region, service] = authorization.exec(headers['authorization'] ?? '') ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service };
}

/**
 * Request ids that follow from who asks what for the how-many-eth time. They are unique, of constant length, and the
 * same in every run, whatever other callers did before.
 */
export class RequestIds {
  readonly #counts = new Map<string, number>();

  next(scope: Scope, operation: string): string {
    const subject = `${scope.accessKeyId}/${scope.region}/${scope.service}/${operation}`;
    const count = this.#counts.get(subject) ?? 0;
    this.#counts.set(subject, count + 1);
    const hex = hash('sha256', `${subject}/${count}`, 'hex');
    if (scope.service === 's3') return hex.slice(0, 16).toUpperCase();
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `a${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ].join('-');
  }
}
