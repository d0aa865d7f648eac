import type { ActionTable } from '../check.ts';

/** Actions and resources of IAM (Service Authorization Reference, AWS Identity and Access Management). */
export const iamActions: ActionTable = {
  GetInstanceProfile: (
    { InstanceProfileName: name = '' }: { readonly InstanceProfileName?: string },
    { sim },
  ) => [
    {
      action: 'iam:GetInstanceProfile',
      resource: `arn:aws:iam::${sim.accountId}:instance-profile/${name}`,
    },
  ],
};
