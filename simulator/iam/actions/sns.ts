import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { type ActionTable, refuseMembers } from '../check.ts';

/** Actions and resources of Amazon SNS (Service Authorization Reference, Amazon SNS). */
export const snsActions: ActionTable = {
  Publish: (input: PublishCommandInput) => {
    refuseMembers('sns:Publish', input, ['PhoneNumber']);
    return [{ action: 'sns:Publish', resource: input.TopicArn ?? input.TargetArn ?? '' }];
  },
  GetTopicAttributes: ({ TopicArn: resource = '' }: { readonly TopicArn?: string }) => [
    { action: 'sns:GetTopicAttributes', resource },
  ],
};
