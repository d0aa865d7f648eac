import type { FilterTable } from './filters.ts';
import { viewState } from './instanceViews.ts';
import type { Instance } from './state.ts';

/** The filters of DescribeInstances (EC2 API Reference). */
export const instanceFilters: FilterTable<Instance> = {
  operation: 'DescribeInstances',
  values: {
    architecture: ({ architecture }) => architecture,
    'availability-zone': ({ zone }) => zone,
    'client-token': ({ clientToken }) => clientToken,
    'iam-instance-profile.arn': ({ instanceProfileArn }) => instanceProfileArn,
    'image-id': ({ imageId }) => imageId,
    'instance-id': ({ id }) => id,
    'instance-state-code': ({ state }) => viewState(state).Code,
    'instance-state-name': ({ state }) => state,
    'instance-type': ({ instanceType }) => instanceType,
    'instance.group-id': ({ securityGroupIds }) => securityGroupIds,
    'key-name': ({ keyName }) => keyName,
    'launch-time': ({ launchedAtMs }) => new Date(launchedAtMs).toISOString(),
    'private-ip-address': ({ privateIp }) => privateIp,
    'reservation-id': ({ reservationId }) => reservationId,
    'root-device-name': ({ rootDeviceName }) => rootDeviceName,
    'state-reason-code': ({ stateReason }) => stateReason?.code,
    'subnet-id': ({ subnetId }) => subnetId,
    'vpc-id': ({ vpcId }) => vpcId,
  },
  unmodelled: `affinity availability-zone-id block-device-mapping.attach-time block-device-mapping.delete-on-termination
    block-device-mapping.device-name block-device-mapping.status block-device-mapping.volume-id boot-mode
    capacity-reservation-id dns-name ebs-optimized ena-support enclave-options.enabled hibernation-options.configured
    host-id hypervisor iam-instance-profile.id iam-instance-profile.name instance-lifecycle instance.group-name
    ip-address ipv6-address kernel-id launch-index maintenance-options.auto-recovery metadata-options.http-endpoint
    metadata-options.http-tokens monitoring-state network-interface.addresses.private-ip-address
    network-interface.group-id network-interface.network-interface-id network-interface.subnet-id
    network-interface.vpc-id operator.managed operator.principal outpost-arn owner-id placement-group-name
    placement-partition-number platform platform-details private-dns-name product-code ramdisk-id reason requester-id
    root-device-type source-dest-check spot-instance-request-id state-reason-message tenancy usage-operation
    virtualization-type`,
};
