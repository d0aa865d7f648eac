import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';
import { errorCatalogue, errorsOf } from '../../simulator/error-catalogue.ts';
import { AwsError, NotSimulated } from '../../simulator/errors.ts';
import type { ServiceName } from '../../simulator/service.ts';
import { openAccount, recovery, settings } from '../simulator/data-account.ts';

const require = createRequire(import.meta.url);
const packages: Readonly<Partial<Record<ServiceName, string>>> = {
  autoscaling: 'auto-scaling',
  ec2: 'ec2',
  elasticloadbalancing: 'elastic-load-balancing-v2',
  events: 'eventbridge',
  monitoring: 'cloudwatch',
  rds: 'rds',
  route53: 'route-53',
  s3: 's3',
  sns: 'sns',
  ssm: 'ssm',
  states: 'sfn',
};

/** Members without which a request has no path to go to. */
const least = { Bucket: 'bucket', Key: 'key', Id: 'C1', HealthCheckId: 'h', HostedZoneId: 'Z1', Body: 'x' };

interface SdkClient {
  readonly config: { readonly protocol: { getShapeId(): string } };
  send(command: object): Promise<unknown>;
}
type Exports = Readonly<Record<string, unknown>>;

const entries = Object.entries(errorCatalogue) as [
  ServiceName,
  NonNullable<(typeof errorCatalogue)[ServiceName]>,
][];

function clientOf(service: ServiceName, options: object): { client: SdkClient; exports: Exports } {
  const exports = require(`@aws-sdk/client-${packages[service]}`) as Exports;
  const name = Object.keys(exports).find((each) => /^[A-Z].*Client$/.test(each) && !each.startsWith('__'));
  const Client = exports[name!] as new (options: object) => SdkClient;
  return { client: new Client(options), exports };
}

/** The codes that the SDK's own documentation gives an operation, as they are on the wire. */
function documented(service: ServiceName, operation: string): readonly string[] {
  const { client, exports } = clientOf(service, { region: recovery });
  const isQuery = /query|Query/.test(client.config.protocol.getShapeId()) || service === 'monitoring';
  const file = join(
    import.meta.dirname,
    `../../node_modules/@aws-sdk/client-${packages[service]}/dist-types/commands/${operation}Command.d.ts`,
  );
  return [...readFileSync(file, 'utf8').matchAll(/@throws \{@link (\w+)\} \((?:client|server) fault\)/g)].map(
    ([, name = '']) => {
      const schema = exports[`${name}$`] as readonly unknown[] | undefined;
      const { awsQueryError } = (schema?.[3] ?? {}) as { readonly awsQueryError?: readonly string[] };
      return (isQuery && awsQueryError?.[0]) || name;
    },
  );
}

test('the catalogue has every error that the SDK documents for an operation, or says why AWS does not answer it', () => {
  const missing = entries.flatMap(([service, { operations, neverAnswered }]) => {
    const never = new Set(Object.values(neverAnswered).flat());
    return Object.keys(operations).flatMap((operation) => {
      const known = new Set(errorsOf(service, operation).map(({ code }) => code));
      return documented(service, operation)
        .filter((code) => !known.has(code) && !never.has(code))
        .map((code) => `${service}:${operation} ${code}`);
    });
  });
  assert.deepEqual(missing, []);
});

test('nothing is both answered and never answered, and each service says where its errors stand', () => {
  for (const [service, { operations, neverAnswered, source }] of entries) {
    assert.match(source, /API Reference/, service);
    const never = new Set(Object.values(neverAnswered).flat());
    const own = new Set(Object.values(operations).flatMap((codes) => Object.keys(codes)));
    assert.deepEqual(
      [...own].filter((code) => never.has(code)),
      [],
      service,
    );
  }
});

test('an operation that is not in the catalogue has no errors to choose from', () => {
  assert.throws(() => errorsOf('ec2', 'CreateVpc'), NotSimulated);
  assert.throws(() => errorsOf('iam', 'GetRole'), NotSimulated);
});

test('an error of every operation reaches a client with its code and its status', async () => {
  const sim = openAccount();
  const wrong: string[] = [];
  let next: AwsError | undefined;
  sim.faults.push(() => next && { kind: 'error', error: next });
  for (const [service, { operations }] of entries) {
    const { client, exports } = clientOf(service, settings(sim, recovery));
    for (const operation of Object.keys(operations)) {
      const Command = exports[`${operation}Command`] as new (input: object) => object;
      for (const { code, httpStatus } of errorsOf(service, operation)) {
        next = new AwsError(code, 'swept', httpStatus);
        const got = await sim.clock.drive(client.send(new Command(least)).catch((error: unknown) => error));
        const {
          name,
          Code = name,
          $metadata,
        } = got as { name?: string; Code?: string; $metadata?: { httpStatusCode?: number } };
        const isThis = [name, Code].some(
          (each) => each === code || each === `${code}Fault` || each === `${code}Exception`,
        );
        if (!isThis || $metadata?.httpStatusCode !== httpStatus)
          wrong.push(
            `${service}:${operation} ${code} ${httpStatus}: ${name} ${$metadata?.httpStatusCode} ${got}`,
          );
      }
    }
  }
  assert.deepEqual(wrong, []);
});
