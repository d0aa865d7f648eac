import type { Incident, Verdict } from '../recovery/deciding/observation.ts';
import { ledgerKeys } from '../recovery/ledger.ts';
import type { Decision } from '../report/evidence.ts';
import type { Account } from './account.ts';

/** Every verdict on a plan that the ledger has, the oldest first; that nothing is wrong is one too. */
export function readVerdicts({ sim, ledgerBucket }: Account, plan: string): readonly Verdict[] {
  const last = ledgerKeys.lastDecision(plan);
  const folder = last.slice(0, last.lastIndexOf('/') + 1);
  return sim.s3
    .list(ledgerBucket, folder)
    .filter(({ key }) => key !== last)
    .map(({ body }) => parse<Verdict>(body))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** What the ledger says was decided about a plan, the oldest first. That nothing is wrong is no decision. */
export function readDecisions(account: Account, plan: string): readonly Decision[] {
  return readVerdicts(account, plan).flatMap(({ decision, analysis, blockedBy, reason, unblock, at }) =>
    decision === 'none'
      ? []
      : // What holds where no guard objects is what was found.
        [
          {
            plan,
            decision,
            analysis,
            blockedBy: decision === 'hold' ? (blockedBy ?? analysis) : blockedBy,
            reason,
            unblock,
            at,
          },
        ],
  );
}

/** The incident that a recovery was started for, as it stood last; undefined for one that a person started. */
export function readIncident(
  { sim, ledgerBucket }: Account,
  plan: string,
  recovery: string,
): Incident | undefined {
  return sim.s3
    .versions(ledgerBucket, ledgerKeys.incident(plan))
    .map(({ body }) => parse<{ readonly incident?: Incident }>(body).incident)
    .findLast((incident) => incident?.recovery === recovery);
}

/** What the response machine says of one plan, as far as it is used here. */
interface Assessed {
  readonly plan?: string;
  readonly decision?: string;
  readonly analysis?: string;
}

/**
 * Why the ledger may lack a decision, as sentences: an event that could not be delivered or taken in, a plan that could not
 * be assessed when it was last looked at, a hold that the ledger does not have.
 */
export function unrecorded(
  { sim, responseArn }: Account,
  region: string,
  decisions: readonly Decision[],
): readonly string[] {
  const { states, events } = sim.region(region);
  const ended = states.executions.filter(
    ({ machine, status }) => machine.arn === responseArn && status !== 'RUNNING',
  );
  const failed = ended
    .filter(({ status }) => status !== 'SUCCEEDED')
    .map(
      ({ name, status, ending }) => `the response ${name} ended ${status}: ${ending?.error ?? 'no error'}`,
    );
  const lost = events.deadLetters.map(
    ({ event, attributes }) => `the event ${event.id} was not delivered: ${attributes.ERROR_MESSAGE}`,
  );
  const isKnown = ({ plan, analysis }: Assessed) =>
    decisions.some((decision) => decision.plan === plan && decision.analysis === analysis);
  const unwritten = ended
    .flatMap(({ ending }) => assessedIn(ending?.output))
    .filter((each) => each.decision === 'hold' && !isKnown(each))
    .map(({ plan, analysis }) => `the hold of ${plan}, ${analysis}, is not in the ledger`);
  const blind = assessedIn(ended.at(-1)?.ending?.output).some(({ analysis }) => analysis === 'NotAssessed');
  return [
    ...failed,
    ...lost,
    ...new Set(unwritten),
    ...(blind ? ['a plan could not be assessed at the end'] : []),
  ];
}

/** The answers of the machine's Map: one for each plan that it looked at. */
function assessedIn(output: string | undefined): readonly Assessed[] {
  const answers: unknown = output === undefined ? [] : JSON.parse(output);
  return Array.isArray(answers) ? (answers as readonly Assessed[]) : [];
}

function parse<T>(body: Uint8Array | undefined): T {
  return JSON.parse(new TextDecoder().decode(body)) as T;
}
