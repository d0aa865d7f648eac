import * as v from 'valibot';
import type { Envelope, Unread } from './envelope.ts';
import { text } from './lenient.ts';

/** An AWS Backup restore job changed (AWS Backup Developer Guide, "Monitoring AWS Backup events using Amazon EventBridge"). */
export interface RestoreEvent {
  readonly kind: 'restore';
  readonly job: string;
  readonly region?: string;
  /** `CREATED` comes as `state`, all others as `status`. */
  readonly status: string;
  /** Such as `EBS`. */
  readonly resourceType?: string;
  readonly createdArn?: string;
  readonly recoveryPointArn?: string;
  /** Set for a restore that AWS Backup makes only to test: it deletes what it restored. */
  readonly testingPlanArn?: string;
}

const schema = v.object({
  restoreJobId: text,
  state: text,
  status: text,
  resourceType: text,
  createdResourceArn: text,
  recoveryPointArn: text,
  restoreTestingPlanArn: text,
});

/** Reads a change of a restore job. They come at best effort, every five minutes. */
export function readRestore({ detail, region }: Envelope): RestoreEvent | Unread {
  const told = v.parse(schema, detail);
  const status = told.status ?? told.state;
  if (told.restoreJobId === undefined || status === undefined)
    return { kind: 'other', why: 'a change of a restore job that tells neither which one nor its status' };
  return {
    kind: 'restore',
    job: told.restoreJobId,
    ...(region !== undefined && { region }),
    status,
    ...(told.resourceType !== undefined && { resourceType: told.resourceType }),
    ...(told.createdResourceArn !== undefined && { createdArn: told.createdResourceArn }),
    ...(told.recoveryPointArn !== undefined && { recoveryPointArn: told.recoveryPointArn }),
    ...(told.restoreTestingPlanArn !== undefined && { testingPlanArn: told.restoreTestingPlanArn }),
  };
}
