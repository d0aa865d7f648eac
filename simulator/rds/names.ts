import { AwsError } from '../errors.ts';
import type { RegionName } from '../service.ts';
import type { DbEngine } from './state.ts';

/** What an RDS ARN says: `arn:aws:rds:ap-northeast-1:123456789012:db:shop-orders`. */
export interface RdsArn {
  readonly region: RegionName;
  readonly kind: string;
  readonly id: string;
}

/** Reads an ARN of RDS; undefined for anything else, such as a plain identifier. */
export function readArn(text: string): RdsArn | undefined {
  const match = /^arn:aws:rds:([a-z0-9-]+):\d{12}:([a-z-]+):(.+)$/.exec(text);
  const [, region, kind, id] = match ?? [];
  return region && kind && id ? { region, kind, id } : undefined;
}

/** The port that an engine listens at where nobody chose one (RDS API Reference, CreateDBInstance). */
export function defaultPort(engine: DbEngine): number {
  return engine === 'postgres' ? 5432 : 3306;
}

/** A current version of an engine, for seeds that name none. */
export function defaultVersion(engine: DbEngine): string {
  switch (engine) {
    case 'postgres':
      return '16.4';
    case 'mysql':
      return '8.0.39';
    case 'mariadb':
      return '10.11.9';
    default:
      throw new Error(`unknown engine ${engine satisfies never}`);
  }
}

/**
 * The identifier as RDS stores it, in lower case.
 * @throws AwsError InvalidParameterValue when it is not one (RDS API Reference, CreateDBInstance: letters, digits, hyphens,
 * the first a letter, no two hyphens in a row, none at the end, at most 63; a snapshot's at most 255).
 */
export function newIdentifier(text: string | undefined, parameter: string, longest = 63): string {
  const wellFormed = text && text.length <= longest && /^[a-z](?:-?[a-z0-9])*$/i.test(text);
  if (!wellFormed) {
    throw new AwsError(
      'InvalidParameterValue',
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  }
  return text.toLowerCase();
}
