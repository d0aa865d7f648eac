/**
 * The server's side of AWS's wire protocols: HTTP requests in, calls of a simulated account out, and back.
 *
 * What each service can be asked is read from the SDK client of the service, so client and server agree on the model;
 * how it is written on the wire is this room's own work, so each checks the other.
 */
import { AwsError, NotSimulated } from '../errors.ts';
import { type RegionName, type ServiceName, serviceNames } from '../service.ts';
import { RequestIds, type Scope, scopeOf } from './identity.ts';
import { awsJson1_0, awsJson1_1 } from './jsonrpc.ts';
import { type Received, receive, type WireRequest, type WireResponse } from './message.ts';
import { Misfit, misfitOf } from './misfit.ts';
import { isServiceName, modelOf, type OperationModel, type ServiceModel } from './model.ts';
import type { Output, Protocol } from './protocol.ts';
import { awsQuery, ec2Query } from './query.ts';
import { route53Rest } from './route53.ts';
import { s3Rest } from './s3.ts';
import { refusal } from './strangers.ts';

export type { WireRequest, WireResponse } from './message.ts';

/** A request, read: who asks which operation of which service for what. */
export interface DecodedCall {
  readonly service: ServiceName;
  readonly region: RegionName;
  readonly operation: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly input: unknown;
}

/** How a call that came without a wire was answered. */
export type Asked =
  | { readonly ok: true; readonly requestId: string; readonly output: unknown }
  | { readonly ok: false; readonly requestId: string; readonly error: AwsError };

/** Answers calls that arrive as HTTP requests, whatever carried them. */
export class WireServer {
  readonly #handle: (call: DecodedCall) => Promise<unknown>;
  readonly #reportDefect: (error: unknown) => void;
  readonly #requestIds = new RequestIds();

  /**
   * `handle` returns the operation's output or throws an `AwsError`. Whatever else goes wrong in it, or with what it
   * returns, is a defect: the caller gets a 500 as from AWS, and `reportDefect` the error.
   */
  constructor(
    handle: (call: DecodedCall) => Promise<unknown>,
    reportDefect: (error: unknown) => void = () => {},
  ) {
    this.#handle = handle;
    this.#reportDefect = reportDefect;
  }

  async dispatch(request: WireRequest): Promise<WireResponse> {
    const received = await receive(request);
    const scope = scopeOf(received.headers);
    if (!scope) {
      const error = new AwsError(
        'MissingAuthenticationToken',
        'Request is missing Authentication Token',
        403,
      );
      return refusal(error, received);
    }
    if (!isServiceName(scope.service)) {
      const names = serviceNames.join(', ');
      return refusal(
        new AwsError('UnknownService', `There is no service '${scope.service}', only ${names}`, 400),
        received,
      );
    }
    return this.#serve(modelOf(scope.service), scope, received);
  }

  /**
   * Serves a call that came without a wire, with an input as the wire would have read it. The answer's output is what the
   * service gave: whoever asks has to copy it.
   */
  async ask(service: ServiceName, scope: Scope, operation: OperationModel, input: Output): Promise<Asked> {
    const requestId = this.#requestIds.next(scope, operation.name);
    const { accessKeyId, region } = scope;
    const call = { service, region, operation: operation.name, accessKeyId, requestId, headers: {}, input };
    try {
      return { ok: true, requestId, output: (await this.#handle(call)) ?? {} };
    } catch (error) {
      return { ok: false, requestId, error: this.#answerOf(error) };
    }
  }

  /** Tells of a defect that was found in an answer, and says what the caller gets in its place. */
  refuse(defect: unknown): AwsError {
    return this.#answerOf(defect);
  }

  async #serve(model: ServiceModel, scope: Scope, request: Received): Promise<WireResponse> {
    const protocol = protocolOf(model);
    let requestId: string | undefined;
    try {
      const { operation, input, headers } = protocol.decode(model, request);
      requestId = this.#requestIds.next(scope, operation.name);
      const { accessKeyId, region } = scope;
      const { service } = model;
      const call = { service, region, operation: operation.name, accessKeyId, requestId, headers, input };
      const output = checked(model, operation, await this.#handle(call));
      return protocol.encode(model, operation, output, requestId);
    } catch (error) {
      requestId ??= this.#requestIds.next(scope, 'unknown');
      return this.#encodeError(protocol, model, error, requestId, request);
    }
  }

  #encodeError(
    protocol: Protocol,
    model: ServiceModel,
    error: unknown,
    requestId: string,
    request: Received,
  ): WireResponse {
    const answer = this.#answerOf(error);
    try {
      return protocol.encodeError(model, answer, requestId, request);
    } catch (defect) {
      return protocol.encodeError(model, this.#answerOf(defect), requestId, request);
    }
  }

  /** The answer to a call that ended with an error. What is none of AWS's is a defect, and reported. */
  #answerOf(error: unknown): AwsError {
    if (error instanceof AwsError) return error;
    this.#reportDefect(error);
    // 501 is none of the statuses that clients try again.
    if (error instanceof NotSimulated) return new AwsError('NotSimulated', error.message, 501);
    return new AwsError(
      'InternalFailure',
      'The request processing has failed because of an unknown error.',
      500,
    );
  }
}

/** What a service answered. @throws Misfit naming the member that the model does not allow */
export function checked(
  model: ServiceModel,
  { name, output: structure }: OperationModel,
  output: unknown,
): Output {
  const value = output ?? {};
  const misfit = misfitOf(structure, value);
  if (misfit !== undefined) throw new Misfit(`the output of ${model.service}:${name}: ${misfit}`);
  return value as Output;
}

/** @throws Error for a protocol that this room does not speak: a new version of a client may choose another. */
export function protocolOf(model: ServiceModel): Protocol {
  switch (model.protocol) {
    case 'aws.protocols#ec2Query':
      return ec2Query;
    case 'aws.protocols#awsQuery':
      return awsQuery;
    case 'aws.protocols#awsJson1_0':
      return awsJson1_0;
    case 'aws.protocols#awsJson1_1':
      return awsJson1_1;
    case 'aws.protocols#restXml':
      return model.service === 's3' ? s3Rest : route53Rest;
    default:
      throw new Error(`the client of ${model.service} speaks ${model.protocol}`);
  }
}
