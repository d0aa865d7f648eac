import type {
  GetParametersByPathCommandInput,
  GetParametersCommandInput,
  ListTagsForResourceCommandInput,
  PutParameterCommandInput,
  SendCommandCommandInput,
} from '@aws-sdk/client-ssm';
import {
  type ActionTable,
  type Check,
  listed,
  type Place,
  refuseMembers,
  withoutResource,
} from '../check.ts';
import { through } from './kms.ts';

/** Actions, resources and condition keys of Systems Manager (Service Authorization Reference, AWS Systems Manager). */
export const ssmActions: ActionTable = {
  ...withoutResource('ssm', [
    'DescribeInstanceInformation',
    'DescribeParameters',
    'GetCommandInvocation',
    'ListCommandInvocations',
  ]),
  GetParameters: ({ Names = [], WithDecryption }: GetParametersCommandInput, place) => [
    ...Names.map((name) => parameter('ssm:GetParameters', name.replace(/:\d+$/, ''), place)),
    ...(WithDecryption ? decryption(Names, place) : []),
  ],
  GetParametersByPath: (input: GetParametersByPathCommandInput, place) => {
    refuseMembers('ssm:GetParametersByPath', input, ['WithDecryption']);
    const { resource, action } = parameter('ssm:GetParametersByPath', input.Path ?? '', place);
    return [{ action, resource, keys: { 'ssm:recursive': [String(input.Recursive ?? false)] } }];
  },
  PutParameter: putParameter,
  DeleteParameters: ({ Names = [] }: { readonly Names?: readonly string[] }, place) =>
    Names.map((name) => parameter('ssm:DeleteParameters', name, place)),
  DescribeDocument: ({ Name = '' }: { readonly Name?: string }, place) => [
    document('ssm:DescribeDocument', Name, place),
  ],
  ListTagsForResource: (input: ListTagsForResourceCommandInput, place) => [
    input.ResourceType === 'Document'
      ? document('ssm:ListTagsForResource', input.ResourceId ?? '', place)
      : parameter('ssm:ListTagsForResource', input.ResourceId ?? '', place),
  ],
  SendCommand: ({ DocumentName = '', InstanceIds = [], ...rest }: SendCommandCommandInput, place) => {
    refuseMembers('ssm:SendCommand', rest, ['OutputS3BucketName', 'ServiceRoleArn', 'Targets']);
    return [
      document('ssm:SendCommand', DocumentName, place),
      ...InstanceIds.map((id) => ({
        action: 'ssm:SendCommand',
        resource: place.arn('ec2', `instance/${id}`),
        resourceTags: place.region.ec2.instances.get(id)?.tags ?? {},
        tagPrefixes: ['ssm:resourceTag/'],
      })),
    ];
  },
};

/** The ARN of a parameter has one slash before its name, with or without a path. */
function parameter(action: string, name: string, place: Place): Check {
  return {
    action,
    resource: place.arn('ssm', `parameter/${name.replace(/^\//, '')}`),
    resourceTags: place.region.ssm.parameters.find(name)?.tags ?? {},
  };
}

/** AWS's own documents belong to no account in their ARN. */
function document(action: string, name: string, place: Place): Check {
  const found = place.region.ssm.documents.all.find((each) => each.name === name);
  const own = place.arn('ssm', `document/${name}`);
  return {
    action,
    resource: /^(AWS|AWSEC2|Amazon)-/.test(name) ? `arn:aws:ssm:${place.region.name}::document/${name}` : own,
    resourceTags: found?.tags ?? {},
    isAbsent: !found,
    tagPrefixes: ['ssm:resourceTag/'],
  };
}

const ownKey = 'alias/aws/ssm';

/** Systems Manager's own key permits the account in its own policy; a customer's is asked in the caller's name. */
function decryption(names: readonly string[], place: Place): readonly Check[] {
  const keys = names.flatMap(
    (name) => place.region.ssm.parameters.find(name.replace(/:\d+$/, ''))?.keyId ?? [],
  );
  return [...new Set(keys)]
    .filter((key) => key !== ownKey)
    .flatMap((key) => through('ssm', ['kms:Decrypt'], key, place));
}

function putParameter(input: PutParameterCommandInput, place: Place): readonly Check[] {
  const name = input.Name ?? '';
  const current = place.region.ssm.parameters.find(name);
  const requestTags = listed(input.Tags);
  const key = input.Type === 'SecureString' ? input.KeyId : undefined;
  // Systems Manager User Guide, AWS KMS encryption for Parameter Store SecureString parameters.
  const encrypting = (input.Tier ?? current?.tier) === 'Advanced' ? 'kms:GenerateDataKey' : 'kms:Encrypt';
  const asked = parameter('ssm:PutParameter', name, place);
  return [
    { ...asked, requestTags, keys: { 'ssm:overwrite': [String(input.Overwrite ?? false)] } },
    ...(Object.keys(requestTags).length === 0
      ? []
      : [{ ...asked, action: 'ssm:AddTagsToResource', requestTags }]),
    ...(key === undefined || key === ownKey ? [] : through('ssm', [encrypting], key, place)),
  ];
}
