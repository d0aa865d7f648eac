import { createHash } from 'node:crypto';
import { type Instant, instantAfter, type RecoveryKind } from './terms.ts';

/** Tags that Lifeboat writes. Selectors in a plan never begin with `lifeboat:`, so they cannot match a copy by these. */
export const tagKeys = {
  plan: 'lifeboat:plan',
  recovery: 'lifeboat:recovery',
  item: 'lifeboat:item',
  /** The instance that a volume is for. */
  instance: 'lifeboat:instance',
  /** A person's wish: the item whose place a restored volume takes, such as `volumes.data`. No recovery writes it. */
  remount: 'lifeboat:remount',
  /** When a drill's copy should be gone at the latest. */
  expires: 'lifeboat:expires',
} as const;

/** What a recovery is: enough to name, tag and find everything that it makes. */
export interface Identity {
  readonly recovery: string;
  readonly plan: string;
  readonly kind: RecoveryKind;
  readonly startedAt: Instant;
  /** How long a drill's copies may live. */
  readonly maxDurationSeconds: number;
}

/** The tags that everything a recovery creates carries from its creation on. */
export function creationTags(
  identity: Identity,
  item: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    [tagKeys.plan]: identity.plan,
    [tagKeys.recovery]: identity.recovery,
    [tagKeys.item]: item,
    ...(identity.kind === 'drill'
      ? { [tagKeys.expires]: instantAfter(identity.startedAt, identity.maxDurationSeconds) }
      : {}),
    ...more,
  };
}

/**
 * What the id of a recovery looks like. It has room for what `orderedName` makes of the longest name of a plan, and an
 * execution's name with its run stays below Step Functions' 80 characters (API Reference, StartExecution).
 */
export const recoveryIdPattern = /^[a-z][a-z0-9-]{2,69}$/;

/** The name of a recovery that begins, or whose incident began, at an instant: `shop-failover-20261102t000300`. */
export function recoveryName(plan: string, kind: RecoveryKind, at: Instant): string {
  return `${plan}-${kind}-${stampOf(at)}`;
}

/**
 * The name of a recovery that a person orders, with the milliseconds: an order may fall into the second of an incident's
 * onset, and two recoveries of one name would write over each other's records.
 */
export function orderedName(plan: string, kind: RecoveryKind, at: Instant): string {
  return `${recoveryName(plan, kind, at)}${new Date(at).toISOString().slice(20, 23)}`;
}

/** The name under which Lifeboat starts a run: asked for twice, it is one execution (API Reference, StartExecution). */
export function executionName(recovery: string, run: number): string {
  return `${recovery}-r${run}`;
}

/** `20261102t000300`: an instant as part of a name. */
export function stampOf(at: Instant): string {
  return at.slice(0, 19).replace(/[-:]/g, '').replace('T', 't');
}

/** A client token: the same for the same parts, 64 characters at most (EC2 Developer Guide, idempotency). */
export function clientToken(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 48);
}

/** Where a drill writes the settings that a failover writes in place. */
export function settingsPrefix(identity: Pick<Identity, 'kind' | 'recovery'>): string {
  return identity.kind === 'drill' ? `/lifeboat/drill/${identity.recovery}` : '';
}

/** The identifier of a restored copy: at most 63 letters, digits and hyphens, beginning with a letter (RDS). */
export function databaseCopyId(recovery: string, item: string): string {
  const digest = createHash('sha256').update(`${recovery}\n${item}`).digest('hex').slice(0, 10);
  const readable = item
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    // Cut off after a hyphen, it would have two in a row, which RDS refuses.
    .replace(/^-|-$/g, '');
  return `lifeboat-${readable}-${digest}`;
}
