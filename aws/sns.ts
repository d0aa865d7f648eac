import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Answer } from '../recovery/answer.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';

export type Sns = ReturnType<typeof openSns>;

/** Notification of people. */
export function openSns(access: Access) {
  const client = openClient(SNSClient, access);
  return {
    /** Not repeatable: a person told twice is better than three times, and never told is what the evidence is for. */
    publish: (topicArn: string, subject: string, message: string): Promise<Answer<unknown>> =>
      call(
        access,
        'sns:Publish',
        (abortSignal) =>
          client.send(
            new PublishCommand({ TopicArn: topicArn, Subject: subject.slice(0, 100), Message: message }),
            { abortSignal },
          ),
        { repeatable: false },
      ),
  };
}
