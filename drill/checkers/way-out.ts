import type { Verdict } from '../../recovery/deciding/observation.ts';
import { tagKeys } from '../../recovery/identity.ts';
import { type ActiveRecord, ledgerKeys } from '../../recovery/ledger.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import { orderCommands } from '../../report/operator.ts';
import { leftOf } from './leftovers.ts';
import { type Finding, type JudgedRecovery, type Law, type Scene, timeOf } from './scene.ts';

/** One thing that a sentence tells a person to do. */
export type WayOut =
  | {
      /** A command of ours. */
      readonly kind: 'command';
      readonly command: string;
      /** The recovery or plan that it names; undefined where the sentence leaves it to whoever reads it. */
      readonly subject: string | undefined;
      readonly overrides: readonly string[];
      readonly acceptsChangedPlan: boolean;
      readonly all: boolean;
    }
  | {
      /** Something in AWS, in the plan or in the world. */
      readonly kind: 'action';
      readonly says: string;
    };

/** Our commands that a way out may name. */
const commands: readonly string[] = [...orderCommands, 'status', 'check'];

/** What a sentence about something in AWS begins with: a person can do it, and knows what. */
const imperative =
  /\b(restore|create|copy|look|see|remove|detach|grant|make|take|correct|check|deploy|start|let|put|repair|find|drill|name|raise|use|undo|have|give|delete|tag|wait|replace|accept|revert|recover|change|free|add|ask|end)\b/i;

/**
 * What a sentence that follows a hold tells a person to do, in the order of the sentence; nothing where it tells them
 * nothing. `then continue` is the command without its name.
 */
export function wayOutOf(unblock: string | null | undefined): readonly WayOut[] {
  if (!unblock) return [];
  return unblock.split(/[;,]|\bor\b|\bthen\b/).flatMap((clause): readonly WayOut[] => {
    const typed = /\blifeboat ([a-z]+)((?:\s+\S+)*)/.exec(clause);
    if (typed) return [commandOf(typed[1] ?? '', typed[2] ?? '')];
    if (/^\s*continue\b/.test(clause)) return [commandOf('continue', '')];
    const says = clause.trim();
    return imperative.test(says) ? [{ kind: 'action', says }] : [];
  });
}

function commandOf(command: string, rest: string): WayOut {
  const overrides = [...rest.matchAll(/--override (\w+)/g)].map(([, code = '']) => code);
  const first = /^\s+([a-z0-9][a-z0-9-]*)/.exec(rest)?.[1];
  return {
    kind: 'command',
    command,
    subject: first,
    overrides,
    acceptsChangedPlan: /--accept-changed-plan\b/.test(rest),
    all: /--all\b/.test(rest),
  };
}

/** Holds that pass by themselves: nothing is to be done about them. */
const passing = new Set([
  'RecoveryUnderWay',
  'AlreadyRecovered',
  'Unconfirmed',
  'Healthy',
  'After',
  'NotAssessed',
]);

/**
 * Every hold says what leads out of it: a command of ours that exists, on something that exists and can take it now, or
 * something to do in AWS.
 */
export const holdsHaveAWayOut: Law = (scene) => [
  ...scene.plans.flatMap(({ plan }) => decisionsWithout(scene, plan)),
  ...scene.recoveries.flatMap(({ plan, recovery }) => endsWithout(scene, plan.plan, recovery)),
  ...scene.recoveries.flatMap((judged) => staysUnsaid(scene, judged)),
];

/** A drill that has let go of its plan is taken up by nobody: what stays of it must be named by whoever reads its end. */
function staysUnsaid(scene: Scene, { kind, plan, recovery }: JudgedRecovery): readonly Finding[] {
  const evidence = scene.truth.read<RunEvidence>(ledgerKeys.evidence(plan.plan, recovery));
  if (kind !== 'drill' || !evidence) return [];
  const [first] = leftOf(scene.sim, recovery);
  const says = `delete what carries ${tagKeys.recovery}=${recovery}`;
  if (!first || evidence.unblock?.includes(says)) return [];
  const message = `${first.type} ${first.id} is left of the drill ${recovery}, and its way out does not say to delete it: ${evidence.unblock}`;
  return [{ plan: plan.plan, recovery, message }];
}

function decisionsWithout(scene: Scene, plan: string): readonly Finding[] {
  return scene.truth
    .under<Verdict>(ledgerKeys.lastDecision(plan).replace(/[^/]*$/, ''))
    .filter(({ value }) => value.decision === 'hold')
    .flatMap(({ value: { analysis, blockedBy, unblock, isStuck, at } }) => {
      const why = blockedBy ?? analysis;
      const found = { plan, atMs: Date.parse(at) };
      if (unblock === null)
        return passing.has(why) && !isStuck
          ? []
          : [{ ...found, message: `${plan} was held by ${why}, and nothing says what a person can do` }];
      return problemsOf(scene, unblock).map((problem) => ({
        ...found,
        message: `${plan} was held by ${why}, and its way out ${problem}: ${unblock}`,
      }));
    });
}

function endsWithout(scene: Scene, plan: string, recovery: string): readonly Finding[] {
  const written = scene.truth.versions<RunEvidence>(ledgerKeys.evidence(plan, recovery));
  const locks = scene.truth.locks(plan);
  const last = written.at(-1);
  return written.flatMap(({ value: { outcome, unblock, run }, atMs }, place) => {
    if (outcome === 'recovered' || outcome === 'drilled') return [];
    const found = { plan, recovery, atMs };
    const say = (problem: string) => ({
      ...found,
      message: `the run ${run} of ${recovery} is ${outcome} since ${timeOf(atMs)}, and its way out ${problem}: ${unblock}`,
    });
    const lock = locks.findLast((each) => each.atMs <= atMs + settleMs)?.value;
    const blocked = written[place] === last ? blockedWays(unblock, recovery, lock) : [];
    return [...problemsOf(scene, unblock), ...blocked].map(say);
  });
}

function problemsOf({ plans, recoveries }: Scene, unblock: string | null): readonly string[] {
  const ways = wayOutOf(unblock);
  if (ways.length === 0) return ['tells nobody what to do'];
  const named = new Set([...plans.map(({ plan }) => plan), ...recoveries.map(({ recovery }) => recovery)]);
  return ways.flatMap((way) => {
    if (way.kind === 'action') return [];
    if (!commands.includes(way.command)) return [`names lifeboat ${way.command}, which there is not`];
    if (way.subject === undefined || named.has(way.subject) || way.subject === 'latest') return [];
    // A word of the sentence that follows a command without a name.
    return /-(drill|failover)-/.test(way.subject) ? [`names ${way.subject}, which there is not`] : [];
  });
}

/** What follows the last word of a run, such as letting go of its plan, is done by then. */
const settleMs = 60_000;

/**
 * Commands that nobody could follow from the moment on at which they were named: only who holds the plan can be continued,
 * approved or aborted. That a person has followed one of them, and so ended it, is no objection.
 */
function blockedWays(
  unblock: string | null,
  recovery: string,
  lock: ActiveRecord | undefined,
): readonly string[] {
  if (lock?.recovery === recovery && (!lock.releasedAt || lock.abort !== undefined)) return [];
  const blocked = wayOutOf(unblock).flatMap((way) =>
    way.kind === 'command' && needsTheLock.has(way.command) && (way.subject ?? recovery) === recovery
      ? [way.command]
      : [],
  );
  if (blocked.length === 0) return [];
  return [`cannot be followed (${blocked.join(', ')}), since ${recovery} holds nothing any more`];
}

const needsTheLock = new Set(['continue', 'approve', 'abort']);
