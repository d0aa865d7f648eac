import type { DBInstance as DbInstanceShape, DBSnapshot as DbSnapshotShape } from '@aws-sdk/client-rds';
import type { DbEngine, DbInstance, DbSnapshot } from './state.ts';

/**
 * What RDS says of every instance besides what a recovery asks for: the values of one that was made with nothing special
 * (RDS API Reference, DBInstance; AWS CLI Command Reference, rds create-db-instance, Example 1).
 */
export function instanceDetails(instance: DbInstance): Partial<DbInstanceShape> {
  const family = familyOf(instance);
  return {
    ActivityStreamStatus: 'stopped',
    AssociatedRoles: [],
    BackupTarget: 'region',
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    CustomerOwnedIpEnabled: false,
    DBParameterGroups: [{ DBParameterGroupName: `default.${family}`, ParameterApplyStatus: 'in-sync' }],
    // Only a member of a cluster has a port of its own here (RDS API Reference, DBInstance, DbInstancePort).
    DbInstancePort: 0,
    DomainMemberships: [],
    LicenseModel: licenseOf(instance.engine),
    MonitoringInterval: 0,
    NetworkType: 'IPV4',
    OptionGroupMemberships: [{ OptionGroupName: optionGroupOf(instance), Status: 'in-sync' }],
    PerformanceInsightsEnabled: false,
    PreferredMaintenanceWindow: 'sun:15:00-sun:15:30',
  };
}

/** The same of a snapshot (AWS CLI Command Reference, rds describe-db-snapshots, Example 1). */
export function snapshotDetails(snapshot: DbSnapshot): Partial<DbSnapshotShape> {
  return {
    DbiResourceId: snapshot.dbiResourceId,
    IAMDatabaseAuthenticationEnabled: snapshot.iamAuthentication,
    InstanceCreateTime: new Date(snapshot.instanceCreatedAtMs),
    LicenseModel: licenseOf(snapshot.engine),
    OptionGroupName: optionGroupOf(snapshot),
    ProcessorFeatures: [],
    SnapshotTarget: 'region',
    ...(snapshot.vpcId !== undefined && { VpcId: snapshot.vpcId }),
  };
}

/** The license of an engine, as RDS has one for each (RDS API Reference, CreateDBInstance, LicenseModel). */
function licenseOf(engine: DbEngine): string {
  switch (engine) {
    case 'postgres':
      return 'postgresql-license';
    case 'mysql':
    case 'mariadb':
      return 'general-public-license';
    default:
      throw new Error(`unknown engine ${engine satisfies never}`);
  }
}

type Versioned = Pick<DbInstance, 'engine' | 'engineVersion'>;

/** The family of parameter groups: PostgreSQL counts major versions by one number, the others by two. */
function familyOf({ engine, engineVersion }: Versioned): string {
  return engine + majorOf({ engine, engineVersion }).join('.');
}

function optionGroupOf(of: Versioned): string {
  return `default:${of.engine}-${majorOf(of).join('-')}`;
}

function majorOf({ engine, engineVersion }: Versioned): string[] {
  return engineVersion.split('.').slice(0, engine === 'postgres' ? 1 : 2);
}
