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
        RegionName: ec2.region,
        State: 'available',
        ZoneType: 'availability-zone',
        OptInStatus: 'opt-in-not-required',
        Messages: [],
      }),
    ),
  };
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

function viewType(facts: InstanceTypeFacts): InstanceTypeInfo {
  return {
    InstanceType: facts.name as NonNullable<InstanceTypeInfo['InstanceType']>,
    CurrentGeneration: true,
    BareMetal: false,
    BurstablePerformanceSupported: facts.burstable,
    ProcessorInfo: { SupportedArchitectures: [facts.architecture] },
    VCpuInfo: { DefaultVCpus: facts.vcpus },
    MemoryInfo: { SizeInMiB: facts.memoryMiB },
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
