/**
 * Sends the same command twice, over the wire and by the short way: the service must be asked the same, and the caller must
 * get the same, down to the types of objects.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { NormalizedSchema } from '@smithy/core/schema';
import { Connection } from '../../simulator/connection.ts';
import { AwsError } from '../../simulator/errors.ts';
import { type DecodedCall, type WireRequest, WireServer } from '../../simulator/wire/server.ts';
import { type Fullness, type Schema, ValueSource, type Values } from './wire-values.ts';

/** A client, and what inputs and outputs it can do with. */
export interface Service {
  readonly packageName: string;
  readonly clientName: string;
  readonly config?: object;
  readonly adjustInput?: (operation: string, input: Values) => void;
  readonly adjustOutput?: (operation: string, output: Values) => void;
}

interface Client {
  send(command: object): Promise<Values>;
}
type Constructor<T> = new (argument: object) => T;

interface Operation {
  readonly name: string;
  readonly input: Schema;
  readonly output: Schema;
}

/** What came of a command on one of the two ways. */
interface Outcome {
  readonly seen: readonly Partial<DecodedCall>[];
  readonly got: unknown;
  readonly defects: readonly string[];
  readonly requests: number;
}

const require = createRequire(import.meta.url);
const region = 'eu-west-1';
const accessKeyId = 'AKIABOTHWAYS';

/** One service, with a client for each way. */
export class BothWays {
  readonly operations: readonly Operation[];
  readonly errors: readonly Schema[];
  readonly #service: Service;
  readonly #exports: Readonly<Record<string, unknown>>;
  #byWire!: Way;
  #byShort!: Way;
  #answer: () => unknown = () => ({});

  constructor(service: Service) {
    const { packageName } = service;
    this.#service = service;
    this.#exports = require(packageName) as Readonly<Record<string, unknown>>;
    const schemas = Object.values(this.#exports).filter(Array.isArray);
    this.operations = schemas
      .filter(([kind]) => kind === 9)
      .map(([, , name, , input, output]) => ({ name, input: schemaOf(input), output: schemaOf(output) }));
    this.errors = schemas
      .filter(([kind]) => kind === -3)
      .map(schemaOf)
      .filter((error) => error.getMergedTraits().error);
    this.anew();
  }

  /** Opens other clients: one of a query protocol that could not write a request puts its beginning before the next. */
  anew(): void {
    const { clientName, config = {} } = this.#service;
    const Client = this.#exports[clientName] as Constructor<Client>;
    const answer = () => this.#answer();
    this.#byWire = new Way(Client, config, answer, false);
    this.#byShort = new Way(Client, config, answer, true);
  }

  /** A generated input, such as the client can do with. */
  input({ name, input }: Operation, seed: string, fullness: Fullness): Values {
    const value = input.isStructSchema()
      ? new ValueSource(`${name} ${seed} in`, fullness).structure(input)
      : {};
    this.#service.adjustInput?.(name, value);
    return value;
  }

  output({ name, output }: Operation, seed: string, fullness: Fullness): Values {
    const value = output.isStructSchema()
      ? new ValueSource(`${name} ${seed} out`, fullness).structure(output)
      : {};
    this.#service.adjustOutput?.(name, value);
    return value;
  }

  /**
   * Checks that both ways lead to the same. Returns whether the short way was taken: what it leaves to the wire is the same
   * for nothing.
   */
  async same(operation: string, input: unknown, answer: () => unknown): Promise<boolean> {
    this.#answer = answer;
    const Command = this.#exports[`${operation}Command`] as Constructor<object>;
    const byWire = await this.#byWire.send(new Command(structuredClone(input) as object));
    const byShort = await this.#byShort.send(new Command(structuredClone(input) as object));
    const { requests, ...short } = byShort;
    const { requests: _, ...wire } = byWire;
    assert.deepEqual(short, wire);
    return requests === 0;
  }
}

/** One client and the server that it leads to. */
class Way {
  readonly #client: Client;
  #seen: Partial<DecodedCall>[] = [];
  #defects: string[] = [];
  #requests = 0;

  constructor(Client: Constructor<Client>, config: object, answer: () => unknown, isShort: boolean) {
    const server = new WireServer(
      async ({ headers: _, ...call }) => {
        this.#seen.push(call);
        return answer();
      },
      (defect) => this.#defects.push(String(defect)),
    );
    const dispatch = (request: WireRequest) => {
      this.#requests += 1;
      return server.dispatch(request);
    };
    const connection = new Connection(dispatch, server);
    const clientConfig = {
      region,
      credentials: { accessKeyId, secretAccessKey: 'secret' },
      requestHandler: connection,
      maxAttempts: 1,
      ...config,
    };
    this.#client = isShort ? connection.open(Client, clientConfig) : new Client(clientConfig);
  }

  async send(command: object): Promise<Outcome> {
    this.#seen = [];
    this.#defects = [];
    this.#requests = 0;
    const got = await this.#client.send(command).then(readStreams, thrown);
    return { seen: this.#seen, got, defects: this.#defects, requests: this.#requests };
  }
}

function schemaOf(schema: unknown): Schema {
  return NormalizedSchema.of(schema as Parameters<typeof NormalizedSchema.of>[0]);
}

/** An exception with all that a caller may read of it. */
function thrown(error: Error): unknown {
  return { thrown: error, name: error.name, message: error.message, own: { ...error } };
}

async function readStreams(output: Values): Promise<unknown> {
  const read = { ...output };
  for (const [name, value] of Object.entries(output)) {
    if (typeof value === 'object' && value !== null && 'transformToString' in value)
      read[name] = await (value as { transformToString(): Promise<string> }).transformToString();
  }
  return read;
}

const rounds: readonly Fullness[] = ['full', 'some', 'required'];

/** What of a service's operations, inputs and outputs differs between the ways, and which operations were never short. */
export async function compareValues(ways: BothWays): Promise<{ differ: string[]; byWire: string[] }> {
  const differ: string[] = [];
  const byWire: string[] = [];
  for (const operation of ways.operations) {
    let isShort = false;
    for (const [round, fullness] of rounds.entries()) {
      const input = ways.input(operation, `${round}`, fullness);
      const output = ways.output(operation, `${round}`, fullness);
      const compared = ways.same(operation.name, input, () => structuredClone(output));
      await compared.then(
        (short) => {
          isShort ||= short;
        },
        (error: Error) => differ.push(`${operation.name}: ${error.message}`),
      );
    }
    if (!isShort) byWire.push(operation.name);
  }
  return { differ, byWire };
}

/** What of a service's errors differs between the ways. Each is thrown twice: the first may be read as the second is not. */
export async function compareErrors(ways: BothWays): Promise<string[]> {
  const differ: string[] = [];
  const [operation] = ways.operations;
  const errors = [
    ...ways.errors.map((error) => ({ error, text: 'about it' })),
    ...ways.errors.slice(0, 5).map((error) => ({ error, text: ' <odd>\n"é" ' })),
  ];
  const made = [
    new AwsError('Made.Up', 'not <in> the "model" & é', 418, { Detail: 'of it' }),
    new AwsError('Made.Up', 'not in the model', 418, { Detail: 'of it' }),
    new AwsError('MadeUp', '', 503),
    new AwsError('MadeUp', '404', 404),
    ...errors.flatMap(({ error, text }) => errorsOf(error, text)),
  ];
  for (const error of [...made, ...made]) {
    const compared = ways.same(operation!.name, ways.input(operation!, 'error', 'required'), () => {
      throw error;
    });
    await compared.catch((failure: Error) => differ.push(`${error.code}: ${failure.message}`));
  }
  return differ;
}

/** An error as services throw it, with no members, with generated ones and with texts. */
function errorsOf(schema: Schema, message: string): readonly AwsError[] {
  const name = schema.getName()!;
  const [code = name, httpStatus = 400] = (schema.getMergedTraits()['awsQueryError'] ?? []) as [
    string?,
    number?,
  ];
  const { message: _, Message: __, ...members } = new ValueSource(name, 'full').structure(schema);
  const texts = Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => typeof value === 'string')
      .map(([member]) => [member, `text of ${member}`]),
  );
  return [{}, members, texts].map((each) => new AwsError(code, message, httpStatus, each));
}
