import type { Json, JsonObject } from '../json.ts';

/** A CloudFormation template as JSON, as `serverless package` writes it. */
export interface Template {
  readonly AWSTemplateFormatVersion?: string;
  readonly Description?: string;
  readonly Metadata?: JsonObject;
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Mappings?: JsonObject;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: Json; readonly Condition?: string }>>;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedValues?: readonly (string | number)[];
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
}

/** CloudFormation would refuse the template. The message begins with where: a logical id and a path below it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** Such as `OpenFunction/Properties/Environment/Variables/LEDGER`. */
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.path = path;
  }
}
