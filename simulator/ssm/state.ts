/** What the simulated Systems Manager of one Region holds. */
import type { Tags } from '../ec2/state.ts';

export type ParameterType = 'String' | 'StringList' | 'SecureString';
export type ParameterTier = 'Standard' | 'Advanced';

export interface ParameterVersion {
  readonly version: number;
  /** As it was put; a SecureString in clear, shown only to who asks for decryption. */
  readonly value: string;
  readonly modifiedAtMs: number;
  readonly modifiedBy: string;
}

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  tier: ParameterTier;
  keyId?: string;
  description?: string;
  allowedPattern?: string;
  tags: Tags;
  /** Oldest first; never empty; at most 100. */
  versions: readonly ParameterVersion[];
}

/** A parameter of a document's schema (Systems Manager User Guide, data elements and parameters). */
export interface DocumentParameter {
  readonly type: 'String' | 'StringList' | 'Boolean' | 'Integer' | 'MapList' | 'StringMap';
  readonly description?: string;
  readonly default?: string | boolean | number | readonly string[];
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
  readonly minChars?: number;
  readonly maxChars?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface DocumentStep {
  readonly name: string;
  readonly action: string;
  /** Seconds that the step may run, or a reference such as `{{ executionTimeout }}` to the parameter that says so. */
  readonly timeout: number | string;
}

export interface SsmDocument {
  readonly name: string;
  /** The text as it was given: JSON or YAML. */
  readonly content: string;
  readonly format: 'JSON' | 'YAML';
  readonly schemaVersion: string;
  readonly description?: string;
  readonly parameters: Readonly<Record<string, DocumentParameter>>;
  readonly steps: readonly DocumentStep[];
  readonly createdAtMs: number;
  readonly targetType?: string;
  tags: Tags;
}

export type InvocationStatus =
  | 'Pending'
  | 'InProgress'
  | 'Success'
  | 'Cancelled'
  | 'Cancelling'
  | 'Failed'
  | 'TimedOut';

/** A command on one instance. */
export interface Invocation {
  readonly commandId: string;
  readonly instanceId: string;
  status: InvocationStatus;
  /** As `status`, but saying which time-out. */
  statusDetails: InvocationStatus | 'DeliveryTimedOut' | 'ExecutionTimedOut';
  /** From when on GetCommandInvocation knows it. */
  readonly visibleAtMs: number;
  startedAtMs?: number;
  endedAtMs?: number;
  exitCode?: number;
  stdout: string;
  stderr: string;
}

export interface Command {
  readonly id: string;
  readonly documentName: string;
  readonly documentVersion: string;
  readonly stepName: string;
  readonly comment: string;
  /** Every parameter of the document, defaults filled in. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** As the caller gave them. */
  readonly givenParameters: Readonly<Record<string, string[]>>;
  readonly givenInstanceIds: readonly string[];
  readonly givenTargets: readonly { readonly key: string; readonly values: readonly string[] }[];
  readonly requestedAtMs: number;
  readonly timeoutSeconds: number;
  readonly executionTimeoutSeconds: number;
  readonly errorsMost: number;
  /** By instance id, in the order in which they were named. */
  readonly invocations: ReadonlyMap<string, Invocation>;
}

/** A status that nothing follows. */
export function isFinal(status: InvocationStatus): boolean {
  return status === 'Success' || status === 'Cancelled' || status === 'Failed' || status === 'TimedOut';
}
