import type { PlanStatus, RecoveryStatus } from '../recovery/status.ts';
import { sayInstant } from '../report/wording.ts';

/** How a plan stands, for a person: first what holds it, then what was decided, last what to do. */
export function sayStatus(status: PlanStatus): string {
  const { plan, recovery, brake, pause, period, decision, wayOut } = status;
  const lines = [
    ...(recovery ? sayRecovery(recovery) : ['no recovery so far']),
    ...(brake ? [`brake   by ${brake.by} since ${sayInstant(brake.at)}: ${brake.comment}`] : []),
    ...(pause ? [`paused  by ${pause.by} since ${sayInstant(pause.at)}: ${pause.comment}`] : []),
    ...(period?.isOpen
      ? [`period  no second automatic recovery before ${sayInstant(period.until)} (${period.recovery})`]
      : []),
    ...(decision
      ? [
          `decided ${decision.decision} (${decision.analysis}) at ${sayInstant(decision.at)}: ${decision.reason}`,
        ]
      : []),
    ...(wayOut === null ? [] : [`way out ${wayOut}`]),
  ];
  return `${plan}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function sayRecovery(recovery: RecoveryStatus): readonly string[] {
  const { isActive, run, since, execution, outcome, reason, abort, continued } = recovery;
  const state = outcome ?? execution ?? 'not started';
  const who = recovery.requestedBy.length > 0 ? `, asked for by ${recovery.requestedBy.join(' and ')}` : '';
  return [
    `${isActive ? 'active ' : 'last   '} ${recovery.recovery}, run ${run}, ${state}, since ${sayInstant(since)}${who}`,
    ...(reason === null ? [] : [`        ${reason}`]),
    ...(abort ? [`abort   by ${abort.by} at ${sayInstant(abort.at)}: ${abort.reason}`] : []),
    ...(continued
      ? [
          `continued into run ${continued.run} by ${continued.by} at ${sayInstant(continued.at)}${continued.comment ? `: ${continued.comment}` : ''}`,
        ]
      : []),
    ...recovery.steps.map(({ name, status, waitingFor, reason: why }) => {
      const more = waitingFor ?? why;
      return `  ${name.padEnd(10)} ${status}${more === null ? '' : `: ${more}`}`;
    }),
    ...recovery.approvals.map(({ by, at, overrides, comment }) => {
      const codes = overrides.length > 0 ? `, overriding ${overrides.join(', ')}` : '';
      return `approved by ${by} at ${sayInstant(at)}${codes}: ${comment}`;
    }),
  ];
}
