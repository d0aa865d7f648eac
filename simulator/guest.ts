import type { FileSystem } from './ec2/state.ts';

/** A block device as the operating system of an instance sees it. NVMe names are not in the order of attachment. */
export interface BlockDevice {
  /** Such as `/dev/nvme1n1`. */
  readonly name: string;
  readonly volumeId: string;
  readonly fileSystem: FileSystem;
}

export interface Mount {
  readonly path: string;
  readonly volumeId: string;
  readonly options: readonly string[];
}

/** The operating system of one simulated instance: what survives a stop is `fstab`, the rest is lost with power. */
export interface Guest {
  readonly instanceId: string;
  /** Block devices of volumes that are attached now, data volumes only. */
  blockDevices(): readonly BlockDevice[];
  /** By mount point. */
  readonly mounts: Map<string, Mount>;
  /** Lines by mount point; applied at each boot. */
  readonly fstab: Map<string, Mount>;
  /** What the application read at its start or at its last reload: parameter name to value. */
  readonly settings: Map<string, string>;
  /** Reads the settings again; `prefix` goes before each parameter name, as in a drill. */
  reloadSettings(prefix: string): void;
  /** Asks the application on this instance for its health, as a request to its own port would. */
  askApplication(path: string): { readonly status: number; readonly body: string };
}

/** What a run of a document printed and how it ended. `exitCode` 0 is success. */
export interface GuestResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an SSM document does in a guest; parameters are lists of strings, as Systems Manager passes them. */
export type GuestDocument = (
  guest: Guest,
  parameters: Readonly<Record<string, readonly string[]>>,
) => GuestResult;
