import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { evaluate, type Principal } from '../../simulator/iam/evaluate.ts';
import { type Policy, readPolicy } from '../../simulator/iam/policy.ts';
import type { Json } from '../../simulator/json.ts';
import { runCases } from '../cases.ts';

interface Given {
  readonly policies: readonly { readonly kind: Policy['kind']; readonly document: Json }[];
  readonly action?: string;
  readonly resource?: string;
  readonly principal?: Principal;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

const kim = { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/kim' };

function decide({ policies, action = 's3:PutObject', resource, principal = kim, context = {} }: Given) {
  const keys = new Map(Object.entries(context).map(([key, values]) => [key.toLowerCase(), values]));
  const read = policies.map(({ kind, document }, at) => readPolicy(`policy ${at + 1}`, kind, document));
  const request = {
    principal,
    action,
    resource: resource ?? 'arn:aws:s3:::b/plans/shop/active.json',
    context: (key: string) => keys.get(key.toLowerCase()),
  };
  return evaluate(read, request);
}

runCases<Given>(new URL('cases/iam.json', import.meta.url), (given) => {
  try {
    const { decision, by } = decide(given);
    return { decision, by: by[0] ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.name : 'none' };
  }
});

const actions = fc.constantFrom('s3:PutObject', 's3:Put*', 's3:GetObject', '*');
const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: actions,
  Resource: fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/brake.json'),
});
const identity = (Statement: Json) =>
  ({ kind: 'identity', document: { Version: '2012-10-17', Statement } }) as const;

test('the order of statements changes no decision, and one more denial allows nothing more', () => {
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 6 }), statement, (statements, more) => {
      const { decision } = decide({ policies: [identity(statements)] });
      assert.equal(decide({ policies: [identity(statements.toReversed())] }).decision, decision);
      assert.equal(decide({ policies: statements.map((each) => identity([each])) }).decision, decision);
      const denied = decide({ policies: [identity([...statements, { ...more, Effect: 'Deny' }])] });
      if (denied.decision === 'allow') assert.equal(decision, 'allow');
    }),
    { seed: 11, numRuns: 300 },
  );
});
