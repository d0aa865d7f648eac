import { type Electorate, howToApprove, type OpenObjection, sayOpen } from '../../recovery/steps/approval.ts';
import type { Instant } from '../../recovery/terms.ts';
import type { StepContext } from '../step.ts';
import { tell } from '../tell.ts';

/** Whom a step that waits for people has told, and in which run. */
export interface Asked {
  /** When people were told. */
  readonly told?: { readonly run: number; readonly at: Instant };
  /** The run in which machines were told. */
  readonly announced?: number;
}

/**
 * Tells machines and people that a failover waits for a person: once a run; whoever could not be told is told at the next
 * look.
 * @param first what a person does before approving, as the beginning of a sentence; nothing where approving is enough
 */
export async function askPeople(
  context: StepContext,
  waits: {
    readonly open: readonly OpenObjection[];
    readonly electorate: Electorate;
    readonly first?: string;
  },
  { told, announced }: Asked,
): Promise<Asked> {
  const { environment, deps, access, input, plan } = context;
  const before = { ...(told && { told }), ...(announced !== undefined && { announced }) };
  if (told?.run === input.run) return before;
  const { open, electorate, first } = waits;
  const reason = `the failover ${input.recovery} of the plan ${plan.plan} waits for a person before it promotes: ${sayOpen(open, electorate)}`;
  const approve = howToApprove(input.recovery, open, electorate);
  const unblock = first === undefined ? approve : `${first}, then ${approve}`;
  const untold = await tell(
    { access, deps, topicArn: environment.topicArn },
    'Approval Needed',
    { plan: plan.plan, recovery: input.recovery, problems: open.map(({ code }) => code), reason, unblock },
    {
      subject: `Lifeboat: ${plan.plan} waits for approval`,
      message: `The${reason.slice(3)}. ${unblock}`,
      onlyPeople: announced === input.run,
    },
  );
  return {
    ...before,
    ...(untold.machines === undefined && { announced: input.run }),
    ...(untold.people === undefined && { told: { run: input.run, at: context.now() } }),
  };
}
