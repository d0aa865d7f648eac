import { NotSimulated } from '../errors.ts';
import type { Architecture } from './state.ts';

/** What the simulator knows of an instance type. */
export interface InstanceTypeFacts {
  readonly name: string;
  readonly architecture: Architecture;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly burstable: boolean;
  /** How many volumes may be attached, the root volume among them. */
  readonly volumesMax: number;
}

interface Family {
  readonly architecture: Architecture;
  readonly memoryGiBPerVcpu: number;
  readonly sizes: string;
  readonly volumesMax: number;
}

/**
 * Nitro types share 28 attachments between volumes and network interfaces, or have 32 for volumes alone (EC2 User
 * Guide, "Amazon EBS volume limits for Amazon EC2 instances"); one network interface is always there.
 */
const sharedLimit = 27;
const dedicatedLimit = 32;

const graviton = 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge';
const intel = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge';
const intelLong = `${intel} 32xlarge`;
const burst = 'nano micro small medium large xlarge 2xlarge';

const families: Readonly<Record<string, Family>> = {
  t3: family('x86_64', 4, burst, sharedLimit),
  t3a: family('x86_64', 4, burst, sharedLimit),
  t4g: family('arm64', 4, burst, sharedLimit),
  m5: family('x86_64', 4, intel, sharedLimit),
  m6i: family('x86_64', 4, intelLong, sharedLimit),
  m6a: family('x86_64', 4, intelLong, sharedLimit),
  m6g: family('arm64', 4, graviton, sharedLimit),
  m7i: family('x86_64', 4, intel, dedicatedLimit),
  m7g: family('arm64', 4, graviton, dedicatedLimit),
  c5: family('x86_64', 2, 'large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge', sharedLimit),
  c6i: family('x86_64', 2, intelLong, sharedLimit),
  c6g: family('arm64', 2, graviton, sharedLimit),
  c7i: family('x86_64', 2, intel, dedicatedLimit),
  c7g: family('arm64', 2, graviton, dedicatedLimit),
  r5: family('x86_64', 8, intel, sharedLimit),
  r6i: family('x86_64', 8, intelLong, sharedLimit),
  r6g: family('arm64', 8, graviton, sharedLimit),
  r7i: family('x86_64', 8, intel, dedicatedLimit),
  r7g: family('arm64', 8, graviton, dedicatedLimit),
};

/** Families that AWS has (SDK enum `_InstanceType`) and this table lacks; asking for one is a gap of the model. */
const otherFamilies =
  'a1 c1 c3 c4 c5a c5ad c5d c5n c6a c6gd c6gn c6id c6in c7a c7gd c7gn c7i-flex c8a c8g c8gd c8gn c8i c8i-flex c8id ' +
  'c8in c9g c9gd d2 d3 d3en f2 g4ad g4dn g5 g5g g6 g6e g6f g7 g7e gr6 h1 hpc6a hpc7a hpc7g i2 i3 i3en i4g i4i i7i ' +
  'i7ie i8g i8ge im4gn inf1 inf2 is4gen m1 m2 m3 m4 m5a m5ad m5d m5dn m5n m5zn m6gd m6id m6idn m6in m7a m7gd ' +
  'm7i-flex m8a m8g m8gd m8gn m8i m8i-flex m8id m8in m9g m9gd mac1 mac2 p3 p4d p4de p5 p5e p5en r3 r4 r5a r5ad r5b ' +
  'r5d r5dn r5n r6a r6gd r6id r6idn r6in r7a r7gd r7iz r8a r8g r8gd r8gn r8i r8i-flex r8id r8in r9g r9gd t1 t2 t8i ' +
  'trn1 trn2 vt1 x1 x1e x2gd x2idn x2iedn x2iezn x8g x8i z1d';

const burstMemoryGiB: Readonly<Record<string, number>> = {
  nano: 0.5,
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  '2xlarge': 32,
};

/** All types of the table. */
export const instanceTypes: ReadonlyMap<string, InstanceTypeFacts> = new Map(
  Object.entries(families).flatMap(([name, shape]) =>
    shape.sizes.split(' ').map((size) => {
      const facts = describeType(name, shape, size);
      return [facts.name, facts] as const;
    }),
  ),
);

/**
 * What is known of a type; `undefined` when EC2 has no such type.
 * @throws NotSimulated for a family that EC2 has and the table lacks
 */
export function findInstanceType(name: string): InstanceTypeFacts | undefined {
  const [familyName = ''] = name.split('.');
  if (name.includes('.') && otherFamilies.split(' ').includes(familyName)) {
    throw new NotSimulated(`the instance type ${name}`);
  }
  return instanceTypes.get(name);
}

function describeType(familyName: string, shape: Family, size: string): InstanceTypeFacts {
  const burstable = familyName.startsWith('t');
  const vcpus = burstable ? Math.max(2, vcpusOf(size)) : vcpusOf(size);
  const memoryGiB = burstable ? burstMemoryGiB[size]! : vcpus * shape.memoryGiBPerVcpu;
  return {
    name: `${familyName}.${size}`,
    architecture: shape.architecture,
    vcpus,
    memoryMiB: memoryGiB * 1024,
    burstable,
    volumesMax: shape.volumesMax,
  };
}

function vcpusOf(size: string): number {
  const times = /^(\d*)xlarge$/.exec(size);
  if (times) return 4 * Number(times[1] || 1);
  return size === 'large' ? 2 : 1;
}

function family(
  architecture: Architecture,
  memoryGiBPerVcpu: number,
  sizes: string,
  volumesMax: number,
): Family {
  return { architecture, memoryGiBPerVcpu, sizes, volumesMax };
}
