/** One thing that AWS takes its time for, and what must be over before it can begin. */
export interface Step {
  /** Unique among the steps of one graph. */
  readonly id: string;
  /** What happens, such as `instance running`. */
  readonly edge: string;
  /** The resource that it happens to. */
  readonly subject: string;
  readonly seconds: number;
  /** Ids of steps; one that the graph lacks holds nothing up. */
  readonly after: readonly string[];
}

export interface ChainLink {
  readonly edge: string;
  readonly subject: string;
  readonly seconds: number;
}

export interface Chain {
  readonly seconds: number;
  readonly chain: readonly ChainLink[];
}

/**
 * The chain of steps that takes longest when each begins the moment its last predecessor ends: what AWS alone would have
 * needed, however an orchestrator spent its time in between.
 * @throws RangeError when a step waits for itself.
 */
export function longestChain(steps: readonly Step[]): Chain {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const finished = new Map<string, { readonly atSeconds: number; readonly previous: string | undefined }>();
  const finish = (id: string, behind: ReadonlySet<string>): number => {
    const known = finished.get(id);
    if (known) return known.atSeconds;
    const step = byId.get(id);
    if (!step) return 0;
    if (behind.has(id)) throw new RangeError(`${step.edge} of ${step.subject} waits for itself`);
    const within = new Set(behind).add(id);
    let [previous, startSeconds]: [string | undefined, number] = [undefined, 0];
    for (const before of step.after) {
      const atSeconds = finish(before, within);
      if (byId.has(before) && (previous === undefined || atSeconds > startSeconds)) {
        [previous, startSeconds] = [before, atSeconds];
      }
    }
    const atSeconds = startSeconds + step.seconds;
    finished.set(id, { atSeconds, previous });
    return atSeconds;
  };
  let last: string | undefined;
  for (const { id } of steps) {
    const atSeconds = finish(id, new Set());
    if (last === undefined || atSeconds > finished.get(last)!.atSeconds) last = id;
  }
  const chain: ChainLink[] = [];
  for (let id = last; id !== undefined; id = finished.get(id)!.previous) {
    const { edge, subject, seconds } = byId.get(id)!;
    chain.unshift({ edge, subject, seconds });
  }
  return { seconds: last === undefined ? 0 : finished.get(last)!.atSeconds, chain };
}
