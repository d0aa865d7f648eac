import {
  CopyDBSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  CreateDBSnapshotCommand,
  CreateDBSubnetGroupCommand,
  DeleteDBSnapshotCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
} from '@aws-sdk/client-rds';
import type { World, WorldRegion } from '../../../../simulator/world/schema.ts';
import { aged, type PeerAccount, tagList } from './account.ts';

/** Databases and their snapshots, in all Regions: replicas and copies come after what they are of. */
export async function seedDatabases(account: PeerAccount, world: World): Promise<void> {
  const regions = Object.entries(world.regions);
  for (const [region, { databaseSubnetGroups }] of regions) {
    for (const [name, { subnets }] of Object.entries(databaseSubnetGroups)) {
      await account.in(region).rds.send(
        new CreateDBSubnetGroupCommand({
          DBSubnetGroupName: name,
          DBSubnetGroupDescription: name,
          SubnetIds: account.ids(subnets),
        }),
      );
    }
  }
  for (const isReplica of [false, true]) {
    for (const [region, own] of regions) await seedInstances(account, world, region, own, isReplica);
  }
  for (const isCopy of [false, true]) {
    for (const [region, own] of regions) await seedSnapshots(account, world, region, own, isCopy);
  }
}

function arnOf({ account }: World, region: string, type: string, name: string): string {
  return `arn:aws:rds:${region}:${account}:${type}:${name}`;
}

async function seedInstances(
  account: PeerAccount,
  world: World,
  region: string,
  { databases }: WorldRegion,
  isReplica: boolean,
): Promise<void> {
  const { rds } = account.in(region);
  for (const [id, database] of Object.entries(databases)) {
    const {
      replicates,
      class: instanceClass,
      securityGroups,
      subnetGroup,
      tags,
      zone,
      ageSeconds,
    } = database;
    if ((replicates !== undefined) !== isReplica) continue;
    const common = {
      DBInstanceIdentifier: id,
      DBInstanceClass: instanceClass,
      AvailabilityZone: region + zone,
      DBSubnetGroupName: subnetGroup,
      VpcSecurityGroupIds: account.ids(securityGroups),
      DeletionProtection: database.deletionProtection,
      Tags: tagList(tags),
    };
    const command = replicates
      ? new CreateDBInstanceReadReplicaCommand({
          ...common,
          SourceDBInstanceIdentifier: arnOf(world, replicates.region, 'db', replicates.database),
        })
      : new CreateDBInstanceCommand({
          ...common,
          Engine: database.engine,
          EngineVersion: database.version,
          AllocatedStorage: database.storageGiB,
          BackupRetentionPeriod: database.backupRetentionDays,
          MultiAZ: database.multiAz,
          StorageEncrypted: database.encrypted,
          MasterUsername: 'postgres',
          MasterUserPassword: 'made-for-the-tests',
        });
    await rds.send(aged(ageSeconds, command as CreateDBInstanceCommand));
    // moto gives a replica the backups of its source; RDS makes replicas without any.
    if (replicates)
      await rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: id,
          BackupRetentionPeriod: database.backupRetentionDays,
          ApplyImmediately: true,
        }),
      );
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    account.name(`endpoint of ${region}/${id}`, DBInstances?.[0]?.Endpoint?.Address);
  }
}

async function seedSnapshots(
  account: PeerAccount,
  world: World,
  region: string,
  { databaseSnapshots }: WorldRegion,
  isCopy: boolean,
): Promise<void> {
  const { rds } = account.in(region);
  for (const [id, { database, copiedFrom, ageSeconds, tags }] of Object.entries(databaseSnapshots)) {
    if ((copiedFrom !== undefined) !== isCopy) continue;
    if (!copiedFrom) {
      const create = { DBSnapshotIdentifier: id, DBInstanceIdentifier: database, Tags: tagList(tags) };
      await rds.send(aged(ageSeconds, new CreateDBSnapshotCommand(create)));
      continue;
    }
    const { region: home, snapshot } = copiedFrom;
    const wasDeleted = !Object.hasOwn(world.regions[home]?.databaseSnapshots ?? {}, snapshot);
    const source = account.in(home).rds;
    if (wasDeleted)
      await source.send(
        new CreateDBSnapshotCommand({ DBSnapshotIdentifier: snapshot, DBInstanceIdentifier: database }),
      );
    await rds.send(
      aged(
        ageSeconds,
        new CopyDBSnapshotCommand({
          SourceDBSnapshotIdentifier: arnOf(world, home, 'snapshot', snapshot),
          TargetDBSnapshotIdentifier: id,
          Tags: tagList(tags),
        }),
      ),
    );
    if (wasDeleted) await source.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: snapshot }));
  }
}
