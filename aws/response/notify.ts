import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { sayRefusal } from '../../recovery/answer.ts';
import { clientConfig } from '../access.ts';
import { call } from '../call.ts';
import { openSns } from '../sns.ts';
import type { ResponseContext } from './context.ts';

/** Events of our own for machines, on the default bus of the recovery Region; people are told by SNS. */
export type OwnEvent =
  | 'Failure Detected'
  | 'Recovery Started'
  | 'Recovery Held'
  | 'Recovery Interrupted'
  | 'Primary Fenced';

/** Tells people and machines. What could not be told is logged: a decision is not less decided. */
export async function tell(
  context: ResponseContext,
  what: OwnEvent,
  detail: { readonly plan: string; readonly reason: string; readonly [more: string]: unknown },
): Promise<void> {
  const { access, deps, topicArn } = context;
  const client = new EventBridgeClient(clientConfig(access));
  const [event, person] = await Promise.all([
    call(access, 'events:PutEvents', async (abortSignal) => {
      const entry = { Source: 'lifeboat', DetailType: what, Detail: JSON.stringify(detail) };
      const output = await client.send(new PutEventsCommand({ Entries: [entry] }), { abortSignal });
      if (output.FailedEntryCount)
        deps.log('error', `${what} was not put: ${output.Entries?.[0]?.ErrorCode}`, {});
      return output;
    }),
    topicArn
      ? openSns(access).publish(topicArn, `Lifeboat: ${detail.plan}: ${what}`, detail.reason)
      : Promise.resolve({ ok: true as const, value: undefined }),
  ]);
  for (const answer of [event, person]) {
    if (!answer.ok) deps.log('error', sayRefusal(answer), { plan: detail.plan });
  }
}
