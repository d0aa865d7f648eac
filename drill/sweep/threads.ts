import { type Outcome, Threads } from '../threads.ts';
import type { SweepCase } from './case.ts';
import type { SweepEnd, SweptRehearsal } from './run.ts';

/**
 * Runs cases in threads, in the order of the list, and tells each end; a case that breaks the rehearsal, or the thread, is
 * named. Ends when all have ended, or soon after `signal` is aborted.
 */
export async function runCases(
  swept: SweptRehearsal,
  cases: readonly SweepCase[],
  options: { readonly threads: number; readonly signal?: AbortSignal },
  ended: (end: SweepEnd) => void,
): Promise<void> {
  const { threads: size, signal } = options;
  const body = new URL('./worker.ts', import.meta.url);
  const threads = new Threads<SweepCase, SweepEnd>({ body, given: swept, size });
  const stopped = Promise.withResolvers<void>();
  const stop = () => stopped.resolve();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const all = cases.map(async (each) => ended(endOf(each, await threads.run(each))));
  await Promise.race([Promise.all(all), stopped.promise]);
  signal?.removeEventListener('abort', stop);
  await threads.close();
}

/** Something that no recovery is to blame for: what the simulator lacks, a judge that broke, a thread that died. */
function endOf({ name }: SweepCase, outcome: Outcome<SweepEnd>): SweepEnd {
  if ('answer' in outcome) return outcome.answer;
  // The rest of a stack names files of this machine.
  const [what = ''] = outcome.broke.split('\n');
  return { name, outcome: 'defect', objections: [`defect: ${what}`] };
}
