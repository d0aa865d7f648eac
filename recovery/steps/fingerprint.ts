import { createHash } from 'node:crypto';
import type { ObservedDatabase, ObservedInstance, ObservedRecord } from '../observed.ts';

/**
 * What of the live workload a drill must leave alone: attribute by attribute, so that a difference names itself. Attributes
 * that change by themselves (a replica that is backing up, an agent's state) are left out.
 */
export type Fingerprint = Readonly<Record<string, string>>;

export interface LiveState {
  readonly instances: readonly ObservedInstance[];
  readonly databases: readonly ObservedDatabase[];
  readonly records: readonly ObservedRecord[];
  /** Live settings by parameter name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Registered instance ids by target group. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
}

/** The fingerprint of the live workload. Setting values are hashed: they may be secret. */
export function fingerprint(live: LiveState): Fingerprint {
  const lines: [string, string][] = [];
  for (const instance of live.instances) {
    lines.push(
      [`instance ${instance.id} state`, instance.state],
      [`instance ${instance.id} type`, instance.type],
      [`instance ${instance.id} tags`, canonical(instance.tags)],
    );
  }
  for (const database of live.databases) {
    lines.push(
      [`database ${database.id} source`, database.source ?? 'none'],
      [`database ${database.id} backups`, `${database.backupRetentionDays} days`],
      [`database ${database.id} security groups`, [...database.securityGroups].sort().join()],
      [`database ${database.id} tags`, canonical(database.tags)],
    );
  }
  for (const record of live.records) {
    lines.push([
      `record ${record.name} ${record.type} ${record.setIdentifier ?? ''}`.trim(),
      `${record.alias ?? record.values.join()} ttl ${record.ttlSeconds ?? 'none'}`,
    ]);
  }
  for (const [name, value] of Object.entries(live.settings)) {
    lines.push([`setting ${name}`, createHash('sha256').update(value).digest('hex').slice(0, 16)]);
  }
  for (const [group, ids] of Object.entries(live.targets))
    lines.push([`target group ${group}`, [...ids].sort().join()]);
  return Object.fromEntries(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Each difference between two fingerprints as a sentence. */
export function differences(before: Fingerprint, after: Fingerprint): readonly string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key} was ${before[key] ?? 'absent'} and is ${after[key] ?? 'absent'}`);
}

function canonical(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}
