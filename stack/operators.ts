import { allow, arnOf, type CfnValue } from './statements.ts';

/**
 * What a person needs who looks after recoveries: to be attached to their role or permission set, as the stack cannot know
 * who they are. The bucket's own policy guards the same keys from everybody else.
 */
export function operatorsPolicy(): Readonly<Record<string, object>> {
  return {
    Operators: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        Description: 'Look after recoveries with lifeboat status, approve, continue and their like.',
        PolicyDocument: { Version: '2012-10-17', Statement: statements() },
      },
    },
  };
}

const objectArn = (key: string): CfnValue => ({ 'Fn::Sub': `\${Ledger.Arn}/${key}` });
/** `${!…}` is what `Fn::Sub` leaves for IAM to fill in: nobody signs with another's name. */
const own = '${!aws:userid}.json';
const orders = ['brake.json', 'plans/*/active.json', 'plans/*/pause.json', 'plans/*/period.json'];
const words = [`recoveries/*/approvals/${own}`, `recoveries/*/requests/${own}`];
const machines = ['LifeboatDrill', 'LifeboatFailover'];

function statements(): readonly object[] {
  return [
    allow(['ssm:GetParameters'], [arnOf('ssm', 'parameter${Installation}')]),
    // Without the permission to list, S3 answers 403 instead of 404 for a key that does not exist.
    allow(['s3:ListBucket'], [{ 'Fn::GetAtt': ['Ledger', 'Arn'] }]),
    allow(['s3:GetObject'], ['brake.json', 'plans/*', 'recoveries/*'].map(objectArn)),
    allow(['s3:PutObject'], [...orders, ...words].map(objectArn)),
    allow(
      ['states:StartExecution'],
      // A volume that was held is looked at again by starting the remount machine with it.
      [...machines, 'LifeboatRemount'].map((id) => ({ Ref: id })),
    ),
    allow(
      ['states:DescribeExecution'],
      machines.map((id) => arnOf('states', `execution:\${${id}.Name}:*`)),
    ),
  ];
}
