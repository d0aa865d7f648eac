import type { PlanNames } from './plan-names.ts';
import { roles } from './roles.ts';

/** All inline policies of a role together, in characters without white space (IAM User Guide, IAM and AWS STS quotas). */
const longest = 10_240;

/** What stands for a reference in a policy is a name or an ARN; those of this stack are shorter. */
const reference = 'x'.repeat(120);
const pseudo: Readonly<Record<string, string>> = {
  '${AWS::AccountId}': '123456789012',
  '${AWS::Partition}': 'aws-us-gov',
  '${AWS::Region}': 'ap-northeast-1',
};

/**
 * A role that names more than IAM lets it, of those that name what plans name: CloudFormation would find out in the middle
 * of a deployment.
 */
export function tooLongRole(names: PlanNames): { readonly id: string; readonly says: string } | undefined {
  for (const [id, { Properties }] of Object.entries(roles(names))) {
    const characters = Properties.Policies.reduce(
      (sum, { PolicyDocument }) =>
        sum + JSON.stringify(resolved(PolicyDocument)).replaceAll(/\s/g, '').length,
      0,
    );
    if (characters > longest) return { id, says: `${characters} of ${longest} characters` };
  }
  return undefined;
}

function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const { 'Fn::Sub': text, 'Fn::GetAtt': attribute, Ref: id } = value as Readonly<Record<string, unknown>>;
  if (attribute !== undefined || id !== undefined) return reference;
  if (typeof text === 'string') return text.replaceAll(/\$\{[^}]*\}/g, (found) => pseudo[found] ?? reference);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each)]));
}
