import { NotSimulated } from '../errors.ts';
import type { Call } from '../service.ts';
import type { Region, Simulator } from '../simulator.ts';

type Tags = Readonly<Record<string, string>>;

/** One question that a request raises: whether its caller may do this with that. Most requests raise one, some several. */
export interface Check {
  /** Such as `ec2:RunInstances`. */
  readonly action: string;
  /** An ARN; `*` where the action knows no resource. */
  readonly resource: string;
  /** Tags that the resource has now. Without them the action has no such condition key. */
  readonly resourceTags?: Tags;
  /** There is no such resource, so that it has no tags: AWS tells of a missing permission all the same. */
  readonly isAbsent?: boolean;
  /** Prefixes of the condition keys of those tags, besides `aws:ResourceTag/`. */
  readonly tagPrefixes?: readonly string[];
  /** Tags that the request gives. Without them the action has no such condition key. */
  readonly requestTags?: Tags;
  /** Further condition keys by their name in small letters; `undefined` is a key that this request does not have. */
  readonly keys?: Readonly<Record<string, readonly string[] | undefined>>;
}

/** Where a request is answered, for what its permissions depend on. */
export interface Place {
  readonly sim: Simulator;
  readonly region: Region;
  readonly call: Call;
  /** An ARN of a service in this Region and account. */
  arn(service: string, resource: string): string;
}

/** What each operation asks permission for. An operation that is absent is not simulated for a caller with a role. */
export type ActionTable = Readonly<Record<string, (input: never, place: Place) => readonly Check[]>>;

/** The actions that know neither a resource nor a condition key of their own, which is most of what describes. */
export function withoutResource(prefix: string, operations: readonly string[]): ActionTable {
  return Object.fromEntries(
    operations.map((operation) => [operation, () => [{ action: `${prefix}:${operation}`, resource: '*' }]]),
  );
}

/** Tags as most requests list them. */
export function listed(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Tags {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** @throws NotSimulated for a member that other permissions depend on */
export function refuseMembers(operation: string, input: object, members: readonly string[]): void {
  for (const [member, value] of Object.entries(input))
    if (value !== undefined && members.includes(member))
      throw new NotSimulated(`the permissions for ${operation} with ${member}`);
}
