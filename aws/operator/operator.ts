import type { Instant } from '../../recovery/terms.ts';
import type { Access } from '../access.ts';
import type { Deps } from '../deps.ts';
import { type Ledger, openLedger } from '../ledger.ts';
import { whoAmI } from './identity.ts';
import { findInstallation, type Installation } from './installation.ts';
import type { Order, Ordered } from './orders.ts';

/** What the operator's side needs from outside: live on AWS, simulated in a rehearsal. */
export type OperatorDeps = Pick<Deps, 'clock' | 'entropy' | 'transport'>;

/** A person at work on the stack of one Region. */
export interface Operator {
  /** STS's UserId. */
  readonly principal: string;
  readonly installation: Installation;
  readonly access: Access;
  readonly ledger: Ledger;
  now(): Instant;
  /** An order of this person, given now. */
  order(comment: string): Order;
}

/** How long one command may take: each of its calls has a deadline of its own. */
const patienceSeconds = 120;

/** Finds out who gives orders, and the stack that takes them. */
export async function openOperator(
  { clock, entropy, transport }: OperatorDeps,
  where: { readonly region: string; readonly stage: string },
): Promise<Ordered<Operator>> {
  const stopAtMs = clock.nowMs() + patienceSeconds * 1000;
  const access: Access = { region: where.region, clock, stopAtMs, transport };
  const [principal, installation] = await Promise.all([
    whoAmI(access),
    findInstallation(access, where.stage),
  ]);
  if (!principal.ok) return principal;
  if (!installation.ok) return installation;
  const by = principal.value;
  const now = () => new Date(clock.nowMs()).toISOString();
  return {
    ok: true,
    value: {
      principal: by,
      installation: installation.value,
      access,
      ledger: openLedger(access, installation.value.ledgerBucket),
      now,
      order: (comment) => {
        const at = now();
        return { by, at, comment, nonce: entropy.hex('order', `${by} ${at}`, 16) };
      },
    },
  };
}
