/**
 * What names look like, as AWS takes them. They are written without flags, so that the JSON Schema of plans can carry
 * them, and they are as strict as the strictest user of a name: a name that AWS would refuse in the middle of a recovery
 * is refused here.
 */

/** A plan's or an item's name: part of tags, client tokens, execution names (80 characters) and ledger keys. */
export const namePattern = /^[a-z][a-z0-9-]{0,39}$/;

/** The form of a Region's code, `ap-northeast-2`, `us-gov-west-1`, `eusc-de-east-1`; which codes exist is not known here. */
export const regionPattern = /^[a-z]{2,4}(?:-[a-z]+){1,2}-\d{1,2}$/;

/**
 * A tag's key. `aws:` is reserved in any spelling (EC2 User Guide, Tag restrictions), `lifeboat:` marks what a recovery
 * made and must never choose what it recovers. `*`, `?` and `\` are wildcards in EC2's filters but not in IAM's
 * conditions, so that a selector with one would mean two different things.
 */
export const tagKeyPattern =
  /^(?![Aa][Ww][Ss]:)(?![Ll][Ii][Ff][Ee][Bb][Oo][Aa][Tt]:)[A-Za-z0-9 _.:/=+@\u0080-\uffff-]{1,128}$/;
export const tagValuePattern = /^[A-Za-z0-9 _.:/=+@\u0080-\uffff-]{0,256}$/;

/** An RDS instance's identifier; RDS keeps it in lower case (RDS API Reference, CreateDBInstance). */
export const databaseIdPattern = /^(?=.{1,63}$)[a-z](?:-?[a-z0-9])*$/;
/** RDS API Reference, CreateDBSubnetGroup: lower case, never `default`. */
export const dbSubnetGroupPattern = /^(?!default$)[a-z0-9 ._-]{1,255}$/;

/** Such as `m7g.large`, `u-6tb1.112xlarge`. */
export const instanceTypePattern = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;
/** EC2 API Reference, CreateLaunchTemplate. */
export const launchTemplatePattern = /^[A-Za-z0-9().\-/_]{3,128}$/;
export const subnetPattern = /^subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;
export const securityGroupPattern = /^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;
/** IAM API Reference, CreateInstanceProfile. */
export const instanceProfilePattern = /^[A-Za-z0-9_+=,.@-]{1,128}$/;
/** Elastic Load Balancing API Reference, CreateTargetGroup. */
export const targetGroupPattern = /^(?=.{1,32}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;

/**
 * A name under which a data volume can be attached: those for data volumes in the EC2 User Guide, Device names. Out are
 * the root's (`/dev/sda1`, `/dev/xvda`) and `b` to `e`, which instance-store disks take.
 */
export const devicePattern = /^\/dev\/(?:sd[f-z]|xvd[f-z]|xvd[b-d][a-z])$/;

/**
 * An absolute path without `.`, `..`, hidden parts or anything that a shell or `fstab` reads as more than a name. The mount
 * document checks with it too, so it stays within what every engine of Systems Manager knows: no lookahead.
 */
export const mountPathPattern = /^(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,63}){1,16}$/;

/**
 * A parameter's full name. `aws` and `ssm` are reserved at the front in any spelling, and 15 levels are the most
 * (Systems Manager API Reference, PutParameter); a drill puts three levels before it. `/lifeboat` is ours.
 */
export const parameterPattern =
  /^(?!\/[Aa][Ww][Ss])(?!\/[Ss][Ss][Mm])(?!\/lifeboat(?:\/|$))(?=.{2,900}$)(?:\/[A-Za-z0-9_.-]+){1,12}$/;
/** A standard parameter's value: 1 to 4096 characters (Systems Manager User Guide, Parameter tiers). */
export const parameterValuePattern = /^[\s\S]{1,4096}$/;
/** Systems Manager API Reference, CreateDocument: these three beginnings are AWS's own. */
export const documentPattern = /^(?!(?:aws|AWS|amazon|Amazon|amzn))[A-Za-z0-9_.-]{3,128}$/;

/** What may follow the host in a URL that is asked: safe to hand to a shell inside single quotes. */
export const urlPathPattern = /^\/[A-Za-z0-9/_.~%=&?,:+-]*$/;
export const urlPattern =
  /^https?:\/\/[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:\/[A-Za-z0-9/_.~%=&?,:+-]*)?$/;

/** Route 53 API Reference, ResourceRecordSet: a full name in lower case, without the last dot. */
export const recordNamePattern =
  /^(?=.{1,253}$)(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
/** The same without a wildcard: a name that can be asked for. */
export const hostNamePattern =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
export const zonePattern = /^Z[0-9A-Z]{1,31}$/;
export const recordValuePattern = /^\S(?:.{0,4000}\S)?$/;

/** A time of day on a clock of 24 hours. */
export const timeOfDayPattern = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;
/** What an IANA time zone's name looks like; which ones exist is checked apart. */
export const timeZonePattern = /^[A-Za-z][A-Za-z0-9_+-]{0,31}(?:\/[A-Za-z0-9_+-]{1,31}){0,2}$/;

/** CloudWatch API Reference, PutMetricAlarm; an ARN is not a name. */
export const alarmPattern = /^(?!arn:)[!-~\u0080-\uffff](?:[ -~\u0080-\uffff]{0,253}[!-~\u0080-\uffff])?$/;
/**
 * CloudWatch API Reference, PutMetricAlarm and Dimension: printable ASCII, a namespace and the name of a dimension without a
 * colon in front. Without `$`, which the template would take for a variable.
 */
export const metricNamespacePattern = /^[A-Za-z0-9._\-/#][A-Za-z0-9._\-/#: ]{0,254}$/;
export const dimensionNamePattern = /^(?!:)[!-#%-~](?:[ -#%-~]{0,253}[!-#%-~])?$/;
export const metricTextPattern = /^[!-#%-~](?:[ -#%-~]{0,253}[!-#%-~])?$/;
/** A service as AWS Health's events write it in `detail.service`: `EC2`, `RDS`, `MULTIPLE_SERVICES`. */
export const healthServicePattern = /^[A-Z][A-Z0-9_]{1,63}$/;
/** SNS API Reference, CreateTopic; FIFO topics take other publish parameters and are not for alerts. */
export const topicPattern = /^[A-Za-z0-9_-]{1,256}$/;
