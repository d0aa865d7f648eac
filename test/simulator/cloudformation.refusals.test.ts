import assert from 'node:assert/strict';
import test from 'node:test';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import type { Json } from '../../simulator/json.ts';
import { deploy, template, trust } from './cloudformation-stack.ts';

/** The template with other properties of one resource. */
const withProperties = (id: string, properties: Record<string, Json>): Template => {
  const resource = template.Resources[id]!;
  return {
    ...template,
    Resources: {
      ...template.Resources,
      [id]: { ...resource, Properties: { ...resource.Properties, ...properties } },
    },
  };
};

const refused: readonly (readonly [what: string, template: Template, message: RegExp])[] = [
  [
    'a dangling reference',
    withProperties('Greet', { Role: { 'Fn::GetAtt': ['NoRole', 'Arn'] } }),
    /^Greet\/Properties\/Role\/Fn::GetAtt: there is no parameter or resource NoRole$/,
  ],
  [
    'a dependency on nothing',
    {
      ...template,
      Resources: { ...template.Resources, Topic: { Type: 'AWS::SNS::Topic', DependsOn: 'Nothing' } },
    },
    /^Topic\/DependsOn: there is no parameter or resource Nothing$/,
  ],
  [
    'a circle of resources',
    withProperties('GreetRole', {
      Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Resource: { Ref: 'GreetVersion' } }] } }],
    }),
    /the resource \w+ depends on itself/,
  ],
  [
    'a resource that names itself',
    withProperties('Group', { RetentionInDays: { Ref: 'Group' } }),
    /the resource Group depends on itself/,
  ],
  [
    'a substitution that is not given',
    withProperties('Machine', { DefinitionSubstitutions: { Kind: 'drill' } }),
    /^Machine\/Properties\/DefinitionSubstitutions: there is none for \$\{GreetArn\}$/,
  ],
  [
    'a role that Lambda cannot assume',
    withProperties('Greet', { Role: { 'Fn::GetAtt': ['MachineRole', 'Arn'] } }),
    /cannot be assumed by lambda\.amazonaws\.com/,
  ],
  [
    'a role that Step Functions cannot assume',
    withProperties('Machine', { RoleArn: { 'Fn::GetAtt': ['GreetRole', 'Arn'] } }),
    /cannot be assumed by states\.amazonaws\.com/,
  ],
  [
    'a rule whose role EventBridge cannot assume',
    withProperties('StarterRole', { AssumeRolePolicyDocument: trust('scheduler.amazonaws.com') }),
    /^Rule\/Properties\/Targets: the role .* cannot be assumed by events\.amazonaws\.com/,
  ],
  [
    'a schedule whose role Scheduler cannot assume',
    withProperties('StarterRole', { AssumeRolePolicyDocument: trust('events.amazonaws.com') }),
    /^Monthly\/Properties\/Target: the role .* cannot be assumed by scheduler\.amazonaws\.com/,
  ],
  [
    'a bucket name that S3 refuses',
    withProperties('Ledger', { BucketName: 'No_Bucket' }),
    /^Ledger: InvalidBucketName/,
  ],
  [
    'a definition that Step Functions refuses',
    withProperties('Machine', { Definition: { StartAt: 'Nowhere', States: {} } }),
    /^Machine: InvalidDefinition/,
  ],
  [
    'a time-out that is no number',
    withProperties('Greet', { Timeout: 'soon' }),
    /^Greet\/Properties\/Timeout: a number was expected$/,
  ],
];

for (const [what, changed, message] of refused) {
  test(`${what} is refused, and where it stands is said`, () => {
    assert.throws(() => deploy(changed), { name: 'TemplateError', message });
  });
}

const unknown: readonly (readonly [what: string, template: Template, message: RegExp])[] = [
  [
    'resource type',
    { Resources: { Table: { Type: 'AWS::DynamoDB::Table' } } },
    /the resource type AWS::DynamoDB::Table \(Table\)/,
  ],
  ['property', withProperties('Greet', { VpcConfig: {} }), /AWS::Lambda::Function with VpcConfig/],
  [
    'member of a resource',
    { Resources: { Topic: { Type: 'AWS::SNS::Topic', CreationPolicy: {} } as never } },
    /resource Topic with CreationPolicy/,
  ],
  ['section', { Resources: {}, Transform: 'AWS::Serverless-2016-10-31' } as never, /the section Transform/],
];

for (const [what, changed, message] of unknown) {
  test(`a ${what} that is not modelled stops the run by its name`, () => {
    assert.throws(() => deploy(changed), { name: 'NotSimulated', message });
  });
}
