import * as v from 'valibot';
import { recoveryKinds } from './terms.ts';

/**
 * What Lifeboat tells machines: events of its own on the default bus of the recovery Region, with the source `lifeboat`.
 * People are told the same by SNS. `docs/events.md` and `docs/notices.schema.json` are made from here (`npm run schema`).
 */
export const noticeSource = 'lifeboat';

const text = v.pipe(v.string(), v.minLength(1));
const plan = v.pipe(text, v.description('The plan that it is about'));
const recovery = v.pipe(text, v.description('The id of the recovery'));
const reason = v.pipe(text, v.description('What happened, in words for people'));
const unblock = v.pipe(
  v.nullable(text),
  v.description('What a person can do; null when nothing is to be done'),
);
const instant = v.pipe(v.string(), v.isoTimestamp(), v.description('ISO-8601 in UTC'));
const analysis = v.pipe(text, v.description('The code of what was found, such as `PrimaryDown`'));
const blockedBy = v.pipe(v.nullable(text), v.description('The guard that objected, or null'));
const incident = v.pipe(text, v.description('The id of the incident'));
const anyIncident = v.pipe(
  v.nullable(text),
  v.description('The id of the incident; null when there is none'),
);
const volume = v.pipe(text, v.description('The id of the EBS volume'));
const item = v.pipe(text, v.description('The item of the plan, such as `volumes.data`'));

const ending = {
  plan,
  recovery,
  run: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(1),
    v.description('Which execution of the recovery ended, from 1'),
  ),
  startedAt: instant,
  endedAt: instant,
  reason,
  unblock,
};

/** Each kind of event: its `detail-type`, when it is sent (the description), and the form of its `detail`. */
export const noticeSchemas = {
  'Failure Detected': v.pipe(
    v.strictObject({ plan, analysis, blockedBy, reason, unblock, incident }),
    v.description('Something stands at down for the first time, and no recovery is started for it yet.'),
  ),
  'Failure Resolved': v.pipe(
    v.strictObject({ plan, incident, reason }),
    v.description('Nothing stands at down any more: the incident is over.'),
  ),
  'Recovery Held': v.pipe(
    v.strictObject({ plan, analysis, blockedBy, reason, unblock, incident: anyIncident }),
    v.description('Another reason than before keeps a recovery from being started.'),
  ),
  'Recovery Started': v.pipe(
    v.strictObject({ plan, recovery, analysis, reason, incident }),
    v.description('An automatic recovery was decided and is started.'),
  ),
  'Approval Needed': v.pipe(
    v.strictObject({
      plan,
      recovery,
      problems: v.pipe(
        v.array(text),
        v.minLength(1),
        v.description('The codes of what a person may override, such as `LagTooHigh`'),
      ),
      reason,
      unblock,
    }),
    v.description('A failover waits for a person before it promotes.'),
  ),
  'Recovery Interrupted': v.pipe(
    v.strictObject({ plan, recovery, reason }),
    v.description("A recovery's execution ended before the recovery was concluded."),
  ),
  'Primary Fenced': v.pipe(
    v.strictObject({ plan, recovery, reason }),
    v.description('The fence holds; the reason says what the old primary wrote since the onset.'),
  ),
  'Primary Unfenced': v.pipe(
    v.strictObject({ plan, recovery, reason, unblock: text }),
    v.description('An acknowledged failover whose fence could not be completed: it is tried no more.'),
  ),
  'Recovery Concluded': v.pipe(
    v.strictObject({
      ...ending,
      outcome: v.pipe(v.picklist(['recovered', 'held', 'failed', 'aborted']), v.description('How it ended')),
      surplus: v.pipe(
        v.nullable(text),
        v.description(
          'What it made and does not use, or that this is unknown, in words; null when nothing is',
        ),
      ),
    }),
    v.description('A run of a failover ended; unless it recovered, the failover keeps its plan.'),
  ),
  'Drill Concluded': v.pipe(
    v.strictObject({
      ...ending,
      outcome: v.pipe(v.picklist(['drilled', 'held', 'failed', 'aborted']), v.description('How it ended')),
    }),
    v.description('A drill ended.'),
  ),
  'Conclusion Failed': v.pipe(
    v.strictObject({
      plan,
      recovery,
      kind: v.pipe(v.picklist(recoveryKinds), v.description('Which kind of recovery it is')),
      reason,
      unblock,
    }),
    v.description('A run ended, and its evidence could not be written.'),
  ),
  'Practice Lapsed': v.pipe(
    v.strictObject({
      plan,
      schedule: v.pipe(v.picklist(['monthly', 'quarterly']), v.description('Which drill it is about')),
      finding: v.pipe(
        v.picklist(['overdue', 'failed']),
        v.description('Whether it did not take place, or the last one was not good'),
      ),
      reason,
      unblock: v.pipe(text, v.description('The command that starts such a drill')),
    }),
    v.description('A drill that the plan promises did not take place, or the last one was not good.'),
  ),
  'Volume Remounted': v.pipe(
    v.strictObject({
      plan,
      volume,
      item,
      instance: v.pipe(text, v.description('The id of the server')),
      device: v.pipe(text, v.description('The device name that it was attached as, such as `/dev/sdf`')),
      path: v.pipe(v.nullable(text), v.description('Where it is mounted; null when the plan mounts nothing')),
      reason,
    }),
    v.description('A volume that was restored by hand is on its server.'),
  ),
  'Remount Held': v.pipe(
    v.strictObject({
      plan,
      volume,
      item,
      code: v.pipe(text, v.description('What objects, such as `ZoneMismatch`')),
      reason,
      unblock: text,
    }),
    v.description('A volume that was restored by hand was not put on a server, or not mounted there.'),
  ),
  'Readiness Changed': v.pipe(
    v.strictObject({
      plan,
      ready: v.pipe(v.boolean(), v.description('Whether nothing that was found is bad any more')),
      bad: v.pipe(v.array(text), v.description('Names of what is bad, such as `databases.orders replica`')),
      mended: v.pipe(v.array(text), v.description('Names of what was bad and is not any more')),
      reason,
      unblock,
    }),
    v.description('A readiness check found something bad that was not before, or something well again.'),
  ),
} as const;

export type NoticeName = keyof typeof noticeSchemas;

/** The `detail` of an event of our own. */
export type NoticeDetail<Name extends NoticeName = NoticeName> = v.InferOutput<(typeof noticeSchemas)[Name]>;

export const noticeNames = Object.keys(noticeSchemas) as readonly NoticeName[];

/** Why an event is none of the documented ones, as a sentence; undefined for one that is. */
export function noticeProblem(detailType: string, detail: unknown): string | undefined {
  if (!Object.hasOwn(noticeSchemas, detailType)) return `${detailType} is not documented`;
  const schema: v.GenericSchema = noticeSchemas[detailType as NoticeName];
  const result = v.safeParse(schema, detail);
  if (result.success) return undefined;
  const [issue] = result.issues;
  return `${detailType}: ${v.getDotPath(issue) ?? 'detail'}: ${issue.message}`;
}
