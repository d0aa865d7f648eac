import { ModifyDBInstanceCommand, type ModifyDBInstanceCommandInput, RDSClient } from '@aws-sdk/client-rds';
import type { DbInstanceSeed } from '../../simulator/rds/state.ts';
import { openAccount, recovery, settings } from './data-account.ts';

const hourMs = 3_600_000;

/** A Region with the instance `orders` in a VPC of its own with two security groups, and what tests do with it. */
export function openDatabase(seed: Partial<DbInstanceSeed> = {}) {
  const sim = openAccount();
  const { ec2, rds } = sim.region(recovery);
  ec2.addVpc({ id: 'vpc-0a0a0a0a', cidr: '10.0.0.0/16' });
  ec2.addSubnet({ id: 'subnet-0a0a0a0a', vpcId: 'vpc-0a0a0a0a', zone: `${recovery}c`, cidr: '10.0.1.0/24' });
  ec2.addSecurityGroup({ id: 'sg-0aaaaaaa', name: 'open', vpcId: 'vpc-0a0a0a0a' });
  ec2.addSecurityGroup({ id: 'sg-0bbbbbbb', name: 'fence', vpcId: 'vpc-0a0a0a0a' });
  rds.addSubnetGroup({ name: 'apart', vpcId: 'vpc-0a0a0a0a', subnetIds: ['subnet-0a0a0a0a'] });
  const instance = rds.addInstance({
    id: 'orders',
    subnetGroup: 'apart',
    securityGroupIds: ['sg-0aaaaaaa'],
    ...seed,
  });
  const client = new RDSClient(settings(sim, recovery));
  const statuses: string[] = [];
  rds.onStatus((change) => statuses.push(change.instance.status));
  const modify = (input: Omit<ModifyDBInstanceCommandInput, 'DBInstanceIdentifier'>) =>
    sim.clock.drive(client.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'orders', ...input })));
  const settle = () => sim.clock.driveUntil(sim.clock.nowMs() + 4 * hourMs);
  return { sim, rds, instance, client, statuses, modify, settle };
}
