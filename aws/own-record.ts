import type { Refusal } from '../recovery/answer.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';

/**
 * The record of a step as one invocation knows it. It is written only over what was read: of two invocations of one step
 * (a time-out that still runs, a retry), the second to write does nothing, and a write that arrives late changes nothing.
 */
export class OwnRecord {
  readonly #ledger: Ledger;
  readonly #key: string;
  readonly #nonce: () => string;
  #entry: LedgerEntry | undefined;

  constructor(ledger: Ledger, key: string, entry: LedgerEntry | undefined, nonce: () => string) {
    this.#ledger = ledger;
    this.#key = key;
    this.#entry = entry;
    this.#nonce = nonce;
  }

  /** Writes the record; a refusal `Overtaken` says that another invocation has written since it was read. */
  async save(value: object): Promise<Refusal | undefined> {
    const claim = await this.#ledger.claim(this.#key, { ...value, nonce: this.#nonce() }, this.#entry);
    if (!claim.ok) return claim;
    const { won, entry } = claim.value;
    if (won) {
      this.#entry = entry;
      return undefined;
    }
    const message = 'another invocation of this step has written its record since';
    return { ok: false, kind: 'conflict', code: 'Overtaken', message, asked: 's3:PutObject' };
  }
}
