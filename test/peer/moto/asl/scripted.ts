import { SendTaskFailureCommand, SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { isObject, type Json } from '../../../../simulator/json.ts';
import type { Answer, Functions } from './corpus.ts';
import { comparable, type Outcome } from './outcome.ts';

/** How a function of an engine passes time. */
export type Pass = (seconds: number) => Promise<unknown>;

/** The functions of one machine in one engine: they answer as the corpus says, and keep what they were asked. */
export class Scripted {
  readonly #functions: Functions;
  readonly #calls: Record<string, Json[]> = {};

  constructor(functions: Functions) {
    this.#functions = functions;
  }

  /** The events that each function got, in an order that does not depend on which of two parallel strands was first. */
  get calls(): Outcome['calls'] {
    return Object.fromEntries(
      Object.entries(this.#calls).map(([name, events]) => [
        name,
        events.map((event) => JSON.stringify(event)).toSorted(),
      ]),
    );
  }

  /** @throws Error whose name is the one that the corpus gives */
  async answer(name: string, event: unknown, client: SFNClient, pass: Pass): Promise<unknown> {
    const answers = this.#functions[name] ?? [];
    const calls = this.#calls[name] ?? [];
    this.#calls[name] = calls;
    const answer = answers[Math.min(calls.length, answers.length - 1)] ?? {};
    const { token, ...seen } = isObject(event) ? event : { event: event as Json };
    calls.push(comparable(seen));
    if (answer.tells) await tell(client, String(token), answer.tells);
    if (answer.afterSeconds) await pass(answer.afterSeconds);
    if (answer.throws) throw Object.assign(new Error('as the case says'), { name: answer.throws });
    return answer.returns === undefined ? event : answer.returns;
  }
}

async function tell(client: SFNClient, taskToken: string, told: NonNullable<Answer['tells']>): Promise<void> {
  if ('success' in told) {
    await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(told.success) }));
  } else {
    await client.send(new SendTaskFailureCommand({ taskToken, ...told.failure }));
  }
}
