/**
 * Sends every operation of a service through the real SDK client: generated inputs must reach the server as they were,
 * generated outputs and the service's errors must come back to the caller as they were.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../../simulator/errors.ts';
import { type DecodedCall, type WireRequest, WireServer } from '../../simulator/wire/server.ts';
import { BothWays, compareErrors, compareValues } from './both-ways.ts';
import { type Fullness, type Losses, type Schema, ValueSource, type Values, visible } from './wire-values.ts';

/** What is to be left alone, always with the reason. */
export interface Conformance {
  readonly packageName: string;
  readonly clientName: string;
  readonly signingName: string;
  /** Global services sign for one Region. */
  readonly signingRegion?: string;
  readonly inputLosses: Losses;
  readonly config?: object;
  /** Operations that go by the wire although the protocol has a short way; absent where it has none. */
  readonly notShort?: readonly string[];
  /** Operations that do not conform. One that does conform after all fails the test. */
  readonly exempt?: Readonly<Record<string, string>>;
  /** Operations whose errors cannot conform. */
  readonly exemptErrors?: Readonly<Record<string, string>>;
  /** Changes a generated input to one that the client accepts. */
  readonly adjustInput?: (operation: string, input: Values) => void;
  /** Changes a generated output to one that the service could give. */
  readonly adjustOutput?: (operation: string, output: Values) => void;
  /** Takes what the client itself adds to a request out of what the server saw. */
  readonly reconcileInput?: (seen: Values, sent: Values) => void;
  /** Takes what the client or the wire itself adds to an answer out of what the caller got. */
  readonly reconcileOutput?: (got: Values, answered: Values) => void;
}

const nothing: Losses = { emptyLists: false, emptyMaps: false, emptyStructures: false };
export const losses = {
  json: nothing,
  xml: nothing,
  query: { emptyLists: false, emptyMaps: true, emptyStructures: true },
  ec2: { emptyLists: true, emptyMaps: true, emptyStructures: true },
} as const satisfies Record<string, Losses>;

interface Operation {
  readonly name: string;
  readonly input: Schema;
  readonly output: Schema;
}

type Client = { send(command: object): Promise<Values> };
type Constructor<T> = new (argument: object) => T;
type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

const require = createRequire(import.meta.url);
const region = 'eu-west-1';
const rounds: readonly Fullness[] = ['full', 'some', 'some', 'required'];

/** One service: its client, and a server that answers what the test says. */
class Bench {
  readonly conformance: Conformance;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly operations: readonly Operation[];
  readonly errors: readonly Schema[];
  readonly #client: Client;
  #seen: DecodedCall | undefined;
  #answer: () => unknown = () => ({});

  constructor(conformance: Conformance) {
    this.conformance = conformance;
    this.exports = require(conformance.packageName) as Readonly<Record<string, unknown>>;
    const schemas = Object.values(this.exports).filter(Array.isArray);
    this.operations = schemas
      .filter(([kind]) => kind === 9)
      .map(([, , name, , input, output]) => ({ name, input: schemaOf(input), output: schemaOf(output) }));
    // The client's base class has a schema too, which no service sends.
    this.errors = schemas
      .filter(([kind]) => kind === -3)
      .map(schemaOf)
      .filter((error) => error.getMergedTraits().error);
    const server = new WireServer(
      async (call) => {
        this.#seen = call;
        return this.#answer();
      },
      (defect) => {
        throw defect;
      },
    );
    const client = this.exports[conformance.clientName] as Constructor<Client>;
    this.#client = new client({
      region,
      credentials: { accessKeyId: 'AKIACONFORMANCE', secretAccessKey: 'secret' },
      requestHandler: {
        handle: async (request: WireRequest) => ({ response: await server.dispatch(request) }),
      },
      maxAttempts: 1,
      ...conformance.config,
    });
  }

  async send(
    operation: string,
    input: Values,
    answer: () => unknown,
  ): Promise<{ seen: DecodedCall | undefined; got: Values }> {
    this.#seen = undefined;
    this.#answer = answer;
    const command = this.exports[`${operation}Command`] as Constructor<object>;
    const got = await this.#client.send(new command(input));
    delete got['$metadata'];
    return { seen: this.#seen, got };
  }

  input({ name, input }: Operation, seed: string, fullness: Fullness): Values {
    const value = input.isStructSchema() ? new ValueSource(`${seed} in`, fullness).structure(input) : {};
    this.conformance.adjustInput?.(name, value);
    return value;
  }
}

function schemaOf(schema: unknown): Schema {
  return NormalizedSchema.of(schema as SchemaRef);
}

/** Declares the tests of one service. */
export function checkConformance(conformance: Conformance): void {
  const { signingName, exempt = {}, exemptErrors = {} } = conformance;
  const bench = new Bench(conformance);

  test(`no operation of ${signingName} that Lifeboat calls is exempt`, () => {
    const called = calledOperations();
    assert.ok(called.has('RunInstances') && called.has('PutObject'));
    assert.deepEqual(
      Object.keys(exempt).filter((name) => called.has(name)),
      [],
    );
  });

  test(`every operation of ${signingName} takes its input and gives its output over the wire`, async () => {
    const failures = await failing(bench, exempt, (operation) => checkValues(bench, operation));
    assert.deepEqual(failures, []);
  });

  test(`every operation of ${signingName} gives errors with name, message and members over the wire`, async () => {
    const failures = await failing(bench, { ...exempt, ...exemptErrors }, (operation) =>
      checkErrors(bench, operation),
    );
    assert.deepEqual(failures, []);
  });

  test(`every operation of ${signingName} is asked and answered the same on the short way`, async () => {
    const ways = new BothWays(conformance);
    const { differ, byWire } = await compareValues(ways);
    assert.deepEqual(differ, []);
    if (conformance.notShort) assert.deepEqual(byWire.sort(), conformance.notShort);
    assert.deepEqual(await compareErrors(ways), []);
  });
}

/** The operations whose commands the deployed code sends. */
function calledOperations(): ReadonlySet<string> {
  const files = globSync('{aws,functions}/**/*.ts', { cwd: new URL('../../', import.meta.url) });
  const texts = files.map((file) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(/\b(\w+)Command\b/g)].map(([, name]) => name!)));
}

/** What fails although it is not exempt, and what is exempt although it does not fail. */
async function failing(
  bench: Bench,
  exempt: Readonly<Record<string, string>>,
  check: (operation: Operation) => Promise<void>,
): Promise<string[]> {
  const failures: string[] = [];
  for (const operation of bench.operations) {
    const failure = await check(operation).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (operation.name in exempt) {
      if (failure === undefined) failures.push(`${operation.name} is exempt but conforms`);
    } else if (failure !== undefined) failures.push(`${operation.name}: ${failure}`);
  }
  for (const name of Object.keys(exempt)) {
    if (!bench.operations.some((operation) => operation.name === name))
      failures.push(`${name} does not exist`);
  }
  return failures;
}

async function checkValues(bench: Bench, operation: Operation): Promise<void> {
  const { conformance } = bench;
  for (const [round, fullness] of rounds.entries()) {
    const seed = `${operation.name} ${round}`;
    const input = bench.input(operation, seed, fullness);
    const output = operation.output.isStructSchema()
      ? new ValueSource(`${seed} out`, fullness).structure(operation.output)
      : {};
    conformance.adjustOutput?.(operation.name, output);
    const { seen, got } = await bench.send(operation.name, structuredClone(input), () =>
      structuredClone(output),
    );
    assert.equal(seen?.service, conformance.signingName);
    assert.equal(seen.region, conformance.signingRegion ?? region);
    assert.equal(seen.operation, operation.name);
    const seenInput = { ...(seen.input as Values) };
    conformance.reconcileInput?.(seenInput, input);
    assertSame(operation.input, seenInput, input, conformance.inputLosses, 'the input');
    await readStreams(got);
    conformance.reconcileOutput?.(got, output);
    if (operation.output.isStructSchema()) {
      assertSame(operation.output, got, output, nothing, 'the output');
    } else assert.deepEqual(got, {});
  }
}

function assertSame(schema: Schema, actual: unknown, expected: unknown, lost: Losses, what: string): void {
  const [actualVisible, expectedVisible] = [actual, expected].map(
    (value) => visible(schema, value, lost) ?? {},
  );
  try {
    assert.deepEqual(actualVisible, expectedVisible);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}

async function readStreams(output: Values): Promise<void> {
  for (const [name, value] of Object.entries(output)) {
    if (typeof value === 'object' && value !== null && 'transformToByteArray' in value) {
      output[name] = await (value as { transformToByteArray(): Promise<Uint8Array> }).transformToByteArray();
    }
  }
}

/** Spreads the errors of the service over its operations, and gives each operation one that the model lacks. */
async function checkErrors(bench: Bench, operation: Operation): Promise<void> {
  const { errors, operations } = bench;
  const position = operations.indexOf(operation);
  const own = errors.filter(
    (_, index) => index % operations.length === position % Math.max(1, errors.length),
  );
  for (const error of own) await checkError(bench, operation, error);
  const thrown = await caught(
    bench,
    operation,
    new AwsError('Made.Up', 'not <in> the "model" & é', 418, { Detail: 'of it' }),
  );
  assert.equal(thrown['name'], 'Made.Up');
  assert.equal(thrown['message'], 'not <in> the "model" & é');
}

async function checkError(bench: Bench, operation: Operation, error: Schema): Promise<void> {
  const isQuery = ['autoscaling', 'iam', 'rds', 'sns', 'sts', 'elasticloadbalancing', 'monitoring'].includes(
    bench.conformance.signingName,
  );
  const name = error.getName()!;
  const [queryCode = name, httpStatus = 400] = (error.getMergedTraits()['awsQueryError'] ?? []) as [
    string?,
    number?,
  ];
  const code = isQuery ? queryCode : name;
  const { message: _, Message: __, ...members } = new ValueSource(name, 'full').structure(error);
  const thrown = await caught(bench, operation, new AwsError(code, `about ${name}`, httpStatus, members));
  // Where a code is the name of one error and the code of another, clients throw the first.
  const isName = bench.errors.some((other) => other.getName() === code);
  assert.equal(thrown['name'], isQuery && isName ? code : name);
  assert.equal(thrown['message'], `about ${name}`);
  assert.equal((thrown['$metadata'] as Values)['httpStatusCode'], httpStatus);
  if (isQuery) assert.equal((thrown['Error'] as Values)['Code'], code);
  for (const [member, schema] of error.structIterator()) {
    if (!(member in members)) continue;
    assertSame(schema, thrown[member], members[member], nothing, `${name}.${member}`);
  }
}

async function caught(bench: Bench, operation: Operation, error: AwsError): Promise<Values> {
  const input = bench.input(operation, operation.name, 'required');
  const answered = bench.send(operation.name, input, () => {
    throw error;
  });
  return answered.then(
    () => assert.fail('no error arrived'),
    (thrown: Values) => thrown,
  );
}
