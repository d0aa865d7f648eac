import type { ObservedDatabase, ObservedInstance, ObservedVolume } from '../observed.ts';
import type { ResourceRef } from '../terms.ts';

/** Everything that carries the tag of a drill, or lies below its prefix. */
export interface Leftovers {
  readonly instances: readonly ObservedInstance[];
  readonly volumes: readonly ObservedVolume[];
  readonly databases: readonly ObservedDatabase[];
  readonly parameters: readonly string[];
}

export type CleanupAction =
  | { readonly kind: 'terminate'; readonly instances: readonly string[] }
  | { readonly kind: 'deleteVolume'; readonly volume: string }
  | { readonly kind: 'deleteDatabase'; readonly database: string }
  | { readonly kind: 'deleteParameters'; readonly names: readonly string[] };

/** DeleteParameters takes ten names (Systems Manager API Reference). */
const parametersPerCall = 10;

/** What to take away now. Instances go first: a volume is free once its instance is gone, and never before. */
export function planCleanup(left: Leftovers): readonly CleanupAction[] {
  const actions: CleanupAction[] = [];
  const running = living(left.instances).filter((instance) => instance.state !== 'shutting-down');
  if (running.length > 0)
    actions.push({ kind: 'terminate', instances: running.map((instance) => instance.id) });
  for (const volume of left.volumes) {
    if (volume.state === 'available' || volume.state === 'error')
      actions.push({ kind: 'deleteVolume', volume: volume.id });
  }
  for (const database of left.databases) {
    if (database.status !== 'deleting') actions.push({ kind: 'deleteDatabase', database: database.id });
  }
  for (let i = 0; i < left.parameters.length; i += parametersPerCall) {
    actions.push({ kind: 'deleteParameters', names: left.parameters.slice(i, i + parametersPerCall) });
  }
  return actions;
}

/** What still exists, as resources to name. A terminated instance stays visible for up to an hour and counts as gone. */
export function namesOf(left: Leftovers, region: string): readonly ResourceRef[] {
  const ref =
    (type: string) =>
    (id: string): ResourceRef => ({ region, type, id });
  return [
    ...living(left.instances)
      .map((instance) => instance.id)
      .map(ref('instance')),
    ...left.volumes
      .filter((volume) => volume.state !== 'deleted')
      .map((volume) => volume.id)
      .map(ref('volume')),
    ...left.databases.map((database) => database.id).map(ref('dbInstance')),
    ...left.parameters.map(ref('parameter')),
  ];
}

function living(instances: readonly ObservedInstance[]): readonly ObservedInstance[] {
  return instances.filter((instance) => instance.state !== 'terminated');
}
