import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type Answer, sayRefusal } from '../recovery/answer.ts';
import { type NoticeDetail, type NoticeName, noticeProblem, noticeSource } from '../recovery/notices.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';
import type { Deps } from './deps.ts';
import { openSns } from './sns.ts';

/** Who tells, and where people listen; without a topic only machines are told. */
export interface Teller {
  readonly access: Access;
  readonly deps: Pick<Deps, 'log'>;
  readonly topicArn: string;
}

/** What people read, where it is not the notice's own name, reason and way out. */
export interface Words {
  readonly subject: string;
  readonly message: string;
  /** Machines have been told already, and people could not be. */
  readonly onlyPeople?: boolean;
}

/**
 * PutEvents succeeds as a request while entries of it fail, each with a code of its own (EventBridge API Reference,
 * PutEventsResultEntry): such an entry counts as refused, and is put again where its code is one that passes.
 */
class EntryRefused extends Error {
  readonly $metadata = { httpStatusCode: 200 };
  override readonly name: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

/** Who could not be told, and why, as sentences; empty when everybody was. */
export interface Untold {
  readonly machines?: string;
  readonly people?: string;
}

/**
 * Tells machines by the default bus and people by the topic, side by side. What could not be told is logged and answered,
 * never thrown: a recovery is not less recovered because nobody heard of it.
 */
export async function tell<Name extends NoticeName>(
  teller: Teller,
  name: Name,
  detail: NoticeDetail<Name>,
  words: Words = wordsOf(name, detail),
): Promise<Untold> {
  const { access, deps, topicArn } = teller;
  const problem = noticeProblem(name, detail);
  if (problem !== undefined) deps.log('error', `a notice is not as documented: ${problem}`, {});
  const [event, person] = await Promise.all([
    words.onlyPeople ? undefined : put(access, name, detail),
    topicArn === '' ? undefined : openSns(access).publish(topicArn, words.subject, forPeople(words.message)),
  ]);
  const machines = sentence(event);
  const people = sentence(person);
  for (const why of [machines, people]) {
    if (why !== undefined) deps.log('error', `${name} was not told: ${why}`, { plan: detail.plan });
  }
  return { ...(machines !== undefined && { machines }), ...(people !== undefined && { people }) };
}

function put<Name extends NoticeName>(
  access: Access,
  name: Name,
  detail: NoticeDetail<Name>,
): Promise<Answer<void>> {
  const client = openClient(EventBridgeClient, access);
  const Entries = [{ Source: noticeSource, DetailType: name, Detail: JSON.stringify(detail) }];
  return call(access, 'events:PutEvents', async (abortSignal) => {
    const output = await client.send(new PutEventsCommand({ Entries }), { abortSignal });
    const refused = output.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused?.ErrorCode) throw new EntryRefused(refused.ErrorCode, refused.ErrorMessage ?? '');
  });
}

/** What people read of a notice that says it all itself. */
export function wordsOf(name: NoticeName, detail: NoticeDetail): Words {
  const unblock = 'unblock' in detail && detail.unblock ? `. ${detail.unblock}` : '';
  return { subject: `Lifeboat: ${detail.plan}: ${name}`, message: `${detail.reason}${unblock}` };
}

/**
 * Whoever reads this at night has a checkout of the installation and nothing in mind: sentences name commands by their
 * meaning, and this says once how they are typed.
 */
function forPeople(message: string): string {
  if (!/\blifeboat [a-z]/.test(message) || message.includes('--aws')) return message;
  return `${message}\n\nIn the checkout of the installation: npm run -s lifeboat -- status --aws, and so on; approve, abort, acknowledge and pause ask for --comment "why".`;
}

function sentence(answer: Answer<unknown> | undefined): string | undefined {
  return answer === undefined || answer.ok ? undefined : sayRefusal(answer);
}
