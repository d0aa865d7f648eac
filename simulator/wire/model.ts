/** What a service can be asked: its protocol, operations and errors, read from the SDK client of the service. */
import { createRequire } from 'node:module';
import type { ServiceName } from '../service.ts';
import { type SchemaRef, type Structure, structureOf, traitsOf } from './schema.ts';

export interface OperationModel {
  readonly name: string;
  readonly input: Structure;
  readonly output: Structure;
  /** Method, path template and status of a REST operation. */
  readonly http: readonly [method: string, template: string, statusCode: number] | undefined;
  /** Whether S3 checks the payload of the operation against the checksums in its headers. */
  readonly hasPayloadChecksum: boolean;
}

export interface ErrorModel {
  /** The model's name, by which SDK clients throw it, e.g. `DBInstanceNotFoundFault`. */
  readonly shapeName: string;
  /** What AWS sends, e.g. `DBInstanceNotFound`; the same as the name unless the model says otherwise. */
  readonly queryCode: string;
  readonly structure: Structure;
}

export interface ServiceModel {
  readonly service: ServiceName;
  /** Smithy's id of the protocol, e.g. `aws.protocols#ec2Query`. */
  readonly protocol: string;
  readonly xmlNamespace: string;
  /** Whether errors carry the code of the older query protocol in a header (CloudWatch). */
  readonly isQueryCompatible: boolean;
  readonly operationNames: readonly string[];
  operation(name: string): OperationModel | undefined;
  readonly errors: readonly ErrorModel[];
}

/** Where the client of each service is, and the last part of its model's namespace. */
const packages: Readonly<Record<ServiceName, readonly [name: string, client: string, namespace: string]>> = {
  autoscaling: ['@aws-sdk/client-auto-scaling', 'AutoScalingClient', 'autoscaling'],
  ec2: ['@aws-sdk/client-ec2', 'EC2Client', 'ec2'],
  elasticloadbalancing: [
    '@aws-sdk/client-elastic-load-balancing-v2',
    'ElasticLoadBalancingV2Client',
    'elasticloadbalancingv2',
  ],
  events: ['@aws-sdk/client-eventbridge', 'EventBridgeClient', 'eventbridge'],
  iam: ['@aws-sdk/client-iam', 'IAMClient', 'iam'],
  kms: ['@aws-sdk/client-kms', 'KMSClient', 'kms'],
  monitoring: ['@aws-sdk/client-cloudwatch', 'CloudWatchClient', 'cloudwatch'],
  rds: ['@aws-sdk/client-rds', 'RDSClient', 'rds'],
  route53: ['@aws-sdk/client-route-53', 'Route53Client', 'route53'],
  s3: ['@aws-sdk/client-s3', 'S3Client', 's3'],
  servicequotas: ['@aws-sdk/client-service-quotas', 'ServiceQuotasClient', 'servicequotas'],
  sns: ['@aws-sdk/client-sns', 'SNSClient', 'sns'],
  ssm: ['@aws-sdk/client-ssm', 'SSMClient', 'ssm'],
  states: ['@aws-sdk/client-sfn', 'SFNClient', 'sfn'],
  sts: ['@aws-sdk/client-sts', 'STSClient', 'sts'],
};

type Exports = Readonly<Record<string, unknown>>;
type OperationSchema = readonly [
  kind: 9,
  namespace: string,
  name: string,
  traits: unknown,
  input: unknown,
  output: unknown,
];

interface Client {
  readonly config: {
    readonly protocol: { getShapeId(): string };
    readonly protocolSettings: { readonly xmlNamespace: string; readonly awsQueryCompatible?: boolean };
  };
}
type ClientClass = new (config: object) => Client;

// Loading is synchronous: a dynamic import would finish at a moment that the operating system chooses, and the first
// call of a service would then be overtaken or not by others of the same simulated instant.
const require = createRequire(import.meta.url);
const models = new Map<ServiceName, ServiceModel>();

export function isServiceName(name: string): name is ServiceName {
  return Object.hasOwn(packages, name);
}

const byNamespace = new Map(
  Object.entries(packages).map(([service, [, , namespace]]) => [
    `com.amazonaws.${namespace}`,
    service as ServiceName,
  ]),
);

/** The service of a model's namespace, which the schema of each of its operations names. */
export function serviceOfNamespace(namespace: string): ServiceName | undefined {
  return byNamespace.get(namespace);
}

/** The model of a service. Loads the client's package at the first call in a process, in tens of milliseconds. */
export function modelOf(service: ServiceName): ServiceModel {
  let model = models.get(service);
  if (!model) {
    model = load(service);
    models.set(service, model);
  }
  return model;
}

function load(service: ServiceName): ServiceModel {
  const [packageName, className] = packages[service];
  const exports = require(packageName) as Exports;
  const { config } = new (exports[className] as ClientClass)({
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  const schemas = new Map<string, OperationSchema>();
  const errors: ErrorModel[] = [];
  for (const value of Object.values(exports)) {
    if (!Array.isArray(value)) continue;
    if (value[0] === 9) schemas.set(String(value[2]), value as unknown as OperationSchema);
    // The client's base class of errors has a schema too, without the trait that a service's own errors have.
    if (value[0] === -3 && traitsOf(value as unknown as SchemaRef).error)
      errors.push(errorModel(value as unknown as SchemaRef));
  }
  const operations = new Map<string, OperationModel>();
  return {
    service,
    protocol: config.protocol.getShapeId(),
    xmlNamespace: config.protocolSettings.xmlNamespace,
    isQueryCompatible: Boolean(config.protocolSettings.awsQueryCompatible),
    operationNames: [...schemas.keys()],
    errors,
    operation(name) {
      const schema = schemas.get(name);
      if (!schema) return undefined;
      const operation = operations.get(name) ?? operationModel(schema);
      operations.set(name, operation);
      return operation;
    },
  };
}

function operationModel([, , name, traits, input, output]: OperationSchema): OperationModel {
  // Traits are either a bit set, which holds none of those that matter here, or an object.
  const { http, httpChecksum } = (typeof traits === 'object' ? traits : {}) as Partial<OperationModel> & {
    readonly httpChecksum?: unknown;
  };
  return {
    name,
    input: structureOf(input as SchemaRef),
    output: structureOf(output as SchemaRef),
    http,
    hasPayloadChecksum: httpChecksum !== undefined,
  };
}

function errorModel(schema: SchemaRef): ErrorModel {
  const structure = structureOf(schema);
  const [queryCode = structure.name] = (traitsOf(schema)['awsQueryError'] ?? []) as readonly string[];
  return { shapeName: structure.name, queryCode, structure };
}
