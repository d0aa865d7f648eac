import middy, { type MiddlewareObj } from '@middy/core';
import * as v from 'valibot';
import { BrokenInvariant, InvalidInput } from '../recovery/errors.ts';
import type { Invocation } from './deps.ts';

/** What the Lambda service gives to a handler besides the event, as far as it is used here. */
export interface LambdaContext {
  readonly functionName?: string;
  readonly awsRequestId?: string;
}

/** Finds the dependencies of an invocation: live ones are built once, a drill makes them each time. */
export type Provide = (context: LambdaContext) => Invocation;

export type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** A step's answer stays small: lists live in the ledger, the machine's payloads carry names and counts. */
const outputBytesMax = 4096;

/**
 * The shape of every function: parse the event, run, check the answer, log what failed. Returns a maker of handlers, so
 * that the same function runs on AWS and in a drill.
 */
export function lambda<Input>(
  name: string,
  schema: v.GenericSchema<unknown, Input>,
  run: (input: Input, invocation: Invocation) => Promise<object>,
): (provide: Provide) => Handler {
  return (provide) => {
    const handler = middy<Input, object>({ timeoutEarlyInMillis: 0 })
      .use(parseEvent(schema))
      .use(limitOutput())
      .handler((input: Input, context: unknown) => run(input, provide(context as LambdaContext)));
    return async (event, context) => {
      try {
        return await (handler as unknown as Handler)(event, context);
      } catch (error) {
        const { deps } = provide(context);
        const what = error instanceof Error ? error : new BrokenInvariant(String(error));
        deps.log('error', `${name} threw ${what.name}: ${what.message}`, { stack: what.stack });
        throw what;
      }
    };
  };
}

function parseEvent<Input>(schema: v.GenericSchema<unknown, Input>): MiddlewareObj<Input, object> {
  return {
    before: (request) => {
      const parsed = v.safeParse(schema, request.event);
      if (!parsed.success) {
        const issue = parsed.issues[0];
        throw new InvalidInput(`${v.getDotPath(issue) ?? 'event'}: ${issue.message}`);
      }
      request.event = parsed.output;
    },
  };
}

function limitOutput(): MiddlewareObj<unknown, object> {
  return {
    after: (request) => {
      const bytes = Buffer.byteLength(JSON.stringify(request.response ?? null));
      if (bytes > outputBytesMax)
        throw new BrokenInvariant(`an answer of ${bytes} bytes, more than ${outputBytesMax}`);
    },
  };
}
