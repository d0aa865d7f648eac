import defaults from '../defaults.json' with { type: 'json' };
import { type DnsAnswer, followChain, negativeTtlSeconds, type Step } from '../route53/answers.ts';
import type { RecordType } from '../route53/state.ts';
import type { Simulator } from '../simulator.ts';

export interface ResolverOptions {
  /** Names the resolver; its draws are its own. */
  readonly name: string;
  /** Sees the private zones, as the resolver of a VPC does. */
  readonly insideVpc?: boolean;
  /**
   * Whether it stands for clients that keep an answer beyond its TTL (`route53.clientTtlTail`): `drawn` for each resolver,
   * or fixed. `drawn` when absent.
   */
  readonly clientTtlTail?: 'drawn' | 'never' | 'always';
}

/** An answer as a resolver gives it. */
export interface Resolution extends DnsAnswer {
  /** True when no name server was asked. */
  readonly fromCache: boolean;
  /** Until when this resolver will say the same. */
  readonly expiresAtMs: number;
}

interface Entry {
  readonly step: Step;
  readonly expiresAtMs: number;
}

/**
 * A caching resolver on the virtual clock. Each name of a chain is kept for the TTL of its own records: a CNAME of an hour
 * points to the old target for an hour, however short the target's TTL is. The absence of a name is kept too (RFC 2308), so
 * a record that is made after a first, futile query stays unseen for a while.
 */
export class Resolver {
  readonly name: string;
  /** How long an answer is kept, as a multiple of its TTL: 1, or the tail of clients that ignore TTLs. */
  readonly ttlFactor: number;
  readonly #sim: Simulator;
  readonly #insideVpc: boolean;
  readonly #cache = new Map<string, Entry>();

  constructor(sim: Simulator, options: ResolverOptions) {
    this.#sim = sim;
    this.name = options.name;
    this.#insideVpc = options.insideVpc ?? false;
    this.ttlFactor = ignoresTtl(sim, options) ? defaults.route53.clientTtlTail.tailMultiplier : 1;
  }

  /** Resolves a name as of now. The time that a query takes is the caller's (`api.dns`). */
  resolve(name: string, type: RecordType): Resolution {
    const nowMs = this.#sim.clock.nowMs();
    let fromCache = true;
    let expiresAtMs = Number.POSITIVE_INFINITY;
    const answer = followChain(name, type, (next) => {
      const kept = this.#kept(next, type, nowMs);
      fromCache &&= kept !== undefined;
      const entry = kept ?? this.#ask(next, type, nowMs);
      expiresAtMs = Math.min(expiresAtMs, entry.expiresAtMs);
      return entry.step;
    });
    return { ...answer, fromCache, expiresAtMs };
  }

  /** Forgets everything, as a restart of the client does. */
  flush(): void {
    this.#cache.clear();
  }

  #kept(name: string, type: RecordType, nowMs: number): Entry | undefined {
    const isFresh = (entry: Entry | undefined) => entry !== undefined && entry.expiresAtMs > nowMs;
    const cname = this.#cache.get(`${name}|CNAME`);
    if (isFresh(cname) && cname?.step.records.length) return cname;
    const entry = this.#cache.get(`${name}|${type}`);
    return isFresh(entry) ? entry : undefined;
  }

  #ask(name: string, type: RecordType, nowMs: number): Entry {
    const step = this.#sim.route53.ask(name, type, { id: this.name, insideVpc: this.#insideVpc });
    const [first] = step.records;
    const ttlSeconds = first?.ttlSeconds ?? negativeTtlSeconds;
    const entry = { step, expiresAtMs: nowMs + ttlSeconds * this.ttlFactor * 1000 };
    this.#cache.set(`${name}|${first?.type ?? type}`, entry);
    return entry;
  }
}

function ignoresTtl(sim: Simulator, { name, clientTtlTail = 'drawn' }: ResolverOptions): boolean {
  if (clientTtlTail !== 'drawn') return clientTtlTail === 'always';
  return !sim.draws.chance(defaults.route53.clientTtlTail.honourTtl, 'route53.clientTtlTail', name);
}
