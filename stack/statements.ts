import { tagKeys } from '../recovery/identity.ts';

/** A CloudFormation value: a literal or an intrinsic function. */
export type CfnValue = string | { readonly [intrinsic: string]: unknown };

/** One statement of an IAM policy, as a template carries it. */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: CfnValue | readonly CfnValue[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, CfnValue | readonly string[]>>>>;
}

/** What a statement is limited by, such as tags that must be there. */
export type Conditions = NonNullable<Statement['Condition']>;

export function allow(
  actions: readonly string[],
  resources: readonly CfnValue[],
  conditions?: Conditions,
): Statement {
  const [only, ...more] = resources;
  const Resource = only !== undefined && more.length === 0 ? only : resources;
  return { Effect: 'Allow', Action: actions, Resource, ...(conditions && { Condition: conditions }) };
}

/** An ARN in the stack's Region and account. */
export function arnOf(service: string, resource: string): CfnValue {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}` };
}

/** An ARN in any Region of the account: primary Regions are named by plans, which come and go without a change to the roles. */
export function primaryArnOf(service: string, resource: string): CfnValue {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:*:\${AWS::AccountId}:${resource}` };
}

/** An ARN in the stack's Region without an account, as EC2 has them for images and snapshots. */
export function unownedArn(service: string, resource: string): CfnValue {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}::${resource}` };
}

/** Only a resource that carries this tag, whatever its value: a plan selects, the tag permits. */
export function carries(tag: keyof typeof tagKeys): Conditions {
  return { Null: { [`aws:ResourceTag/${tagKeys[tag]}`]: 'false' } };
}

/** Only a request that gives what it creates both the plan's and the recovery's tag. */
export const createsTagged: Conditions = {
  Null: { [`aws:RequestTag/${tagKeys.plan}`]: 'false', [`aws:RequestTag/${tagKeys.recovery}`]: 'false' },
};
