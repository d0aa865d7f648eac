import type { Answer } from '../recovery/answer.ts';

type Values<T> = { readonly [K in keyof T]: T[K] extends Promise<Answer<infer V>> ? V : never };

/** Waits for several answers asked at once; all values, or the first refusal in the order they are named. */
export async function gather<T extends Readonly<Record<string, Promise<Answer<unknown>>>>>(
  asked: T,
): Promise<Answer<Values<T>>> {
  const names = Object.keys(asked);
  const answers = await Promise.all(Object.values(asked));
  const values: Record<string, unknown> = {};
  for (const [i, answer] of answers.entries()) {
    if (!answer.ok) return answer;
    values[names[i]!] = answer.value;
  }
  return { ok: true, value: values as Values<T> };
}

/** The same for answers of one type under names that are not known beforehand. */
export async function gatherEach<V>(
  asked: readonly (readonly [string, Promise<Answer<V>>])[],
): Promise<Answer<Record<string, V>>> {
  const values: Record<string, V> = {};
  const answers = await Promise.all(asked.map(async ([name, answer]) => [name, await answer] as const));
  for (const [name, answer] of answers) {
    if (!answer.ok) return answer;
    values[name] = answer.value;
  }
  return { ok: true, value: values };
}
