import { NotSimulated } from '../../errors.ts';
import { MalformedPolicy } from '../../iam/policy.ts';
import { isObject, type JsonObject } from '../../json.ts';
import type { ResourceModels } from '../model.ts';
import { list, object, objects, pathOf } from '../properties.ts';
import { TemplateError } from '../template.ts';

/** Who may do what: from the moment a role is made, each call in its name needs its permission. */
export const accessModels: ResourceModels = {
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    identify: ({ name, accountId, property }) => {
      const arn = `arn:aws:iam::${accountId}:role${property('Path') ?? '/'}${name}`;
      return { ref: name, attributes: { Arn: arn } };
    },
    modelled: ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Path', 'Policies', 'RoleName'],
    inert: ['Description', 'Tags'],
    create(role, { roles, sim }) {
      const arn = String(role.attributes['Arn']);
      const policies = objects(role, 'Policies').map((policy, index) =>
        readPolicy(policy, `${pathOf(role, 'Policies')}/${index}`),
      );
      const [managed] = list(role, 'ManagedPolicyArns').map(String);
      if (managed !== undefined) throw new NotSimulated(`a role with the managed policy ${managed}`);
      roles.set(arn, { arn, name: role.name, trust: object(role, 'AssumeRolePolicyDocument'), policies });
      try {
        sim.iam.permissions.put({ arn, policies });
      } catch (error) {
        if (!(error instanceof MalformedPolicy)) throw error;
        throw new TemplateError(pathOf(role, 'Policies'), error.message);
      }
    },
  },
  // Nobody has it until it is attached, and nobody's is attached by the template: `Roles`, `Users` and `Groups` are refused.
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    identify: ({ name, accountId, property }) => {
      const arn = `arn:aws:iam::${accountId}:policy${property('Path') ?? '/'}${name}`;
      return { ref: arn, attributes: { PolicyArn: arn } };
    },
    modelled: ['ManagedPolicyName', 'Path', 'PolicyDocument'],
    inert: ['Description'],
    create(policy) {
      readPolicy(
        { PolicyName: policy.name, PolicyDocument: object(policy, 'PolicyDocument') },
        pathOf(policy, 'PolicyDocument'),
      );
    },
  },
};

function readPolicy(
  policy: JsonObject,
  path: string,
): { readonly name: string; readonly document: JsonObject } {
  const { PolicyName: name, PolicyDocument: document } = policy;
  if (typeof name !== 'string') throw new TemplateError(path, 'a policy has a PolicyName');
  if (!isObject(document) || !Array.isArray(document['Statement'])) {
    throw new TemplateError(path, 'a policy has a PolicyDocument with a list of statements');
  }
  return { name, document };
}
