import defaults from '../defaults.json' with { type: 'json' };
import type { BlockDevice } from '../guest.ts';
import type { Ec2 } from './ec2.ts';

/**
 * The names that instances give to their data volumes: `/dev/nvme1n1` and on, root is `/dev/nvme0n1`. They say nothing of
 * the device that was asked for, and may change at each boot (EC2 User Guide, "Amazon EBS and NVMe").
 */
export class NvmeNames {
  readonly #ec2: Ec2;
  /** By instance, then by volume: the controller's number. */
  readonly #numbers = new Map<string, Map<string, number>>();

  constructor(ec2: Ec2) {
    this.#ec2 = ec2;
  }

  /** Numbers an instance's data volumes afresh, as the operating system does when it boots. */
  boot(instanceId: string): void {
    const volumeIds = this.#ec2.attachments
      .of(instanceId)
      .filter(({ attachment: a }) => a && a.state !== 'attaching' && !this.#ec2.isRoot(a))
      .sort((a, b) => a.attachment!.requestedAtMs - b.attachment!.requestedAtMs)
      .map(({ id }) => id);
    this.#numbers.set(instanceId, new Map(this.#order(instanceId, volumeIds).map((id, at) => [id, at + 1])));
  }

  plug(instanceId: string, volumeId: string): void {
    const numbers = this.#numbers.get(instanceId) ?? new Map<string, number>();
    this.#numbers.set(instanceId, numbers);
    if (numbers.has(volumeId)) return;
    const taken = new Set(numbers.values());
    let free = 1;
    while (taken.has(free)) free += 1;
    numbers.set(volumeId, free);
  }

  unplug(instanceId: string, volumeId: string): void {
    this.#numbers.get(instanceId)?.delete(volumeId);
  }

  /** Data volumes that the operating system sees now, in the order of their names; none unless it runs. */
  list(instanceId: string): BlockDevice[] {
    if (this.#ec2.instances.get(instanceId)?.state !== 'running') return [];
    const numbers = this.#numbers.get(instanceId) ?? new Map<string, number>();
    return [...numbers]
      .sort(([, a], [, b]) => a - b)
      .flatMap(([volumeId, number]) => {
        const volume = this.#ec2.volumes.get(volumeId);
        return volume ? [{ name: `/dev/nvme${number}n1`, volumeId, fileSystem: volume.fileSystem }] : [];
      });
  }

  #order(instanceId: string, volumeIds: string[]): string[] {
    const { draws } = this.#ec2.sim;
    const { nvmeEnumerationShuffleProbability: probability } = defaults.ebs;
    if (!draws.chance(probability, 'ebs.nvmeShuffle', instanceId)) return volumeIds;
    const lots = new Map(volumeIds.map((id) => [id, draws.unit('ebs.nvmeOrder', `${instanceId}/${id}`)]));
    return [...volumeIds].sort((a, b) => lots.get(a)! - lots.get(b)!);
  }
}
