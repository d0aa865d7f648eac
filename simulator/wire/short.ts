/**
 * The short way from a client of the SDK to the simulator. What stands for the client asks the simulator at once, in place of
 * writing a request, finding its endpoint, signing it, having it read, and reading an answer that was written for it. Values
 * are copied as the wire would have carried them, errors become the client's own exceptions, and what this file does not
 * know how to carry goes by the wire: both ways lead to the same place, and a caller cannot tell which was taken.
 */
import { type AwsError, NotSimulated } from '../errors.ts';
import {
  type Carriage,
  carried,
  ec2Request,
  formRequest,
  jsonAnswer,
  jsonRequest,
  xmlAnswer,
} from './carry.ts';
import { Exceptions } from './exceptions.ts';
import { modelOf, type OperationModel, type ServiceModel, serviceOfNamespace } from './model.ts';
import type { Output } from './protocol.ts';
import { extendedIdOf } from './s3.ts';
import { checked, protocolOf, type WireResponse, type WireServer } from './server.ts';
import { s3Input, s3Output } from './short-s3.ts';

/** An operation's schema, as far as it names the operation: its kind, namespace, name, traits, input and output. */
type Schema = readonly [kind: number, namespace: string, name: string, ...rest: unknown[]];

interface Command {
  readonly input: Readonly<Record<string, unknown>>;
  readonly schema?: Schema;
}

type Send = (command: Command, ...rest: readonly unknown[]) => Promise<unknown>;

/** A client of the SDK, as far as the short way needs it. */
interface SdkClient {
  readonly config: {
    readonly protocol: {
      deserializeResponse(operation: object, context: object, response: WireResponse): Promise<unknown>;
    };
  };
  readonly send: Send;
}

/** The configuration of a client, as far as it says who asks, where, and what a client of S3 adds. */
export interface ClientConfig {
  readonly region: string;
  readonly credentials?: { readonly accessKeyId: string };
  readonly requestChecksumCalculation?: string;
  readonly responseChecksumValidation?: string;
}

/** A call that can take the short way. */
interface Question {
  readonly model: ServiceModel;
  readonly operation: OperationModel;
  readonly schema: Schema;
  readonly input: Output;
}

/**
 * Operations for which clients do more than to send what they are given: they sign a second request for another Region, or
 * do not sign at all.
 */
const ownWays: ReadonlySet<string> = new Set([
  'ec2:CopySnapshot',
  'rds:CopyDBClusterSnapshot',
  'rds:CopyDBSnapshot',
  'rds:CreateDBCluster',
  'rds:CreateDBInstanceReadReplica',
  'rds:StartDBInstanceAutomatedBackupsReplication',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
]);

/** By the class of the client. */
const exceptions = new WeakMap<object, Exceptions>();

/**
 * What stands for a client of the SDK: its `send`, on the short way. The client itself is made when something goes by the wire.
 * @param pass lets an answer through, or never does: the caller may be gone by then
 */
export function openShort<C extends object, Config extends ClientConfig>(
  Client: new (config: Config) => C,
  config: Config,
  server: WireServer,
  pass: <T>(answer: () => Promise<T>) => Promise<T>,
): C {
  let client: SdkClient | undefined;
  const open = () => {
    client ??= new Client(config) as unknown as SdkClient;
    return client;
  };
  const known = exceptions.get(Client) ?? new Exceptions();
  exceptions.set(Client, known);
  const way = new ShortWay(open, config, server, known);
  const send: Send = async (command, ...rest) => {
    const question = mayBeShort(rest) ? way.questionOf(command) : undefined;
    return question ? pass(() => way.ask(question)) : open().send(command, ...rest);
  };
  return { send } as unknown as C;
}

/** A callback, or a signal that was aborted beforehand, is the client's own business. */
function mayBeShort([options, callback]: readonly unknown[]): boolean {
  if (callback !== undefined || typeof options === 'function') return false;
  return (options as { abortSignal?: AbortSignal } | undefined)?.abortSignal?.aborted !== true;
}

class ShortWay {
  readonly #open: () => SdkClient;
  readonly #config: ClientConfig;
  readonly #server: WireServer;
  readonly #exceptions: Exceptions;

  constructor(open: () => SdkClient, config: ClientConfig, server: WireServer, known: Exceptions) {
    this.#open = open;
    this.#config = config;
    this.#server = server;
    this.#exceptions = known;
  }

  /** What a command asks, or `undefined` where the wire has to carry it. */
  questionOf({ schema, input }: Command): Question | undefined {
    const service = schema && serviceOfNamespace(schema[1]);
    if (!schema || !service || ownWays.has(`${service}:${schema[2]}`)) return undefined;
    const model = modelOf(service);
    const operation = model.operation(schema[2]);
    if (!operation || !this.#config.credentials) return undefined;
    const read =
      service === 's3' ? s3Input(operation, input, this.#config) : inputOf(model, operation, input);
    return read && { model, operation, schema, input: read };
  }

  async ask(question: Question): Promise<unknown> {
    const { model, operation, input, schema } = question;
    const { service } = model;
    const { region, credentials } = this.#config;
    const { accessKeyId = '' } = credentials ?? {};
    // IAM is one for all Regions, and its clients sign for this one.
    const scope = { accessKeyId, service, region: service === 'iam' ? 'us-east-1' : region };
    const asked = await this.#server.ask(service, scope, operation, input);
    const { requestId } = asked;
    if (!asked.ok) return this.#throw(question, asked.error, requestId);
    let response: WireResponse;
    try {
      const output = outputOf(model, operation, asked.output, requestId);
      if (output) return output;
      // Clients of S3 do more with an answer than to read it.
      if (service === 's3')
        throw new NotSimulated(
          `s3:${operation.name} with an answer that only the wire can carry, on the short way`,
        );
      response = protocolOf(model).encode(
        model,
        operation,
        checked(model, operation, asked.output),
        requestId,
      );
    } catch (defect) {
      return this.#throw(question, this.#server.refuse(defect), requestId);
    }
    return this.#read(response, schema);
  }

  /** The turn of the event loop begins before the exception is looked for: what is new takes no longer than what is known. */
  async #throw(question: Question, error: AwsError, requestId: string): Promise<never> {
    const turn = new Promise<void>((resolve) => setImmediate(resolve));
    const exception = await this.#exceptionOf(question, error, requestId);
    await turn;
    throw exception;
  }

  async #exceptionOf(
    { model, operation, schema }: Question,
    error: AwsError,
    requestId: string,
  ): Promise<unknown> {
    const method = operation.http?.[0] ?? 'POST';
    const codec = {
      encode: (each: AwsError, id: string) => protocolOf(model).encodeError(model, each, id, { method }),
      read: (response: WireResponse) => this.#read(response, schema),
    };
    const from = `${model.service} ${method === 'HEAD' ? 'without a body' : ''}`;
    try {
      return await this.#exceptions.exceptionOf(from, error, requestId, codec);
    } catch (defect) {
      return this.#exceptions.exceptionOf(from, this.#server.refuse(defect), requestId, codec);
    }
  }

  /** Reads a response with the client's own codec. @throws what its caller gets */
  async #read(response: WireResponse, schema: Schema): Promise<unknown> {
    const [, namespace, name, traits, input, output] = schema;
    const { config } = this.#open();
    try {
      const operation = { namespace, name, traits, input, output };
      return withMetadata(await config.protocol.deserializeResponse(operation, config, response));
    } catch (error) {
      // Clients hide it, too.
      if (error instanceof Error && '$metadata' in error)
        Object.defineProperty(error, '$response', { value: response, enumerable: false });
      throw withMetadata(error);
    }
  }
}

/** What the SDK's own retries, of which there are none, say of themselves. */
const onlyAttempt = { attempts: 1, totalRetryDelay: 0 };

function inputOf(
  model: ServiceModel,
  { input: structure }: OperationModel,
  input: unknown,
): Output | undefined {
  const carriage = requestCarriage(model);
  // A global endpoint of EventBridge is signed in another way.
  if (!carriage || (input as { EndpointId?: unknown }).EndpointId !== undefined) return undefined;
  return carried(structure, input, carriage);
}

/** `undefined` for REST: there each member travels in a way of its own. */
function requestCarriage({ protocol }: ServiceModel): Carriage | undefined {
  switch (protocol) {
    case 'aws.protocols#ec2Query':
      return ec2Request;
    case 'aws.protocols#awsQuery':
      return formRequest;
    case 'aws.protocols#awsJson1_0':
    case 'aws.protocols#awsJson1_1':
      return jsonRequest;
    default:
      return undefined;
  }
}

function withMetadata(result: unknown): unknown {
  const { $metadata } = result as { $metadata?: object };
  if ($metadata) Object.assign($metadata, onlyAttempt);
  return result;
}

/** `undefined` for an output that the client's own codec has to read. */
function outputOf(
  model: ServiceModel,
  operation: OperationModel,
  answered: unknown,
  requestId: string,
): Record<string, unknown> | undefined {
  const { service } = model;
  const isS3 = service === 's3';
  const carriage = requestCarriage(model) === jsonRequest ? jsonAnswer : xmlAnswer;
  const output = isS3 ? s3Output(operation, answered) : carried(operation.output, answered, carriage);
  if (!output) return undefined;
  output['$metadata'] = {
    httpStatusCode: operation.http?.[2] ?? 200,
    requestId,
    // Nearly nobody asks for it.
    get extendedRequestId() {
      return isS3 ? extendedIdOf(requestId) : undefined;
    },
    cfId: undefined,
    ...onlyAttempt,
  };
  return output;
}
