import type { Ec2 } from './ec2.ts';
import type { Subnet } from './state.ts';

/** AWS keeps the first four addresses of a subnet and the last one (VPC User Guide, "Subnet CIDR blocks"). */
const reservedFirst = 4;
const reservedLast = 1;

/** How many instances fit into a subnet. */
export function addressesIn(cidr: string): number {
  return sizeOf(cidr) - reservedFirst - reservedLast;
}

/** An address of the subnet that no instance has, drawn for the instance that is to get it. */
export function freeAddress(ec2: Ec2, subnet: Subnet, instanceId: string): string {
  const instances = [...ec2.instances.values()];
  const taken = new Set(
    instances
      .filter(({ subnetId, state }) => subnetId === subnet.id && state !== 'terminated')
      .map((i) => i.privateIp),
  );
  const usable = addressesIn(subnet.cidr);
  const start = Math.floor(ec2.sim.draws.unit('ec2.privateIp', instanceId) * usable);
  for (let step = 0; step < usable; step += 1) {
    const address = addressAt(subnet.cidr, reservedFirst + ((start + step) % usable));
    if (!taken.has(address)) return address;
  }
  throw new Error(`${subnet.id} has no free address although it counts ${subnet.availableIps}`);
}

function sizeOf(cidr: string): number {
  const bits = Number(cidr.split('/')[1]);
  if (!(bits >= 16 && bits <= 28))
    throw new Error(`${cidr} is not a subnet that EC2 would make (/16 to /28)`);
  return 2 ** (32 - bits);
}

function addressAt(cidr: string, offset: number): string {
  const base = cidr
    .split('/')[0]!
    .split('.')
    .reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [24, 16, 8, 0].map((shift) => Math.floor((base + offset) / 2 ** shift) % 256).join('.');
}
