import { faults } from '../simulator/world/faults.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError with the faults that there are */
export function refuseUnknownFaults(names: readonly string[]): void {
  const unknown = names.find((name) => !Object.hasOwn(faults, name));
  if (unknown === undefined) return;
  const known = Object.entries(faults).map(([name, { says }]) => `  ${name.padEnd(20)} ${says}`);
  throw new UsageError(`there is no fault ${unknown}; the world knows\n${known.join('\n')}`);
}

/** @throws UsageError where a plan cannot recover in a world */
export function refuseForeignWorld(recoveryRegion: string, worldRegions: readonly string[]): void {
  if (worldRegions.includes(recoveryRegion)) return;
  throw new UsageError(
    `the plan recovers in ${recoveryRegion}, and the world has only ${worldRegions.join(', ')}; give --world a file that has it`,
  );
}
