import type { Json, JsonObject } from '../json.ts';
import type { Deployment } from './deployment.ts';

/** What a template's other resources can learn of one: what `Ref` and `Fn::GetAtt` return for it. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, Json>>;
}

/** What an identity is made from. */
export interface Naming {
  /** The name that the template gives it, else one that CloudFormation would make up. */
  readonly name: string;
  readonly accountId: string;
  /** An ARN in the stack's Region and account. */
  arn(service: string, resource: string): string;
  /** One of its properties, resolved. */
  property(name: string): Json | undefined;
}

/** A resource of a template, with nothing left to resolve. */
export interface ResolvedResource extends Identity {
  readonly logicalId: string;
  readonly type: string;
  readonly name: string;
  readonly properties: JsonObject;
}

/** How one resource type is made from a template. */
export interface ResourceModel {
  /** The property that names it; a type without one is named after its logical id. */
  readonly nameProperty?: string;
  identify(naming: Naming): Identity;
  /** Properties that take effect in the simulator. */
  readonly modelled: readonly string[];
  /** Properties that change nothing that is simulated, such as tags on a function or how long logs are kept. */
  readonly inert: readonly string[];
  create(resource: ResolvedResource, deployment: Deployment): void;
}

/** Models by resource type, such as `AWS::S3::Bucket`. */
export type ResourceModels = Readonly<Record<string, ResourceModel>>;
