import type { RecoveryKind, StepName } from '../recovery/terms.ts';
import type { NamedRecord, PlanNames } from './plan-names.ts';
import type { ResponseFunctionName } from './response.ts';
import { allow, arnOf, type Statement, through } from './statements.ts';

/**
 * What a step may do with what plans name, besides what `permissionsOf` gives it: nothing where no plan names anything. Tags
 * would not do: Route 53 has no condition on those of a hosted zone (Service Authorization Reference), and one on those of a
 * parameter would refuse to look for one that is not there yet.
 */
export function namedPermissionsOf(
  step: StepName,
  kind: RecoveryKind,
  names: PlanNames,
): readonly Statement[] {
  switch (`${kind} ${step}` as const) {
    case 'drill open':
    case 'drill sweep':
      // The live workload, as a drill compares it before and after.
      return [...readSettings(names), ...readRecords(names)];
    case 'failover settings':
      return readSettings(names);
    case 'failover traffic':
      return [...readRecords(names), ...changeRecords(names)];
    default:
      return [];
  }
}

/** The same for a function around a recovery. */
export function namedResponsePermissionsOf(
  name: ResponseFunctionName,
  names: PlanNames,
): readonly Statement[] {
  if (name !== 'readiness') return [];
  // The zone of a name that a health check moves is found by the name: it may be any zone of the account.
  return names.healthChecks.length > 0 ? [listRecords([zoneArn('*')])] : readRecords(names);
}

function readSettings({ settings }: PlanNames): readonly Statement[] {
  if (settings.length === 0) return [];
  return [
    allow(
      ['ssm:GetParameters'],
      settings.map((name) => arnOf('ssm', `parameter${name}`)),
    ),
    // Whichever key a secret has: Systems Manager uses it only for who may read the parameter.
    allow(['kms:Decrypt'], [arnOf('kms', 'key/*')], through('ssm')),
  ];
}

function readRecords({ records }: PlanNames): readonly Statement[] {
  return records.length === 0 ? [] : [listRecords([...new Set(records.map(({ zone }) => zoneArn(zone)))])];
}

function listRecords(zones: readonly string[]): Statement {
  return allow(['route53:ListResourceRecordSets'], zones);
}

/**
 * The records that plans switch, each only replaced, and only as what it is: one statement for each zone and type, so that
 * nobody's TXT record becomes permitted by another's address. All values of a batch must be among those named, which is also
 * true of none; so each key must be there (Route 53 Developer Guide, Using IAM policy conditions for fine-grained access
 * control; IAM User Guide, Multivalued context keys: `ForAllValues` with `Null`). A change that was made has an id that
 * nobody knows before.
 */
function changeRecords({ records }: PlanNames): readonly Statement[] {
  if (records.length === 0) return [];
  const sets = Map.groupBy(records, ({ zone, type }) => `${zone} ${type}`);
  return [
    ...[...sets.values()].map(changeThese),
    allow(['route53:GetChange'], ['arn:aws:route53:::change/*']),
  ];
}

function changeThese(records: readonly NamedRecord[]): Statement {
  const [{ zone, type }] = records as readonly [NamedRecord];
  const limits = {
    'route53:ChangeResourceRecordSetsActions': ['UPSERT'],
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': records.map(({ name }) => normalized(name)),
    'route53:ChangeResourceRecordSetsRecordTypes': [type],
  };
  return allow(['route53:ChangeResourceRecordSets'], [zoneArn(zone)], {
    'ForAllValues:StringEquals': limits,
    Null: Object.fromEntries(Object.keys(limits).map((key) => [key, 'false'])),
  });
}

function zoneArn(zone: string): string {
  return `arn:aws:route53:::hostedzone/${zone}`;
}

/** In small letters, without the last dot, all but `a-z 0-9 - _ .` as octal escapes (Normalizing the Route 53 condition key values). */
function normalized(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.$/, '')
    .replaceAll(/[^a-z0-9._-]/g, (found) => `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
