import { roleIds } from './roles.ts';
import type { CfnValue } from './statements.ts';

/**
 * The policy of the ledger's bucket: it proves who wrote an approval or a request by the name of its key, whatever else the
 * writer's role permits. It is generated, since its `${aws:userid}` looks like a variable of serverless.
 *
 * What it cannot prove: who holds the credentials that signed, how many identities one person has, and what somebody who may
 * change this policy, the roles or the code of the stack makes of them. CloudTrail has those changes.
 */
export function ledgerPolicy(): Readonly<Record<string, object>> {
  return {
    LedgerPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        Bucket: { Ref: 'Ledger' },
        PolicyDocument: { Version: '2012-10-17', Statement: statements() },
      },
    },
  };
}

const objectArn = (key: string): CfnValue => ({ 'Fn::Sub': `\${Ledger.Arn}/${key}` });
/** `${!…}` is what `Fn::Sub` leaves for IAM to fill in. */
const own = '${!aws:userid}.json';

/**
 * Whatever makes, changes or removes an object: copies, parts of multipart uploads, tags and access lists count as PutObject
 * and its like; what another bucket replicates here comes by actions of its own (Service Authorization Reference, Amazon S3).
 */
const writes = ['s3:PutObject*', 's3:DeleteObject*', 's3:Replicate*'];

/** What people write, and nobody proves: orders that name their author in the body. */
const orders = ['brake.json', 'plans/*/active.json', 'plans/*/pause.json', 'plans/*/period.json'];
const words = ['approvals', 'requests'];

function statements(): readonly object[] {
  const functions = { 'aws:PrincipalArn': roleIds().map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] })) };
  return [
    {
      Sid: 'EncryptedOnTheWay',
      ...deny('s3:*'),
      Resource: [{ 'Fn::GetAtt': ['Ledger', 'Arn'] }, objectArn('*')],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      // Everything else in the ledger is written by the stack's own roles, each limited to its own keys: a person who could
      // write an incident would be the requester of a recovery that looks like Lifeboat's own decision.
      Sid: 'PeopleSignWithTheirName',
      ...deny(...writes),
      NotResource: [...words.map((word) => `recoveries/*/${word}/${own}`), ...orders].map(objectArn),
      Condition: { ArnNotEquals: functions },
    },
    {
      // The wildcards of the roles' own permissions, such as `recoveries/*/evidence.json`, reach into these keys.
      Sid: 'OnlyPeopleApprove',
      ...deny(...writes),
      Resource: words.map((word) => objectArn(`recoveries/*/${word}/*`)),
      Condition: { ArnEquals: functions },
    },
    { Sid: 'HistoryStays', ...deny('s3:DeleteObjectVersion'), Resource: objectArn('*') },
  ];
}

function deny(...actions: readonly string[]): object {
  return { Effect: 'Deny', Principal: '*', Action: actions };
}
