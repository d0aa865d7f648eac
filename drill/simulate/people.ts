import type { Caller } from '../../simulator/service.ts';

/** People of a simulated account: three, since an approval may need two of them beside whoever asked for the recovery. */
export const people = ['alice', 'bob', 'carol'] as const;
export type Person = (typeof people)[number];

/** A person's credentials: the secret is never looked at, since the simulator verifies no signatures. */
export function credentialsOf(person: Person): {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
} {
  return { accessKeyId: `AKIASIMULATED${person.toUpperCase()}`, secretAccessKey: 'simulated' };
}

/** A person as AWS knows them: an IAM user of the account. */
export function callerOf(person: Person, account: string): Caller {
  return {
    accessKeyId: credentialsOf(person).accessKeyId,
    arn: `arn:aws:iam::${account}:user/${person}`,
    userId: `AIDASIMULATED${person.toUpperCase()}`,
  };
}
