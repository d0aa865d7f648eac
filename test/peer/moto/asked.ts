import type { IncomingMessage } from 'node:http';

/** One call of AWS's API, as it came over HTTP. */
export interface Asked {
  /** As requests are signed for it, such as `ec2` or `rds`. */
  readonly service: string;
  readonly region: string;
  /** Such as `DescribeInstances`; of a REST protocol the method and the path. */
  readonly operation: string;
  /** The members of a JSON or query request; of others none. */
  readonly members: Readonly<Record<string, unknown>>;
}

const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\/aws4_request/;

/** Reads who is asked for what: the scope of the signature, and the operation where its protocol has it. */
export function askedOf({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Asked {
  const [, region = '', service = ''] = scope.exec(headers.authorization ?? '') ?? [];
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const members = JSON.parse(body.toString('utf8') || '{}') as Record<string, unknown>;
    return { service, region, operation: target.split('.').at(-1) ?? '', members };
  }
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    const members = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
    return { service, region, operation: members['Action'] ?? '', members };
  }
  const [, rpc] = /\/operation\/(\w+)$/.exec(url) ?? [];
  return { service, region, operation: rpc ?? `${method} ${url.split('?')[0]}`, members: {} };
}
