import { hash } from 'node:crypto';
import defaults from './defaults.json' with { type: 'json' };

/** How a duration or another quantity is distributed. Seconds unless its name says otherwise. */
export type Distribution =
  | {
      readonly dist: 'lognormal';
      readonly p50: number;
      readonly p95?: number;
      readonly p99?: number;
      readonly min?: number;
      readonly max?: number;
    }
  | { readonly dist: 'uniform'; readonly min: number; readonly max: number }
  | { readonly dist: 'triangular'; readonly min: number; readonly mode: number; readonly max: number };

const z95 = 1.6448536269514722;
const z99 = 2.3263478740408408;

/**
 * Every chance of a simulation. A draw is a function of (seed, name, subject, ordinal): the same question about the same
 * subject has the same answer in every run, whatever else was asked before, so adding a call somewhere does not change the
 * fate of the rest.
 */
export class Draws {
  readonly seed: string;
  readonly #ordinals = new Map<string, number>();
  readonly #stretched = new Map<string, number>();

  constructor(seed: string | number) {
    this.seed = String(seed);
  }

  /** A number in [0, 1). The ordinal counts how often this name was drawn for this subject. */
  unit(name: string, subject: string): number {
    const bytes = this.#digest(name, subject, this.#next(name, subject));
    return bytes.readUIntBE(0, 6) / 2 ** 48;
  }

  /** True with the given probability. */
  chance(probability: number, name: string, subject: string): boolean {
    return this.unit(name, subject) < probability;
  }

  /** A sample of a distribution of `defaults.json`, named by its path, e.g. `ec2.pendingToRunning`. */
  sample(path: string, subject: string): number {
    return this.sampleFrom(distribution(path), path, subject) * (this.#stretched.get(path) ?? 1);
  }

  /**
   * Multiplies every later sample of a path by a factor: a fault that makes AWS slower than it ever was. Returns what ends
   * it; what has been drawn keeps its length.
   */
  stretch(path: string, factor: number): () => void {
    distribution(path);
    this.#stretched.set(path, factor);
    return () => {
      this.#stretched.delete(path);
    };
  }

  /** A sample of any distribution under a name of the caller's. */
  sampleFrom(shape: Distribution, name: string, subject: string): number {
    return quantile(shape, this.unit(name, subject));
  }

  /** A resource id such as `i-0f3a…` (17 hexadecimal digits), or an id of another length. */
  id(prefix: string, subject: string, digits = 17): string {
    return prefix + this.hex(`id:${prefix}`, subject, digits);
  }

  /** A lower-case UUID. */
  uuid(name: string, subject: string): string {
    const h = this.hex(name, subject, 32);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
  }

  hex(name: string, subject: string, digits: number): string {
    return this.#digest(name, subject, this.#next(name, subject)).toString('hex').slice(0, digits);
  }

  #next(name: string, subject: string): number {
    const key = `${name}\n${subject}`;
    const ordinal = this.#ordinals.get(key) ?? 0;
    this.#ordinals.set(key, ordinal + 1);
    return ordinal;
  }

  #digest(name: string, subject: string, ordinal: number): Buffer {
    return hash('sha256', `${this.seed}\n${name}\n${subject}\n${ordinal}`, 'buffer');
  }
}

/** The distribution that `defaults.json` has at a path. */
export function distribution(path: string): Distribution {
  const found = path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], defaults);
  if (typeof found !== 'object' || found === null || !('dist' in found)) {
    throw new Error(`simulator/defaults.json has no distribution at ${path}`);
  }
  return found as Distribution;
}

/** The value below which the share `u` of all samples lies. */
export function quantile(shape: Distribution, u: number): number {
  switch (shape.dist) {
    case 'uniform':
      return shape.min + u * (shape.max - shape.min);
    case 'triangular': {
      const cut = (shape.mode - shape.min) / (shape.max - shape.min);
      return u < cut
        ? shape.min + Math.sqrt(u * (shape.max - shape.min) * (shape.mode - shape.min))
        : shape.max - Math.sqrt((1 - u) * (shape.max - shape.min) * (shape.max - shape.mode));
    }
    case 'lognormal': {
      const sigma =
        shape.p95 !== undefined
          ? Math.log(shape.p95 / shape.p50) / z95
          : Math.log((shape.p99 ?? shape.p50) / shape.p50) / z99;
      const value = shape.p50 * Math.exp(sigma * normalQuantile(u));
      return Math.min(Math.max(value, shape.min ?? 0), shape.max ?? Number.POSITIVE_INFINITY);
    }
    default:
      return unreachable(shape);
  }
}

/** Acklam's rational approximation of the standard normal quantile; its relative error is below 1.2e-9. */
function normalQuantile(u: number): number {
  const p = Math.min(Math.max(u, 1e-12), 1 - 1e-12);
  const low = 0.02425;
  if (p < low) return tail(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - low) return -tail(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  );
}

function tail(q: number): number {
  return (
    (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
      2.938163982698783) /
    ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
      1)
  );
}

function unreachable(shape: never): never {
  throw new Error(`unknown distribution ${JSON.stringify(shape)}`);
}
