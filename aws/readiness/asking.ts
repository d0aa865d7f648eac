import type { Answer } from '../../recovery/answer.ts';
import { type Access, openClient } from '../access.ts';
import { type CallOptions, call } from '../call.ts';
import { allPages, type Listing } from '../pages.ts';

/** One way to read a Region for readiness: with all the patience of a check, or with little into the primary Region. */
export interface Asking {
  readonly access: Access;
  readonly region: string;
  readonly options: CallOptions;
}

export function askingIn(access: Access, region: string): Asking {
  return { access, region, options: {} };
}

/** The primary Region may be gone: what it does not tell at once stays unknown, and is asked again at the next check. */
export function askingFar(access: Access, region: string): Asking {
  return { access, region, options: { deadlineSeconds: 3, repeatable: false } };
}

/** A client of the SDK for this Region. */
export function clientFor<C extends object>(
  Client: Parameters<typeof openClient<C>>[0],
  { access, region }: Asking,
): C {
  return openClient(Client, access, region);
}

export function ask<T>(
  { access, options }: Asking,
  asked: string,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<Answer<T>> {
  return call(access, asked, send, options);
}

export function askAll<Page, Item>(
  { access, options }: Asking,
  listing: Listing<Page, Item>,
): Promise<Answer<readonly Item[]>> {
  return allPages(access, listing, options);
}

/** An answer that the thing does not exist is a fact like any other. @param codes how the service says so */
export function orAbsent<T>(answer: Answer<T>, ...codes: readonly string[]): Answer<T | 'absent'> {
  return !answer.ok && codes.includes(answer.code) ? { ok: true, value: 'absent' } : answer;
}

/** Nothing to ask for is an answer. */
export function nothing<T>(value: T): Promise<Answer<T>> {
  return Promise.resolve({ ok: true, value });
}

/** Answers by name, each for itself: one that could not be read leaves the others as they are. */
export async function byName<T>(
  names: readonly string[],
  askFor: (name: string) => Promise<Answer<T>>,
): Promise<Readonly<Record<string, Answer<T>>>> {
  const distinct = [...new Set(names)];
  const answers = await Promise.all(distinct.map(askFor));
  return Object.fromEntries(distinct.map((name, place) => [name, answers[place]!]));
}

/** The first refusal of several answers, or all their values in one list. */
export function joined<T>(answers: readonly Answer<readonly T[]>[]): Answer<readonly T[]> {
  const values: T[] = [];
  for (const answer of answers) {
    if (!answer.ok) return answer;
    values.push(...answer.value);
  }
  return { ok: true, value: values };
}
