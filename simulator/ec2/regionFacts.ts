import type {
  AvailabilityZone,
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
  InstanceTypeOffering,
} from '@aws-sdk/client-ec2';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Operations } from '../service.ts';
import type { Ec2 } from './ec2.ts';
import { type FilterTable, passing } from './filters.ts';
import { allowMembers, endDryRun, invalid } from './inputs.ts';
import { findInstanceType, type InstanceTypeFacts, instanceTypes } from './instanceTypes.ts';
import { page } from './select.ts';

interface Offering {
  readonly id: string;
  readonly type: string;
  readonly location: string;
}

const typeFilters: FilterTable<InstanceTypeFacts & { tags?: Record<string, string> }> = {
  operation: 'DescribeInstanceTypes',
  values: {
    'instance-type': ({ name }) => name,
    'processor-info.supported-architecture': ({ architecture }) => architecture,
    'vcpu-info.default-vcpus': ({ vcpus }) => vcpus,
    'memory-info.size-in-mib': ({ memoryMiB }) => memoryMiB,
    'burstable-performance-supported': ({ burstable }) => burstable,
    'current-generation': () => true,
    'bare-metal': () => false,
  },
  unmodelled: `auto-recovery-supported dedicated-hosts-supported ebs-info.attachment-limit-type
    ebs-info.maximum-ebs-attachments ebs-info.ebs-optimized-support ebs-info.encryption-support ebs-info.nvme-support
    free-tier-eligible hibernation-supported hypervisor instance-storage-supported network-info.ena-support
    network-info.network-performance nitro-enclaves-support nitro-tpm-support supported-boot-mode
    supported-root-device-type supported-usage-class supported-virtualization-type vcpu-info.default-cores`,
};

const offeringFilters: FilterTable<Offering & { tags?: Record<string, string> }> = {
  operation: 'DescribeInstanceTypeOfferings',
  values: { 'instance-type': ({ type }) => type, location: ({ location }) => location },
  unmodelled: '',
};

const zoneFilters: FilterTable<{ readonly zone: string; tags?: Record<string, string> }> = {
  operation: 'DescribeAvailabilityZones',
  values: {
    'region-name': ({ zone }) => zone.slice(0, -1),
    state: () => 'available',
    'zone-name': ({ zone }) => zone,
    'zone-type': () => 'availability-zone',
    'opt-in-status': () => 'opt-in-not-required',
  },
  unmodelled: 'group-long-name group-name message parent-zone-id parent-zone-name zone-id',
};

/** What a Region has to offer: zones, instance types, and where they are. */
export function regionOperations(ec2: Ec2): Operations {
  return {
    DescribeAvailabilityZones: (input: DescribeAvailabilityZonesRequest) => describeZones(ec2, input),
    DescribeInstanceTypes: (input: DescribeInstanceTypesRequest) => describeTypes(input),
    DescribeInstanceTypeOfferings: (input: DescribeInstanceTypeOfferingsRequest) =>
      describeOfferings(ec2, input),
  };
}

function describeZones(ec2: Ec2, input: DescribeAvailabilityZonesRequest): DescribeAvailabilityZonesResult {
  allowMembers('DescribeAvailabilityZones', input, 'ZoneNames Filters');
  const unknown = (input.ZoneNames ?? []).filter((zone) => !ec2.zones.includes(zone));
  if (unknown.length > 0) throw invalid(`Invalid availability zone: [${unknown.join(', ')}]`);
  const passes = passing(zoneFilters, input.Filters);
  endDryRun(input);
  const zones = ec2.zones.filter((zone) => (input.ZoneNames?.includes(zone) ?? true) && passes({ zone }));
  return {
    AvailabilityZones: zones.map(
      (zone): AvailabilityZone => ({
        ZoneName: zone,
        ZoneId: zoneIdOf(zone),
        RegionName: ec2.region,
        GroupName: ec2.region,
        NetworkBorderGroup: ec2.region,
        State: 'available',
        ZoneType: 'availability-zone',
        OptInStatus: 'opt-in-not-required',
        Messages: [],
      }),
    ),
  };
}

/**
 * The id of a zone, such as `apne1-az1` of `ap-northeast-1a` (EC2 User Guide, "Availability Zones"). Which letter is which
 * id differs from account to account.
 */
export function zoneIdOf(zone: string): string {
  const [area = '', direction = '', number = ''] = zone.slice(0, -1).split('-');
  const short = direction.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0));
  return `${area}${short}${number}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}

function describeTypes(input: DescribeInstanceTypesRequest): DescribeInstanceTypesResult {
  allowMembers('DescribeInstanceTypes', input, 'InstanceTypes Filters MaxResults NextToken');
  const asked: readonly string[] = input.InstanceTypes ?? [];
  const unknown = asked.filter((name) => !findInstanceType(name));
  if (unknown.length > 0) {
    throw new AwsError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    );
  }
  const chosen = [...instanceTypes.values()].filter(({ name }) => asked.length === 0 || asked.includes(name));
  const passes = passing(typeFilters, input.Filters);
  const rows = chosen.filter(passes).map((facts) => ({ ...facts, id: facts.name }));
  endDryRun(input);
  const { found, NextToken } = page(rows.sort(byId), { minResults: 5, maxResults: 100 }, input);
  return { InstanceTypes: found.map(viewType), NextToken };
}

/** A vCPU of Graviton is a core; of Intel's and AMD's types in the table it is a thread (EC2 User Guide, "CPU options"). */
function threadsPerCore({ architecture }: InstanceTypeFacts): number {
  return architecture === 'arm64' ? 1 : 2;
}

function manufacturerOf({ name, architecture }: InstanceTypeFacts): string {
  if (architecture === 'arm64') return 'AWS';
  return /^[a-z]+\d+a\./.test(name) ? 'AMD' : 'Intel';
}

/** A type of the table: all of them are Nitro types without disks of their own (EC2 User Guide, "Instance types"). */
function viewType(facts: InstanceTypeFacts): InstanceTypeInfo {
  return {
    InstanceType: facts.name as NonNullable<InstanceTypeInfo['InstanceType']>,
    CurrentGeneration: true,
    BareMetal: false,
    BurstablePerformanceSupported: facts.burstable,
    ProcessorInfo: { SupportedArchitectures: [facts.architecture], Manufacturer: manufacturerOf(facts) },
    VCpuInfo: {
      DefaultVCpus: facts.vcpus,
      DefaultCores: Math.ceil(facts.vcpus / threadsPerCore(facts)),
      DefaultThreadsPerCore: threadsPerCore(facts),
    },
    MemoryInfo: { SizeInMiB: facts.memoryMiB },
    AutoRecoverySupported: true,
    Hypervisor: 'nitro',
    InstanceStorageSupported: false,
    SupportedBootModes: facts.architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
    SupportedRootDeviceTypes: ['ebs'],
    SupportedUsageClasses: ['on-demand', 'spot'],
    SupportedVirtualizationTypes: ['hvm'],
  };
}

function describeOfferings(
  ec2: Ec2,
  input: DescribeInstanceTypeOfferingsRequest,
): DescribeInstanceTypeOfferingsResult {
  allowMembers('DescribeInstanceTypeOfferings', input, 'LocationType Filters MaxResults NextToken');
  const locationType = input.LocationType ?? 'region';
  if (locationType !== 'region' && locationType !== 'availability-zone') {
    throw new NotSimulated(`ec2:DescribeInstanceTypeOfferings by ${locationType}`);
  }
  const offered = [...instanceTypes.keys()].flatMap((type) => {
    const zones = ec2.zones.filter((zone) => ec2.capacity.isOffered(zone, type));
    const places = locationType === 'availability-zone' ? zones : zones.length > 0 ? [ec2.region] : [];
    return places.map((location): Offering => ({ id: `${type} ${location}`, type, location }));
  });
  const rows = offered.filter(passing(offeringFilters, input.Filters)).sort(byId);
  endDryRun(input);
  const { found, NextToken } = page(rows, { minResults: 5, maxResults: 1000 }, input);
  return {
    InstanceTypeOfferings: found.map(
      ({ type, location }): InstanceTypeOffering => ({
        InstanceType: type as NonNullable<InstanceTypeOffering['InstanceType']>,
        LocationType: locationType,
        Location: location,
      }),
    ),
    NextToken,
  };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
