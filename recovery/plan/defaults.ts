/** What a plan means where it is silent. Each value is written as a plan would write it. */

interface Default<Value> {
  readonly value: Value;
  /** Why this value; it ends the field's description in editors. */
  readonly why: string;
}

const is = <const Value>(value: Value, why: string): Default<Value> => ({ value, why });

export const defaults = {
  tier: is('normal', 'the least demanding'),
  mode: is('approve', 'nothing recovers by itself until the plan says so'),
  probeEvery: is('60s', 'the shortest that a schedule can wake a function'),
  metricStatistic: is('Average', 'what most metrics are looked at by'),
  metricPeriod: is('1m', 'the shortest that AWS services measure'),
  quorum: is(2, 'one signal may be wrong'),
  confirm: is('60s', 'one look again'),
  activePeriod: is('6h', 'long enough for the Region to come back and be looked at'),
  approvalPeople: is(1, 'a second person may not be awake'),
  approvalWithin: is('1h', 'then it is held, which is safe, and can be continued'),
  fenceRequired: is(false, 'a primary Region that does not answer must not stop its recovery'),
  backupRetention: is(7, 'RDS would keep one day'),
  databaseBound: is('45m', 'a promotion restarts the instance; a large one takes long'),
  orElse: is('fail', 'a second set of servers is started only where the plan asks for it'),
  count: is(1, 'one server'),
  serverBound: is('15m', 'start or launch, with one replacement'),
  agentBound: is('5m', 'an agent is usually online 2 to 3 minutes after the start'),
  each: is(false, 'the server has one instance'),
  volumeType: is('gp3', 'the usual one'),
  volumeBound: is('10m', 'create, attach and mount'),
  reloadBound: is('10m', 'one command on each server'),
  verifyBound: is('10m', 'caches fill and health checks turn'),
  ttl: is(60, 'what AWS advises with failover'),
  userData: is('none', 'a copy that runs production’s start script may do production’s work'),
  drillAt: is('09:00', 'people are at work'),
  drillTimeZone: is('UTC', 'the same all year'),
  drillMaxDuration: is('2h', 'a restored database takes the longest'),
  maxDuration: is('4h', 'or the RTO where that is longer, up to 24h'),
} as const;

/**
 * The longest that a recovery may be given. A machine that waits looks around for ever, and its history ends it at 25,000
 * events, after a good day of it (Step Functions Developer Guide, quotas).
 */
export const longestRecovery = '24h';

/**
 * The objectives that a tier stands for where a plan gives no `rto` or `rpo`. `critical` fits a warm standby, `important` a
 * pilot light with a replica, `normal` backups that are copied daily.
 */
export const tierObjectives = {
  critical: { rto: '15m', rpo: '1m' },
  important: { rto: '1h', rpo: '15m' },
  normal: { rto: '4h', rpo: '24h' },
} as const;
