import type { Asked } from './asked.ts';
import type { Reply } from './gateway.ts';

/** One refusal of a call, as its service words it on the wire. */
export interface Throttle {
  readonly service: string;
  /** The operation, or what the method and the path of a REST call end with. */
  readonly operation: string;
}

const xml = { 'content-type': 'text/xml' };
const says = 'Rate exceeded';

/** By protocol: EC2's query, the others' query, JSON 1.1, S3's REST (each service's API Reference, common errors). */
const replies: Readonly<Record<string, Reply>> = {
  ec2: {
    status: 503,
    headers: xml,
    body: '<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>throttled</RequestID></Response>',
  },
  rds: {
    status: 400,
    headers: xml,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>${says}</Message></Error><RequestId>throttled</RequestId></ErrorResponse>`,
  },
  ssm: {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: 'ThrottlingException', message: says }),
  },
  s3: {
    status: 503,
    headers: { 'content-type': 'application/xml' },
    body: '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
  },
};

/** Refuses each of these calls once, at its first. */
export function throttleOnce(throttles: readonly Throttle[]): (asked: Asked) => Reply | undefined {
  const left = new Set(throttles);
  return ({ service, operation }) => {
    const hit = [...left].find((one) => one.service === service && operation.endsWith(one.operation));
    if (!hit) return undefined;
    left.delete(hit);
    return replies[service];
  };
}
