import type { InstanceNetworkInterface, Instance as InstanceShape } from '@aws-sdk/client-ec2';
import type { Ec2 } from './ec2.ts';
import { userInitiated } from './lifecycle.ts';
import type { Instance } from './state.ts';

/**
 * What EC2 says of every instance besides what a recovery asks for: the values of a launch that asks for nothing special,
 * in a subnet without public addresses (EC2 API Reference, Instance; AWS CLI Command Reference, ec2 describe-instances,
 * Example 1).
 */
export function detailsOf(ec2: Ec2, instance: Instance): Partial<InstanceShape> {
  const isGone = instance.state === 'terminated';
  return {
    AmiLaunchIndex: instance.launchIndex,
    CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
    EbsOptimized: false,
    EnclaveOptions: { Enabled: false },
    HibernationOptions: { Configured: false },
    MaintenanceOptions: { AutoRecovery: 'default' },
    MetadataOptions: {
      State: instance.state === 'pending' ? 'pending' : 'applied',
      HttpTokens: 'optional',
      HttpPutResponseHopLimit: 1,
      HttpEndpoint: 'enabled',
      HttpProtocolIpv6: 'disabled',
      InstanceMetadataTags: 'disabled',
    },
    Monitoring: { State: 'disabled' },
    NetworkInterfaces: isGone ? [] : [networkInterface(ec2, instance)],
    PlatformDetails: 'Linux/UNIX',
    PrivateDnsName: isGone ? '' : privateName(ec2, instance),
    PrivateDnsNameOptions: {
      HostnameType: 'ip-name',
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    ProductCodes: [],
    PublicDnsName: '',
    ...(!isGone && { SourceDestCheck: true }),
    StateTransitionReason: transitionReason(instance),
    UsageOperation: 'RunInstances',
    UsageOperationUpdateTime: new Date(instance.launchedAtMs),
  };
}

/** When somebody asked for the end of it, such as `User initiated (2026-11-02 00:00:00 GMT)`; nothing of what runs. */
function transitionReason({ state, stateReason, endAskedAtMs }: Instance): string {
  if (state === 'pending' || state === 'running' || !stateReason) return '';
  if (stateReason.code !== userInitiated.code || endAskedAtMs === undefined) return stateReason.code;
  const instant = new Date(endAskedAtMs).toISOString();
  return `User initiated (${instant.slice(0, 10)} ${instant.slice(11, 19)} GMT)`;
}

function privateName({ region }: Ec2, { privateIp }: Instance): string {
  return `ip-${privateIp.replaceAll('.', '-')}.${region}.compute.internal`;
}

/** The one interface of an instance. Its names follow from the instance's, so that a look draws nothing. */
function networkInterface(ec2: Ec2, instance: Instance): InstanceNetworkInterface {
  const digits = instance.id.slice(2);
  const address = { PrivateDnsName: privateName(ec2, instance), PrivateIpAddress: instance.privateIp };
  return {
    ...address,
    Attachment: {
      AttachmentId: `eni-attach-${digits}`,
      AttachTime: new Date(instance.launchedAtMs),
      DeleteOnTermination: true,
      DeviceIndex: 0,
      NetworkCardIndex: 0,
      Status: 'attached',
    },
    Description: '',
    Groups: viewGroups(ec2, instance),
    InterfaceType: 'interface',
    Ipv6Addresses: [],
    MacAddress: `0a:${(digits.slice(-10).match(/../g) ?? []).join(':')}`,
    NetworkInterfaceId: `eni-${digits}`,
    OwnerId: ec2.sim.accountId,
    PrivateIpAddresses: [{ ...address, Primary: true }],
    SourceDestCheck: true,
    Status: 'in-use',
    SubnetId: instance.subnetId,
    VpcId: instance.vpcId,
  };
}

export function viewGroups(
  ec2: Ec2,
  { securityGroupIds }: Instance,
): { GroupId: string; GroupName: string }[] {
  return securityGroupIds.map((id) => ({ GroupId: id, GroupName: ec2.securityGroups.get(id)?.name ?? id }));
}
