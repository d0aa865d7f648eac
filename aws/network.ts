import {
  DescribeAvailabilityZonesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type RouteTable,
} from '@aws-sdk/client-ec2';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { WayOut } from '../recovery/steps/preflight.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';

/** Where the subnets of a Region lead. */
export function openNetwork(access: Access) {
  const client = openClient(EC2Client, access);
  return {
    /** The zones of the Region that are open to everyone, by name. */
    zones: async (): Promise<Answer<readonly string[]>> =>
      mapAnswer(
        await call(access, 'ec2:DescribeAvailabilityZones', (abortSignal) =>
          client.send(
            new DescribeAvailabilityZonesCommand({
              Filters: [
                { Name: 'state', Values: ['available'] },
                { Name: 'zone-type', Values: ['availability-zone'] },
              ],
            }),
            { abortSignal },
          ),
        ),
        (output) => (output.AvailabilityZones ?? []).flatMap(({ ZoneName }) => ZoneName ?? []).sort(),
      ),
    /** Every route of the given subnets that leaves their VPC; peerings and gateways are routes too. */
    waysOut: async (
      subnetIds: readonly string[],
    ): Promise<Answer<{ readonly found: readonly WayOut[]; readonly absent: readonly string[] }>> => {
      const subnets = await call(access, 'ec2:DescribeSubnets', (abortSignal) =>
        client.send(
          new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [...subnetIds] }] }),
          { abortSignal },
        ),
      );
      if (!subnets.ok) return subnets;
      const known = (subnets.value.Subnets ?? []).map((subnet) => ({
        id: subnet.SubnetId ?? '',
        vpc: subnet.VpcId ?? '',
      }));
      const absent = subnetIds.filter((id) => !known.some((subnet) => subnet.id === id));
      if (known.length === 0) return { ok: true, value: { found: [], absent } };
      const tables = await call(access, 'ec2:DescribeRouteTables', (abortSignal) =>
        client.send(
          new DescribeRouteTablesCommand({
            Filters: [{ Name: 'vpc-id', Values: [...new Set(known.map(({ vpc }) => vpc))] }],
          }),
          { abortSignal },
        ),
      );
      return mapAnswer(tables, (output) => ({
        found: known.flatMap(({ id, vpc }) =>
          routesOut(tableOf(id, vpc, output.RouteTables ?? [])).map((what) => ({ subnet: id, what })),
        ),
        absent,
      }));
    },
  };
}

/** A subnet without an association of its own follows the main table of its VPC (VPC User Guide, route tables). */
function tableOf(subnet: string, vpc: string, tables: readonly RouteTable[]): RouteTable | undefined {
  const own = tables.find((table) =>
    table.Associations?.some((association) => association.SubnetId === subnet),
  );
  return (
    own ??
    tables.find((table) => table.VpcId === vpc && table.Associations?.some((association) => association.Main))
  );
}

function routesOut(table: RouteTable | undefined): readonly string[] {
  return (
    (table?.Routes ?? [])
      // A gateway endpoint leads to one AWS service only; `local` stays inside the VPC.
      .filter(
        (route) =>
          route.State !== 'blackhole' && route.GatewayId !== 'local' && !route.GatewayId?.startsWith('vpce-'),
      )
      .map((route) => {
        const by =
          route.GatewayId ??
          route.NatGatewayId ??
          route.VpcPeeringConnectionId ??
          route.TransitGatewayId ??
          route.NetworkInterfaceId ??
          route.InstanceId;
        return `the route ${route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId ?? '?'} through ${by ?? 'an unnamed target'}`;
      })
  );
}
