import { isObject, type JsonObject } from '../../json.ts';
import type { ResourceModels } from '../model.ts';
import { list, object, objects, pathOf } from '../properties.ts';
import { TemplateError } from '../template.ts';

/** Who may do what. Policies are kept as they stand; a permission check reads them later. */
export const accessModels: ResourceModels = {
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    identify: ({ name, accountId, property }) => {
      const arn = `arn:aws:iam::${accountId}:role${property('Path') ?? '/'}${name}`;
      return { ref: name, attributes: { Arn: arn } };
    },
    modelled: ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Path', 'Policies', 'RoleName'],
    inert: ['Description', 'Tags'],
    create(role, { roles }) {
      const arn = String(role.attributes['Arn']);
      roles.set(arn, {
        arn,
        name: role.name,
        trust: object(role, 'AssumeRolePolicyDocument'),
        policies: objects(role, 'Policies').map((policy, index) =>
          readPolicy(policy, `${pathOf(role, 'Policies')}/${index}`),
        ),
        managedPolicyArns: list(role, 'ManagedPolicyArns').map(String),
      });
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
