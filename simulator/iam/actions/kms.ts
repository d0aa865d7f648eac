import { NotSimulated } from '../../errors.ts';
import type { ActionTable, Check, Place } from '../check.ts';

/** Actions, resources and condition keys of AWS KMS (Service Authorization Reference, AWS KMS). */
export const kmsActions: ActionTable = {
  DescribeKey: (input: { readonly KeyId?: string }, place) => [
    {
      action: 'kms:DescribeKey',
      resource: keyArn(input.KeyId ?? '', place),
      keys: { 'kms:viaservice': undefined },
    },
  ],
};

/**
 * What EBS asks of a customer's key in the name of whoever makes, attaches or starts what is encrypted with it (EBS User
 * Guide, Requirements for Amazon EBS encryption, Permissions for users, which does not tell one operation from another).
 */
const forDisks = [
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** The questions that customers' keys of disks raise. EBS's own key permits whoever comes through EBS in its own policy. */
export function keysForDisks(
  disks: readonly ({ readonly kmsKeyId?: string | undefined } | undefined)[],
  place: Place,
): readonly Check[] {
  const keys = new Set(disks.flatMap((disk) => disk?.kmsKeyId ?? []));
  return [...keys].flatMap((key) => through('ec2', forDisks, key, place));
}

/** The questions that a customer's key raises when a service uses it in the name of its caller. */
export function through(
  service: 'ec2' | 'rds' | 'ssm',
  actions: readonly string[],
  key: string,
  place: Place,
): readonly Check[] {
  return actions.map((action) => ({
    action,
    resource: keyArn(key, place),
    keys: {
      'kms:viaservice': [`${service}.${place.region.name}.amazonaws.com`],
      ...(action === 'kms:CreateGrant' && { 'kms:grantisforawsresource': ['true'] }),
    },
  }));
}

/** @throws NotSimulated for an alias, whose key would have to be known */
function keyArn(key: string, { region }: Place): string {
  if (key.startsWith('alias/') || key.includes(':alias/'))
    throw new NotSimulated(`the permissions for ${key}`);
  return region.ec2.keyArn(key);
}
