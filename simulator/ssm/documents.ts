import { createHash } from 'node:crypto';
import type {
  CreateDocumentCommandInput,
  CreateDocumentCommandOutput,
  DeleteDocumentCommandInput,
  DescribeDocumentCommandInput,
  DescribeDocumentCommandOutput,
  DocumentDescription,
  GetDocumentCommandInput,
  GetDocumentCommandOutput,
} from '@aws-sdk/client-ssm';
import { parse as parseYaml } from 'yaml';
import type { Tags } from '../ec2/state.ts';
import { AwsError, NotSimulated } from '../errors.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../json.ts';
import { refuseUnmodelled } from '../modelled.ts';
import type { Operations } from '../service.ts';
import { constraintError, validationError } from './errors.ts';
import type { DocumentParameter, DocumentStep, SsmDocument } from './state.ts';

type Output<T> = Omit<T, '$metadata'>;

/** A Command document that is there from the start of a world. */
export interface DocumentSeed {
  readonly name: string;
  /** JSON or YAML text, or the object that it would mean. */
  readonly content: string | object;
  readonly tags?: Tags;
}

/** The Command documents of one Region, each in a single version. */
export class Documents {
  readonly #byName = new Map<string, SsmDocument>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** In the order in which they were made. */
  get all(): readonly SsmDocument[] {
    return [...this.#byName.values()];
  }

  /**
   * @throws AwsError InvalidDocument
   * @throws NotSimulated for a document of Amazon's that the world did not add.
   */
  get(name: string | undefined): SsmDocument {
    const document = this.#byName.get(bareName(name ?? ''));
    // Amazon's own documents exist in every account.
    if (!document && /^(AWS|Amazon)/.test(name ?? '')) throw new NotSimulated(`the SSM document ${name}`);
    if (!document) throw new AwsError('InvalidDocument', `Document with name ${name} does not exist.`);
    return document;
  }

  /** @throws AwsError DocumentAlreadyExists, InvalidDocumentContent, InvalidDocumentSchemaVersion */
  add(name: string, content: string, format: 'JSON' | 'YAML', tags: Tags, targetType?: string): SsmDocument {
    if (this.#byName.has(name)) {
      throw new AwsError('DocumentAlreadyExists', 'The specified document already exists.');
    }
    const body = readContent(content, format);
    if (body['schemaVersion'] !== '2.2') {
      if (body['schemaVersion'] === '1.2' || body['schemaVersion'] === '2.0')
        throw new NotSimulated('SSM documents of schema 1.2 or 2.0');
      throw new AwsError(
        'InvalidDocumentSchemaVersion',
        'The version of the document schema is not supported.',
      );
    }
    const description = body['description'];
    const document: SsmDocument = {
      name,
      content,
      format,
      schemaVersion: '2.2',
      ...(typeof description === 'string' ? { description } : {}),
      parameters: readParameters(body['parameters'] ?? {}),
      steps: readSteps(body['mainSteps'] ?? null),
      createdAtMs: this.#nowMs(),
      ...(targetType === undefined ? {} : { targetType }),
      tags,
    };
    this.#byName.set(name, document);
    return document;
  }

  delete(name: string): void {
    this.#byName.delete(bareName(name));
  }
}

/** Puts a world's document into the Region. */
export function seedDocument(documents: Documents, { name, content, tags = {} }: DocumentSeed): void {
  if (typeof content !== 'string') documents.add(name, JSON.stringify(content), 'JSON', tags);
  else documents.add(name, content, content.trimStart().startsWith('{') ? 'JSON' : 'YAML', tags);
}

/** Operations on documents. Only Command documents in one version are modelled. */
export function documentOperations(documents: Documents, owner: string): Operations {
  return {
    CreateDocument(input: CreateDocumentCommandInput): Output<CreateDocumentCommandOutput> {
      refuseUnmodelled('ssm:CreateDocument', input, [
        'Content',
        'Name',
        'DocumentType',
        'DocumentFormat',
        'TargetType',
        'Tags',
      ]);
      const { Name: name = '', DocumentType: type = 'Command', DocumentFormat: format = 'JSON' } = input;
      if (type !== 'Command') throw new NotSimulated(`ssm:CreateDocument of type ${type}`);
      if (format !== 'JSON' && format !== 'YAML')
        throw new NotSimulated(`ssm:CreateDocument in the format ${format}`);
      if (!/^[a-zA-Z0-9_\-.]{3,128}$/.test(name)) {
        throw constraintError(
          'name',
          name,
          'Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$',
        );
      }
      if (/^(aws|amazon|amzn)/i.test(name))
        throw validationError('Document name cannot start with a reserved prefix.');
      const tags = Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
      const document = documents.add(name, input.Content ?? '', format, tags, input.TargetType);
      // A document is usable a moment after the call; Creating is what the call itself reports.
      return { DocumentDescription: { ...describe(document, owner), Status: 'Creating' } };
    },
    DescribeDocument(input: DescribeDocumentCommandInput): Output<DescribeDocumentCommandOutput> {
      const document = documents.get(input.Name);
      checkVersion(input.DocumentVersion ?? input.VersionName);
      return { Document: describe(document, owner) };
    },
    GetDocument(input: GetDocumentCommandInput): Output<GetDocumentCommandOutput> {
      const document = documents.get(input.Name);
      checkVersion(input.DocumentVersion ?? input.VersionName);
      if (input.DocumentFormat !== undefined && input.DocumentFormat !== document.format) {
        throw new NotSimulated('ssm:GetDocument in another format than the document was made in');
      }
      const { name, content, format, createdAtMs } = document;
      return {
        Name: name,
        CreatedDate: new Date(createdAtMs),
        DocumentVersion: '1',
        Status: 'Active',
        Content: content,
        DocumentType: 'Command',
        DocumentFormat: format,
      };
    },
    DeleteDocument(input: DeleteDocumentCommandInput): object {
      refuseUnmodelled('ssm:DeleteDocument', input, ['Name', 'Force']);
      documents.delete(documents.get(input.Name).name);
      return {};
    },
  };
}

/** @throws AwsError InvalidDocumentVersion for any but the one version that a document has. */
export function checkVersion(version: string | undefined): void {
  if (version === undefined || version === '1' || version === '$DEFAULT' || version === '$LATEST') return;
  throw new AwsError('InvalidDocumentVersion', 'The document version is not valid or does not exist.');
}

/** The SHA-256 of a document's text, as Systems Manager compares it. */
export function hashOf(document: SsmDocument): string {
  return createHash('sha256').update(document.content).digest('hex');
}

function bareName(given: string): string {
  return given.replace(/^arn:[^:]+:ssm:[^:]*:[^:]*:document\//, '');
}

function readContent(content: string, format: 'JSON' | 'YAML'): JsonObject {
  const body = format === 'JSON' ? parseJson(content) : readYaml(content);
  if (isObject(body)) return body;
  throw invalidContent(`The content is not a ${format} object.`);
}

function readYaml(content: string): Json | undefined {
  try {
    return parseYaml(content) as Json;
  } catch {
    return undefined;
  }
}

const parameterTypes = ['String', 'StringList', 'Boolean', 'Integer', 'MapList', 'StringMap'];
const parameterMembers = [
  'type',
  'description',
  'default',
  'allowedValues',
  'allowedPattern',
  'displayType',
  'minChars',
  'maxChars',
  'minItems',
  'maxItems',
];

function readParameters(given: Json): Readonly<Record<string, DocumentParameter>> {
  if (!isObject(given)) throw invalidContent('parameters must be an object.');
  for (const [name, parameter] of Object.entries(given)) {
    if (!isObject(parameter) || !parameterTypes.includes(String(parameter['type']))) {
      throw invalidContent(`The parameter ${name} has no known type.`);
    }
    const unknown = Object.keys(parameter).find((member) => !parameterMembers.includes(member));
    if (unknown !== undefined)
      throw invalidContent(`The parameter ${name} has the unknown member ${unknown}.`);
  }
  return given as unknown as Readonly<Record<string, DocumentParameter>>;
}

function readSteps(given: Json): readonly DocumentStep[] {
  if (!Array.isArray(given) || given.length === 0) throw invalidContent('mainSteps must be a list of steps.');
  return given.map((step: Json): DocumentStep => {
    const { name, action, inputs } = isObject(step) ? step : {};
    if (typeof name !== 'string' || typeof action !== 'string')
      throw invalidContent('Each step needs a name and an action.');
    const timeout = isObject(inputs) ? (inputs['timeoutSeconds'] ?? 3600) : 3600;
    return { name, action, timeout: typeof timeout === 'number' ? timeout : String(timeout) };
  });
}

function invalidContent(why: string): AwsError {
  return new AwsError('InvalidDocumentContent', `The content for the document is not valid. ${why}`);
}

function describe(document: SsmDocument, owner: string): DocumentDescription {
  const { name, format, createdAtMs, description, parameters, schemaVersion, targetType, tags } = document;
  return {
    Hash: hashOf(document),
    HashType: 'Sha256',
    Name: name,
    Owner: owner,
    CreatedDate: new Date(createdAtMs),
    Status: 'Active',
    DocumentVersion: '1',
    ...(description === undefined ? {} : { Description: description }),
    Parameters: Object.entries(parameters).map(([parameter, schema]) => ({
      Name: parameter,
      Type: schema.type === 'StringList' ? 'StringList' : 'String',
      ...(schema.description === undefined ? {} : { Description: schema.description }),
      ...(schema.default === undefined ? {} : { DefaultValue: text(schema.default) }),
    })),
    PlatformTypes: ['Linux'],
    DocumentType: 'Command',
    SchemaVersion: schemaVersion,
    LatestVersion: '1',
    DefaultVersion: '1',
    DocumentFormat: format,
    ...(targetType === undefined ? {} : { TargetType: targetType }),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function text(value: string | boolean | number | readonly string[]): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
