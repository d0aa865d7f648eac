import type { Cancel } from '../clock.ts';
import type { State } from './definition.ts';

/** Unwinds a lane that was stopped: its execution ended, or a sibling branch failed. Never an error of a state. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Ends a wait, with a value or an error; only the first call counts. */
export interface Settle<T> {
  /** Whether the wait has ended already: what comes in now comes too late. */
  readonly isOver: boolean;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/**
 * One strand of an execution, in which one state follows the other: the machine itself, a branch of a Parallel, an
 * iteration of a Map. Whatever it waits for, it waits for here, so that it can be stopped.
 */
export class Lane {
  /** Who it is among all lanes of its execution, e.g. `/Recover#1.0[2]`: what draws are made from. */
  readonly path: string;
  /** The event that the next one follows. */
  lastEventId: number;
  /** The state that it is in, if any. */
  current: State | undefined;
  /** Lanes that run inside its current state. */
  children: readonly Lane[] = [];
  readonly #visits = new Map<string, number>();
  readonly #waits = new Set<() => void>();
  #isStopped = false;

  constructor(path: string, lastEventId: number) {
    this.path = path;
    this.lastEventId = lastEventId;
  }

  /** Counts an entry into a state; the first is 1. */
  visit(stateName: string): number {
    const count = (this.#visits.get(stateName) ?? 0) + 1;
    this.#visits.set(stateName, count);
    return count;
  }

  /** Stops this lane and those inside it: every wait is cancelled and rejects with `Stopped`, as any later one does. */
  stop(): void {
    this.#isStopped = true;
    for (const child of this.children) child.stop();
    for (const stop of [...this.#waits]) stop();
  }

  /**
   * Waits for what `begin` starts. The function that `begin` returns is called once the wait is over, however it ended.
   * @throws Stopped
   */
  wait<T>(begin: (settle: Settle<T>) => Cancel): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isStopped) {
        reject(new Stopped());
        return;
      }
      let cancel: Cancel | undefined;
      let isOver = false;
      const finish = (settle: () => void) => {
        if (isOver) return;
        isOver = true;
        this.#waits.delete(stop);
        cancel?.();
        settle();
      };
      const stop = () => finish(() => reject(new Stopped()));
      this.#waits.add(stop);
      cancel = begin({
        get isOver() {
          return isOver;
        },
        resolve: (value) => finish(() => resolve(value)),
        reject: (error) => finish(() => reject(error)),
      });
      if (isOver) cancel();
    });
  }
}
