import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { DatabaseActivity } from '../recovery/steps/fence-writes.ts';
import type { Instant } from '../recovery/terms.ts';
import { type Access, openClient } from './access.ts';
import { type MetricQuery, readMetrics } from './metric-data.ts';
import { primaryPatience } from './primary.ts';

/**
 * What CloudWatch knows of each database, minute by minute: AWS/RDS WriteIOPS is an average a second of storage writes, the
 * engine's own included, DatabaseConnections a number (RDS User Guide, CloudWatch metrics). Apart from what fences: who
 * only fences carries no client of CloudWatch.
 */
export async function readDatabaseActivity(
  access: Access,
  region: string,
  databases: readonly string[],
  from: Instant,
  to: Instant,
): Promise<Answer<Readonly<Record<string, DatabaseActivity>>>> {
  const client = openClient(CloudWatchClient, access, region);
  const queryOf = (id: string, name: string, statistic: MetricQuery['statistic']): MetricQuery => ({
    namespace: 'AWS/RDS',
    name,
    dimensions: { DBInstanceIdentifier: id },
    statistic,
  });
  const queries = new Map(
    databases.flatMap((id) => [
      [`${id} writes`, queryOf(id, 'WriteIOPS', 'Average')] as const,
      [`${id} connections`, queryOf(id, 'DatabaseConnections', 'Maximum')] as const,
    ]),
  );
  return mapAnswer(await readMetrics(access, client, queries, { from, to }, primaryPatience), (samples) =>
    Object.fromEntries(
      databases.map((id) => [
        id,
        {
          operationsByMinute: (samples.get(`${id} writes`) ?? []).map(({ value }) => value * 60),
          connections: samples.get(`${id} connections`) ?? [],
        },
      ]),
    ),
  );
}
