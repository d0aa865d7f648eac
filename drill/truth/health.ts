import type { Simulator } from '../../simulator/simulator.ts';
import { regionHealth } from '../../simulator/world/health.ts';

/** A time in which the application of a Region was seen in one state at each look. */
export interface HealthSpan {
  readonly region: string;
  readonly fromMs: number;
  toMs: number;
  readonly healthy: boolean;
  readonly missing: readonly string[];
}

/** How far apart two looks are: what lies between them nobody has seen. */
export const lookEveryMs = 15_000;
/** Traffic that is held is put again each minute. */
const idleMs = 180_000;

/** Watches the application where it ran and where it is recovered, as long as a failover does something about it. */
export class HealthWatch {
  readonly spans: HealthSpan[] = [];
  readonly #sim: Simulator;
  readonly #regions: readonly string[];
  readonly #isNeeded: () => boolean;
  #untilMs = 0;
  #looking = false;

  /** @param isNeeded whether it must go on although nobody called `begin` for a while */
  constructor(sim: Simulator, regions: readonly string[], isNeeded: () => boolean) {
    this.#sim = sim;
    this.#regions = regions;
    this.#isNeeded = isNeeded;
  }

  /** Looks from now on, and for a while. */
  begin(): void {
    this.#untilMs = this.#sim.clock.nowMs() + idleMs;
    if (this.#looking) return;
    this.#looking = true;
    this.#turn();
  }

  /** Looks at this very instant, whenever the next look would be. */
  lookNow(): void {
    const nowMs = this.#sim.clock.nowMs();
    for (const region of this.#regions) this.#look(region, nowMs);
  }

  #turn(): void {
    this.lookNow();
    const nowMs = this.#sim.clock.nowMs();
    this.#looking = nowMs < this.#untilMs || this.#isNeeded();
    if (this.#looking) this.#sim.clock.after(lookEveryMs, () => this.#turn());
  }

  #look(region: string, nowMs: number): void {
    const { healthy, missing } = regionHealth(this.#sim, region);
    const last = this.spans.findLast((span) => span.region === region);
    const isSame = last?.healthy === healthy && nowMs - last.toMs <= lookEveryMs + 1;
    if (isSame) last.toMs = nowMs;
    else this.spans.push({ region, fromMs: nowMs, toMs: nowMs, healthy, missing });
  }
}
