import type { Answer, Question } from './clients.ts';
import { Asker } from './clients.ts';
import type { Ids } from './ids.ts';
import { again, type Exchange } from './recording.ts';

/** One request of a recording, and what both sides answered to it: more than once where it was made more than once. */
export interface Asked {
  readonly question: Question;
  readonly ours: Answer[];
  readonly theirs: Answer[];
  /** Whether nothing was under way on either side, so that members which say what goes on must say the same. */
  readonly atRest: boolean;
}

/** Whether an operation changes nothing. */
export function isRead(operation: string): boolean {
  return /^(Describe|Get|List|Head)/.test(operation);
}

/**
 * Makes the calls of a recording to the peer, in their order and in the peer's names. What changes something is asked each
 * time; a read that was repeated is asked where it was first and last made, for what lies between is waiting, and a peer
 * without transitions does not wait.
 */
export async function replay(
  exchanges: readonly Exchange[],
  peer: Asker,
  ids: Ids,
): Promise<readonly Asked[]> {
  const ends = new Map<string, { first: number; last: number }>();
  for (const [place, exchange] of exchanges.entries())
    ends.set(keyOf(exchange), { first: ends.get(keyOf(exchange))?.first ?? place, last: place });
  const asked = new Map<string, Asked>();
  for (const [place, exchange] of exchanges.entries()) {
    const { service, region, operation, input } = exchange;
    const { first, last } = ends.get(keyOf(exchange))!;
    if (isRead(operation) && place !== first && place !== last) continue;
    const ours = await answerOf(exchange);
    const theirs = await peer.ask({
      service,
      region,
      operation,
      input: ids.translate(asHeard(operation, input)),
    });
    await mend(exchange, peer, theirs);
    if (ours.ok && theirs.ok && !isRead(operation)) ids.learn(ours.output, theirs.output);
    const key = isRead(operation) ? keyOf(exchange) : String(place);
    const question = { service, region, operation, input };
    const known = asked.get(key) ?? { question, ours: [], theirs: [], atRest: !isRead(operation) };
    known.ours.push(ours);
    known.theirs.push(theirs);
    asked.set(key, known);
  }
  return [...asked.values()];
}

/**
 * Without this, what moto makes of one call would be seen again in all later ones. That it does so is asked for, and listed,
 * by cases of their own: it launches as few instances as a call would put up with.
 */
function asHeard(operation: string, input: Question['input']): Question['input'] {
  return operation === 'RunInstances' ? { ...input, MinCount: input['MaxCount'] } : input;
}

/** And it protects what it restores like the original, whatever the call says. */
async function mend(
  { service, region, operation, input }: Exchange,
  peer: Asker,
  theirs: Answer,
): Promise<void> {
  if (operation !== 'RestoreDBInstanceFromDBSnapshot' || !theirs.ok) return;
  const { DBInstanceIdentifier, DeletionProtection } = input;
  const again = { DBInstanceIdentifier, DeletionProtection, ApplyImmediately: true };
  await peer.ask({ service, region, operation: 'ModifyDBInstance', input: again });
}

/** Questions without those that were asked before. */
export function distinct<Q extends Question>(questions: readonly Q[]): readonly Q[] {
  return [...new Map(questions.map((one) => [keyOf(one), one])).values()];
}

/** The same questions to both sides as they are now. */
export async function askBoth(
  questions: readonly Question[],
  ours: Pick<Asker, 'ask'>,
  theirs: Pick<Asker, 'ask'>,
  ids: Ids,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const { service, region, operation, input } of questions) {
    const question = { service, region, operation, input };
    const mine = await ours.ask(question);
    const other = await theirs.ask({ ...question, input: ids.translate(input) });
    asked.push({ question, ours: [mine], theirs: [other], atRest: true });
  }
  return asked;
}

/** What the SDK made of an answer that was recorded. */
function answerOf(exchange: Exchange): Promise<Answer> {
  const requestHandler = { handle: async () => ({ response: again(exchange) }) };
  return new Asker({ requestHandler, accessKeyId: 'recorded' }).ask(exchange);
}

/** The same for requests that differ by nothing but the instants that they name. */
function keyOf({ service, region, operation, input }: Question): string {
  const text = JSON.stringify(input, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return `${service} ${region} ${operation} ${text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'instant')}`;
}
