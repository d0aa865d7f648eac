import { createRequire } from 'node:module';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { ServiceName } from '../../../simulator/service.ts';

/** A question to AWS: an operation of a service, asked in a Region. */
export interface Question {
  readonly service: ServiceName;
  readonly region: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the SDK made of the answer: the operation's output, or what was thrown. */
export type Answer =
  | { readonly ok: true; readonly output: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: Refused };

/** Of an error what a caller can tell errors apart by. */
export interface Refused {
  readonly name: string;
  readonly fault: string | undefined;
  readonly status: number | undefined;
}

/** Where an AWS answers. */
export interface Transport {
  readonly requestHandler: object;
  readonly endpoint?: string;
  readonly accessKeyId: string;
}

interface Client {
  readonly config: { readonly requestHandler: unknown };
  send(command: object): Promise<Record<string, unknown>>;
}
type Made<T> = new (argument: object) => T;

const packages: Readonly<Record<ServiceName, readonly [name: string, client: string]>> = {
  autoscaling: ['auto-scaling', 'AutoScalingClient'],
  ec2: ['ec2', 'EC2Client'],
  elasticloadbalancing: ['elastic-load-balancing-v2', 'ElasticLoadBalancingV2Client'],
  events: ['eventbridge', 'EventBridgeClient'],
  iam: ['iam', 'IAMClient'],
  kms: ['kms', 'KMSClient'],
  monitoring: ['cloudwatch', 'CloudWatchClient'],
  rds: ['rds', 'RDSClient'],
  route53: ['route-53', 'Route53Client'],
  s3: ['s3', 'S3Client'],
  servicequotas: ['service-quotas', 'ServiceQuotasClient'],
  sns: ['sns', 'SNSClient'],
  ssm: ['ssm', 'SSMClient'],
  states: ['sfn', 'SFNClient'],
  sts: ['sts', 'STSClient'],
};

const require = createRequire(import.meta.url);

/** The SDK's package of a service, such as `@aws-sdk/client-ec2`. */
export function packageOf(service: ServiceName): string {
  return `@aws-sdk/client-${packages[service][0]}`;
}

/** Asks one AWS through the SDK's own clients, one of each service and Region. */
export class Asker {
  readonly #transport: Transport;
  readonly #clients = new Map<string, Client>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async ask({ service, region, operation, input }: Question): Promise<Answer> {
    const { [`${operation}Command`]: Command } = require(packageOf(service)) as Record<string, Made<object>>;
    if (!Command) throw new TypeError(`${service} has no operation ${operation}`);
    try {
      const { $metadata: _, ...output } = await this.#client(service, region).send(new Command(input));
      return { ok: true, output };
    } catch (error) {
      return { ok: false, error: refusedBy(error) };
    }
  }

  #client(service: ServiceName, region: string): Client {
    const key = `${service} ${region}`;
    const { accessKeyId, requestHandler, endpoint } = this.#transport;
    const Client = (require(packageOf(service)) as Record<string, Made<Client>>)[packages[service][1]]!;
    const client =
      this.#clients.get(key) ??
      new Client({
        region,
        requestHandler,
        maxAttempts: 1,
        forcePathStyle: true,
        // As the ledger's own client has it: S3 answers with checksums where a client sends or wants them.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        disableRequestCompression: true,
        credentials: { accessKeyId, secretAccessKey: 'any' },
        ...(endpoint !== undefined && { endpoint }),
      });
    this.#clients.set(key, client);
    return client;
  }
}

/** One who asks what listens at an address. */
export function askAt(endpoint: string): Asker & { close(): void } {
  const requestHandler = new NodeHttpHandler();
  const asker = new Asker({ requestHandler, endpoint, accessKeyId: 'testing' });
  return Object.assign(asker, { close: () => requestHandler.destroy() });
}

/** The name that stands for an answer which the service's protocol does not have: a page of HTML of the web server. */
export const noSuchOperation = 'NoSuchOperation';

function refusedBy(error: unknown): Refused {
  if (!(error instanceof Error)) throw error;
  const { $metadata, $fault, $response } = error as {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly $fault?: string;
    readonly $response?: { readonly statusCode: number };
  };
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  // Without a status it is no answer at all, but a defect of whoever asks.
  if (status === undefined) throw error;
  const isParsed = $metadata?.httpStatusCode !== undefined && $fault !== undefined;
  return { name: isParsed ? error.name : noSuchOperation, fault: $fault, status };
}
