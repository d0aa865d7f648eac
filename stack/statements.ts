import { tagKeys } from '../recovery/identity.ts';
import { noticeSource } from '../recovery/notices.ts';
import type { RecoveryKind } from '../recovery/terms.ts';

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

/** What a drill made carries its end besides its recovery; what a failover made, or a plan is about, does not. */
export type Whose = 'plan' | 'recovery' | 'drill';

const tagsOf: Readonly<Record<Whose, readonly (keyof typeof tagKeys)[]>> = {
  plan: ['plan'],
  recovery: ['recovery'],
  drill: ['recovery', 'expires'],
};

/** Only a resource that carries these tags, whatever their value: a plan selects, the tag permits. */
export function carries(whose: Whose, keyPrefix = 'aws:ResourceTag'): Conditions {
  return { Null: Object.fromEntries(tagsOf[whose].map((tag) => [`${keyPrefix}/${tagKeys[tag]}`, 'false'])) };
}

/** Only a request that gives what it creates the plan's and the recovery's tag, and in a drill its end. */
export function createsTagged(kind: RecoveryKind): Conditions {
  const tags = [tagKeys.plan, tagKeys.recovery, ...(kind === 'drill' ? [tagKeys.expires] : [])];
  return { Null: Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag}`, 'false'])) };
}

/** Only through the service that uses the key. */
export function through(service: 'ec2' | 'rds' | 'ssm'): Conditions {
  return { StringEquals: { 'kms:ViaService': { 'Fn::Sub': `${service}.\${AWS::Region}.amazonaws.com` } } };
}

/** Telling: people by the topic, machines by the default bus, in Lifeboat's own name and nobody else's. */
export const telling: readonly Statement[] = [
  allow(['sns:Publish'], [{ Ref: 'Topic' }]),
  allow(['events:PutEvents'], [arnOf('events', 'event-bus/default')], {
    StringEquals: { 'events:source': noticeSource },
  }),
];
