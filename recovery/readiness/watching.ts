import type { Answer } from '../answer.ts';
import { formatDuration } from '../plan/durations.ts';
import { secondsBetween } from '../terms.ts';
import { bad, ok, type ReadinessCheck, read, sayAge, warning } from './finding.ts';
import type { SeenAlarm } from './sight.ts';

/** An alarm that has said the same for so long is stuck, or nobody looks. */
const stuckSeconds = 86_400;

/** The alarms that the plan votes with exist, and say something. */
export const alarmFindings: ReadinessCheck = (plan, sight) => {
  const { primary, recovery } = plan.regions;
  return plan.trigger.signals.alarms.flatMap((alarm) => {
    const name = `alarm ${alarm}`;
    const near = sight.alarms[recovery];
    const found = namedIn(near, alarm) ?? namedIn(sight.alarms[primary], alarm);
    const region = namedIn(near, alarm) ? recovery : primary;
    if (found) return [alarmFinding(name, found, region, sight.now)];
    return read(name, near, () =>
      read(name, sight.alarms[primary], () =>
        bad(
          name,
          `neither ${recovery} nor ${primary} has it`,
          'create it, or correct the plan: it never votes',
        ),
      ),
    );
  });
};

/** The target groups whose targets vote exist in the primary Region. */
export const votingGroupFindings: ReadinessCheck = (plan, sight) =>
  plan.trigger.signals.targetGroups.flatMap((group) => {
    const name = `voting target group ${group}`;
    return read(name, sight.votingGroups[group], (seen) =>
      seen === 'absent'
        ? bad(name, `${plan.regions.primary} has none of this name`, 'correct the plan: it never votes')
        : ok(name, 'it is there'),
    );
  });

function namedIn(answer: Answer<readonly SeenAlarm[]> | undefined, name: string): SeenAlarm | undefined {
  return answer?.ok ? answer.value.find((alarm) => alarm.name === name) : undefined;
}

function alarmFinding(name: string, alarm: SeenAlarm, region: string, now: string) {
  const standsSeconds = secondsBetween(alarm.since, now);
  const stands = `${alarm.state} for ${sayAge(standsSeconds)} in ${region}`;
  if (alarm.state !== 'OK' && standsSeconds > stuckSeconds) {
    const wayOut =
      alarm.state === 'ALARM'
        ? 'see why: it votes down all the time'
        : 'see why its metric is silent: it never votes';
    return warning(name, stands, wayOut);
  }
  if (!alarm.hasActions)
    return warning(name, `its actions are disabled in ${region}`, 'enable them when you can');
  return ok(name, stands);
}

/** Somebody hears what is told: each topic has a subscription that was confirmed. */
export const topicFindings: ReadinessCheck = (_plan, sight) =>
  Object.entries(sight.topics).flatMap(([topic, answer]) => {
    const name = `topic ${topic}`;
    return read(name, answer, (seen) => {
      if (seen === 'absent') return bad(name, 'it does not exist', 'create it, or correct notify.topic');
      if (seen.confirmed > 0) return ok(name, `${seen.confirmed} confirmed`);
      const what =
        seen.pending > 0
          ? `none of its ${seen.pending} subscriptions is confirmed`
          : 'nobody has subscribed to it';
      return bad(name, what, 'aws sns subscribe, and confirm the mail');
    });
  });

/** The SSM documents that are run on servers are there. */
export const documentFindings: ReadinessCheck = (_plan, sight) =>
  Object.entries(sight.documents).flatMap(([document, answer]) => {
    const name = `document ${document}`;
    return read(name, answer, (seen) => {
      if (seen === 'absent') return bad(name, 'it does not exist', 'create it in the recovery Region');
      if (seen.status !== 'Active') return bad(name, `it is ${seen.status}`, 'make it Active');
      return ok(name, 'it is active');
    });
  });

/** What the plan itself makes likely to go wrong. */
export const planFindings: ReadinessCheck = (plan) => [
  ...(plan.trigger.signals.probes
    ? []
    : [
        warning(
          'trigger.signals',
          'without probes a dead Region is learnt from AWS Health, 20 to 65 minutes late',
          'add trigger.signals.probes',
        ),
      ]),
  ...plan.volumes.flatMap((item) => {
    const { rpoSeconds } = item.snapshot;
    if (rpoSeconds === undefined || rpoSeconds > snapshotRpoSeconds) return [];
    return [
      warning(
        `volumes.${item.name} rpo`,
        `a snapshot that is made each ${formatDuration(rpoSeconds)} is older than that while the next one is made and copied`,
        'allow that time on top, or copy snapshots more often than its rpo',
      ),
    ];
  }),
];

/** With an hourly snapshot and an rpo of an hour, an outage that begins while the next one is copied holds the recovery. */
const snapshotRpoSeconds = 3600;
