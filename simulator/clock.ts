/**
 * A virtual clock: simulated time stands still while any code runs and jumps to the next timer when nothing does.
 *
 * Invariant: between two timers, every live invocation waits on the simulator. It holds because the clock advances only
 * when the microtask queue is empty and no real file, name or timer is under way; otherwise the order in which the
 * operating system answers (a large `~/.aws/config`, a loaded machine) would leak into a run. Jobs of Node's thread pool
 * (asynchronous digests, keys, compression) are listed nowhere: code that runs in a simulation takes the synchronous forms.
 */
export interface Clock {
  /** Simulated milliseconds since the Unix epoch. May carry fractions. */
  nowMs(): number;
  /** Resolves when `ms` of simulated time have passed. */
  sleep(ms: number): Promise<void>;
}

/** Takes a timer back; calling it after the timer fired does nothing. */
export type Cancel = () => void;

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
  cancelled: boolean;
}

/** Thrown when a run waits for something that no timer will ever bring about. */
export class Deadlock extends Error {
  override readonly name = 'Deadlock';
}

/**
 * What may stay open while nothing runs: standard streams, servers, channels to other threads and processes. Everything
 * else that the event loop waits for is work whose end will run code, be it a file, its closing, a name or a timer.
 * Names are those of libuv's handles and requests in Node.
 */
const idle =
  /^(TTY|Pipe|PIPE|TCPServer|TCPSERVER|MessagePort|MESSAGEPORT|Process|PROCESS|Signal|SIGNAL|Worker|WORKER)/;

/** A file that takes longer than this many turns of the event loop (tens of seconds) will not be answered any more. */
const turnsMax = 20_000_000;

/** How many clocks of this process wait for its quiet right now; each has one immediate of its own. */
let waitingForQuiet = 0;

/** What the event loop still waits for, or nothing. */
function realWork(): readonly string[] {
  const active = process.getActiveResourcesInfo().filter((kind) => !idle.test(kind));
  const immediates = active.filter((kind) => kind === 'Immediate');
  return immediates.length < waitingForQuiet ? active.filter((kind) => kind !== 'Immediate') : active;
}

/** The only clock of a simulation. `drive` is its engine; everything else asks it for the time or for a wake-up. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  #heap: Timer[] = [];
  #defect: { readonly error: unknown } | undefined;
  readonly #onDefect: ((error: unknown) => void) | undefined;
  #holds = 0;
  #onRelease = () => {};

  /** @param onDefect is told of defects in place of ending the run */
  constructor(startMs: number, onDefect?: (error: unknown) => void) {
    this.#nowMs = startMs;
    this.#onDefect = onDefect;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Calls `fire` once `ms` have passed; timers of the same instant fire in the order in which they were set. */
  after(ms: number, fire: () => void): Cancel {
    return this.at(this.#nowMs + Math.max(0, ms), fire);
  }

  /** Calls `fire` at the instant `atMs`, or as soon as possible when that has passed. */
  at(atMs: number, fire: () => void): Cancel {
    // It would stand in the wrong place of the heap, and make every later instant NaN.
    if (Number.isNaN(atMs)) throw new RangeError('a timer needs an instant, not NaN');
    const timer: Timer = { atMs: Math.max(atMs, this.#nowMs), order: this.#order++, fire, cancelled: false };
    this.#push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /**
   * Keeps time from advancing until the returned function is called: code is at work of which this thread's event loop
   * knows nothing, such as a function in a thread of its own.
   */
  hold(): () => void {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#onRelease();
    };
  }

  /** Stops the run: the current `drive` rejects with `error`. For defects that no simulated caller may swallow. */
  abort(error: unknown): void {
    if (this.#onDefect) this.#onDefect(error);
    else this.#defect ??= { error };
  }

  /**
   * Advances time until `goal` settles, and returns or throws what it settled to.
   * @throws Deadlock when the goal is pending and no timer is left.
   */
  async drive<T>(goal: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    goal.then(settle, settle);
    for (;;) {
      await this.#quiesce();
      if (this.#defect) throw this.#defect.error;
      if (settled) return goal;
      const timer = this.#pop();
      if (!timer) throw new Deadlock('the simulation waits for something that no timer will bring about');
      this.#nowMs = timer.atMs;
      timer.fire();
    }
  }

  /** Advances time to `atMs`, firing everything that is due until then. */
  async driveUntil(atMs: number): Promise<void> {
    await this.drive(new Promise<void>((resolve) => this.at(atMs, resolve)));
  }

  /**
   * Waits until all code that can run without simulated time passing has run. There is no allowance for work that was
   * under way before: an allowance for one file would later hide another one.
   */
  async #quiesce(): Promise<void> {
    waitingForQuiet += 1;
    try {
      for (let turn = 0; turn < turnsMax; turn += 1) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (this.#defect) return;
        if (this.#holds > 0) await this.#released();
        else if (realWork().length === 0) return;
      }
    } finally {
      waitingForQuiet -= 1;
    }
    throw new Deadlock(`the simulation waits for real work that does not end: ${realWork().join(', ')}`);
  }

  /** Until nobody holds the clock any more. What comes of it first, be it a message or a defect, needs another turn. */
  #released(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRelease = resolve;
    });
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    heap.push(timer);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isBefore(heap[child]!, heap[parent]!)) break;
      [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
      child = parent;
    }
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    for (;;) {
      const first = heap[0];
      const last = heap.pop();
      if (!first || !last) return undefined;
      if (heap.length > 0) {
        heap[0] = last;
        this.#siftDown();
      }
      if (!first.cancelled) return first;
    }
  }

  #siftDown(): void {
    const heap = this.#heap;
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      }
      if (least === parent) return;
      [heap[least], heap[parent]] = [heap[parent]!, heap[least]!];
      parent = least;
    }
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
