import { NotSimulated } from '../errors.ts';
import type { Call, Caller } from '../service.ts';
import type { Principal } from './evaluate.ts';
import type { Context } from './pattern.ts';

const arnForm = /^arn:aws:(?:iam|sts)::(\d{12}):(?:(user)\/.+|assumed-role\/([^/]+)\/[^/]+|root)$/;

/**
 * Whom the policies of resources take a caller for. A session's ARN has its role's name without the role's path; a role with
 * a path is known by the caller's `roleArn`.
 * @throws NotSimulated for a caller that is no user, role session, account or service
 */
export function principalOf({ arn, roleArn }: Caller): Principal & { readonly type: PrincipalType } {
  if (arn.endsWith('.amazonaws.com')) return { type: 'AWSService', account: '', service: arn };
  const [, account, user, role] = arnForm.exec(arn) ?? [];
  if (account === undefined) throw new NotSimulated(`the permissions of the caller ${arn}`);
  if (role !== undefined)
    return { type: 'AssumedRole', account, arn, roleArn: roleArn ?? `arn:aws:iam::${account}:role/${role}` };
  return { type: user ? 'User' : 'Account', account, arn };
}

/** As `aws:PrincipalType` has it, but for services, which have none. */
export type PrincipalType = 'Account' | 'AssumedRole' | 'AWSService' | 'User';

/**
 * The condition keys that each request has, whatever its service (IAM User Guide, AWS global condition context keys). The
 * simulator's connections stand for TLS. `more` are the keys of the service and of the resource, in small letters; a key
 * with the value `undefined` is one that this request does not have.
 * @throws NotSimulated for a key that nobody gives a value
 */
export function contextOf(
  call: Pick<Call, 'caller' | 'region'>,
  nowMs: number,
  more: Readonly<Record<string, readonly string[] | undefined>> = {},
): Context {
  const { caller, region } = call;
  const { type, account, arn, roleArn } = principalOf(caller);
  const isService = type === 'AWSService';
  const user = type === 'User' ? arn?.slice(arn.lastIndexOf('/') + 1) : undefined;
  const keys: Readonly<Record<string, readonly string[] | undefined>> = {
    // Writing a date costs more than all the rest, and few policies ask for it.
    get 'aws:currenttime'() {
      return [new Date(nowMs).toISOString()];
    },
    'aws:epochtime': [String(Math.floor(nowMs / 1000))],
    'aws:principalaccount': isService ? undefined : [account],
    'aws:principalarn': isService ? undefined : [roleArn ?? arn ?? ''],
    'aws:principalisawsservice': [String(isService)],
    'aws:principaltype': isService ? undefined : [type],
    'aws:requestedregion': [region],
    'aws:securetransport': ['true'],
    'aws:userid': isService ? undefined : [caller.userId],
    'aws:username': user === undefined ? undefined : [user],
    ...more,
  };
  return (key) => {
    const name = key.toLowerCase();
    if (!Object.hasOwn(keys, name)) throw new NotSimulated(`the condition key ${key}`);
    return keys[name];
  };
}
