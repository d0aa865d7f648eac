import type { ApprovalRecord } from '../ledger.ts';
import type { Instant } from '../terms.ts';

/** What stands between a recovery and its one-way door until people take it upon themselves. */
export interface Objection<Code extends string = string> {
  readonly code: Code;
  readonly reason: string;
}

/** A problem that a person saw and took upon themselves; kept in the evidence, once for each person who did. */
export interface Override extends Objection {
  readonly by: string;
  readonly at: Instant;
  readonly comment: string;
}

/** An approval with its author, whom the key names and not the body. */
export type Approval = Pick<ApprovalRecord, 'principal' | 'at' | 'comment' | 'overrides'>;

/** The plan's own wish for a person's word: any approval answers it. */
export const approvalNeededCode = 'ApprovalNeeded';

/**
 * Whose word counts. A person is a principal as STS names it (`AROA…:session`, `AIDA…`): one session name of one role is
 * one person however often it signs, two of them are two. That two identities are one human cannot be seen: a role that
 * approves must fix the names of its sessions (IAM Identity Center does; else `sts:RoleSessionName` in its trust policy).
 */
export interface Electorate {
  /** How many distinct people must say yes. */
  readonly people: number;
  /** Who asked for the recovery, whose own word does not count; empty where Lifeboat decided or nobody knows. */
  readonly requesters: readonly string[];
  /** A person started it and left no name: it may be one of those who approve. */
  readonly isRequesterUnknown: boolean;
}

/** An objection that waits: whose word is there, and how many people's is not. */
export interface OpenObjection<Code extends string = string> extends Objection<Code> {
  readonly approvedBy: readonly string[];
  readonly lacking: number;
}

/**
 * How many people a recovery needs. What Lifeboat decided anybody may approve. What a person asked for, others must: where
 * the one who asked is unknown, one person more makes sure that enough of them are others.
 */
export function electorateOf(
  people: number,
  asked: { readonly isAutomatic: boolean; readonly by: readonly string[] },
): Electorate {
  if (asked.isAutomatic) return { people, requesters: [], isRequesterUnknown: false };
  const isRequesterUnknown = asked.by.length === 0;
  return { people: people + (isRequesterUnknown ? 1 : 0), requesters: asked.by, isRequesterUnknown };
}

/**
 * Parts objections into those that enough people took upon themselves and those that still wait. An approval answers only
 * what it names, from a person who saw it, and the plan's own wish.
 */
export function weighApprovals<Code extends string>(
  objections: readonly Objection<Code>[],
  approvals: readonly Approval[],
  electorate: Electorate,
): { readonly overrides: readonly Override[]; readonly open: readonly OpenObjection<Code>[] } {
  const overrides: Override[] = [];
  const open: OpenObjection<Code>[] = [];
  const counted = firstOfEach(approvals).filter(
    ({ principal }) => !electorate.requesters.includes(principal),
  );
  for (const objection of objections) {
    const answers = counted.filter(
      ({ overrides: codes }) => objection.code === approvalNeededCode || codes.includes(objection.code),
    );
    const lacking = electorate.people - answers.length;
    if (lacking > 0) {
      open.push({ ...objection, approvedBy: answers.map(({ principal }) => principal), lacking });
      continue;
    }
    for (const { principal: by, at, comment } of answers.slice(0, electorate.people))
      overrides.push({ code: objection.code, reason: objection.reason, by, at, comment });
  }
  return { overrides, open };
}

/** The oldest first, each person once. */
function firstOfEach(approvals: readonly Approval[]): readonly Approval[] {
  const oldestFirst = [...approvals].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return [...new Map(oldestFirst.toReversed().map((each) => [each.principal, each])).values()].toReversed();
}

/** What waits, whose word there is on it, and how many people's is lacking; clauses without a full stop. */
export function sayOpen(open: readonly OpenObjection[], electorate: Electorate): string {
  const clauses = open.map(({ reason, approvedBy, lacking }) => {
    const who = approvedBy.length === 0 ? 'nobody' : approvedBy.join(' and ');
    return `${reason} (approved by ${who}, ${lacking} ${approvedBy.length === 0 ? '' : 'more '}needed)`;
  });
  const { requesters, isRequesterUnknown } = electorate;
  if (isRequesterUnknown)
    clauses.push('who started it is unknown and may approve too, so one more is asked for');
  else if (requesters.length > 0) {
    const verb = requesters.length === 1 ? 'does' : 'do';
    clauses.push(`${requesters.join(' and ')} asked for it and ${verb} not count`);
  }
  return clauses.join('; ');
}

/** What people type to let the recovery through, or to end it. */
export function howToApprove(
  recovery: string,
  open: readonly OpenObjection[],
  electorate: Pick<Electorate, 'requesters'>,
): string {
  return `${approvalCommand(recovery, open, electorate)}, or lifeboat abort ${recovery}`;
}

/** The approval alone, for whoever says elsewhere what else can be done. */
export function approvalCommand(
  recovery: string,
  open: readonly OpenObjection[],
  electorate: Pick<Electorate, 'requesters'>,
): string {
  const codes = [...new Set(open.map(({ code }) => code))].filter((code) => code !== approvalNeededCode);
  const overrides = codes.map((code) => ` --override ${code}`).join('');
  const lacking = Math.max(1, ...open.map((each) => each.lacking));
  const hasBegun = open.some(({ approvedBy }) => approvedBy.length > 0);
  const people = `${lacking} ${hasBegun ? 'more ' : ''}${lacking === 1 ? 'person' : 'people'}`;
  const others = electorate.requesters.length > 0 ? `, not ${electorate.requesters.join(' or ')}` : '';
  return `lifeboat approve ${recovery}${overrides} (${people}${others})`;
}
