import { formatDuration } from '../plan/durations.ts';
import type { HealthCheckSwitch, Plan, RecordSwitch } from '../plan/plan.ts';
import { sameName, switchMetric } from '../steps/traffic.ts';
import { bad, ok, type ReadinessCheck, type ReadinessFinding, read, warning } from './finding.ts';
import type { SeenAlarm, SeenRecord, Sight } from './sight.ts';

/** Users can be moved as the plan wants, and within its RTO. */
export const trafficFindings: ReadinessCheck = (plan, sight) =>
  plan.traffic.flatMap((item) =>
    item.via === 'record' ? recordFindings(plan, item, sight) : switchFindings(plan, item, sight),
  );

function recordFindings(plan: Plan, { record }: RecordSwitch, sight: Sight): readonly ReadinessFinding[] {
  const name = `traffic ${record.name}`;
  const planeless = warning(
    `${name} control plane`,
    "changing a record needs Route 53's control plane in us-east-1, which an outage may take along",
    'use failover records and `via: healthCheck`',
  );
  const found = read(name, sight.records[record.name], (records) => {
    const [live] = records.filter(({ type }) => type === record.type);
    if (!live) return warning(name, 'there is no such record yet', 'see that users ask for this name');
    if (live.setIdentifier !== undefined || live.alias !== undefined) {
      const kind = live.alias === undefined ? `one of several (${live.setIdentifier})` : 'an alias';
      return bad(
        name,
        `the live record is ${kind}, which a recovery does not replace`,
        'make it a simple record',
      );
    }
    return ttlFinding(name, plan, live.ttlSeconds);
  });
  return [...found, planeless];
}

/** A share of the RTO that caches may take. */
const ttlShare = 0.2;

/** The old answer lives in caches for the TTL that it had: all of it counts towards the RTO. */
function ttlFinding(name: string, plan: Plan, ttlSeconds = 60): ReadinessFinding {
  const { rtoSeconds } = plan.objectives;
  const says = `its TTL is ${formatDuration(ttlSeconds)} of an RTO of ${formatDuration(rtoSeconds)}`;
  const wayOut = 'lower the TTL of the live record now';
  if (ttlSeconds >= rtoSeconds) return bad(name, says, wayOut);
  return ttlSeconds > ttlShare * rtoSeconds ? warning(name, says, wayOut) : ok(name, says);
}

/** Failover records, a health check that follows an alarm, and an alarm that follows the recovery's own metric. */
function switchFindings(plan: Plan, item: HealthCheckSwitch, sight: Sight): readonly ReadinessFinding[] {
  const name = `traffic ${item.name}`;
  return read(name, sight.records[item.name], (records) => {
    const primary = records.find(({ failover }) => failover === 'PRIMARY');
    const secondary = records.find(({ failover }) => failover === 'SECONDARY');
    if (!primary || !secondary) {
      const what = `it has no ${primary ? 'secondary' : 'primary'} failover record`;
      return bad(name, what, 'create a pair of failover records');
    }
    const leads = [secondary.alias, ...secondary.values].some(
      (to) => to !== undefined && sameName(to, item.target),
    );
    if (!leads) {
      const to = secondary.alias ?? secondary.values.join(', ');
      return bad(
        name,
        `its secondary leads to ${to}, not to ${item.target}`,
        'correct the record, or the plan',
      );
    }
    return [
      ttlFinding(name, plan, longestTtl(primary, secondary)),
      ...checkFindings(plan, item, primary, sight),
    ];
  });
}

function longestTtl(...records: readonly SeenRecord[]): number {
  // An alias has no TTL of its own: Route 53 answers with its target's, 60 seconds for a load balancer.
  return Math.max(...records.map(({ ttlSeconds }) => ttlSeconds ?? 60));
}

function checkFindings(
  plan: Plan,
  item: HealthCheckSwitch,
  { healthCheck: id }: SeenRecord,
  sight: Sight,
): readonly ReadinessFinding[] {
  const name = `health check of ${item.name}`;
  if (id === undefined) {
    return [
      bad(
        name,
        'its primary record follows no health check',
        'attach one that follows the alarm of its metric',
      ),
    ];
  }
  return read(name, sight.healthChecks[id], (check) => {
    const { recovery } = plan.regions;
    if (check.type !== 'CLOUDWATCH_METRIC' || check.alarm?.region !== recovery) {
      const follows = check.alarm ? `an alarm in ${check.alarm.region}` : `an endpoint (${check.type})`;
      return bad(name, `it follows ${follows}`, `let it follow an alarm in ${recovery}`);
    }
    if (check.disabled) return bad(name, 'it is disabled, and so always healthy', 'enable it');
    if (check.inverted)
      return bad(name, 'it is inverted', 'follow an alarm that is in ALARM once traffic has moved');
    const insufficient = check.insufficientData ?? 'nothing';
    if (insufficient === 'Unhealthy') {
      return bad(
        name,
        'it is unhealthy while its alarm has too little data',
        'set InsufficientDataHealthStatus: LastKnownStatus',
      );
    }
    const { name: alarm } = check.alarm;
    return read(name, sight.switchAlarms, (alarms) =>
      switchAlarmFinding(
        name,
        plan,
        item,
        alarms.find((one) => one.name === alarm),
        alarm,
      ),
    );
  });
}

function switchAlarmFinding(
  name: string,
  plan: Plan,
  item: HealthCheckSwitch,
  alarm: SeenAlarm | undefined,
  wanted: string,
): ReadinessFinding {
  if (!alarm) return bad(name, `${plan.regions.recovery} has no alarm ${wanted}`, 'create it');
  const { metric } = alarm;
  const own = switchMetric(plan, item);
  const same =
    metric?.namespace === own.namespace &&
    metric.name === own.name &&
    Object.keys(metric.dimensions).length === Object.keys(own.dimensions).length &&
    Object.entries(own.dimensions).every(([key, value]) => metric.dimensions[key] === value);
  if (!same) {
    const says = `${own.namespace} ${own.name} of ${Object.entries(own.dimensions)
      .map((pair) => pair.join('='))
      .join(', ')}`;
    return bad(name, `the alarm ${wanted} does not watch ${says}`, 'let it watch what a recovery puts');
  }
  if (!firesAtOne(metric)) {
    const what = `the alarm ${wanted} does not go off at 1`;
    return bad(name, what, 'use GreaterThanOrEqualToThreshold 1');
  }
  if (metric.missingData !== 'ignore') {
    const what = `the alarm ${wanted} takes missing data as ${metric.missingData}: users move when samples stop`;
    return bad(name, what, 'set TreatMissingData: ignore');
  }
  if (alarm.state === 'ALARM')
    return warning(name, 'it stands at ALARM: traffic is moved already', 'put 0 to give it back');
  return ok(name, `follows ${wanted}, which goes off at 1 and ignores missing data`);
}

/** What a recovery puts is 1, and what stands without it is 0 or nothing. */
function firesAtOne({
  comparison,
  threshold,
}: {
  readonly comparison: string;
  readonly threshold: number;
}): boolean {
  if (comparison === 'GreaterThanOrEqualToThreshold') return threshold > 0 && threshold <= 1;
  return comparison === 'GreaterThanThreshold' && threshold >= 0 && threshold < 1;
}
