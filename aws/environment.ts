import * as v from 'valibot';
import { InvalidInput } from '../recovery/errors.ts';
import { recoveryKinds } from '../recovery/terms.ts';

const schema = v.object({
  AWS_REGION: v.pipe(v.string(), v.nonEmpty()),
  LIFEBOAT_KIND: v.picklist(recoveryKinds),
  LIFEBOAT_LEDGER: v.pipe(v.string(), v.nonEmpty()),
  LIFEBOAT_DOCUMENT_MOUNT: v.optional(v.string(), ''),
  LIFEBOAT_DOCUMENT_PROBE: v.optional(v.string(), ''),
  LIFEBOAT_TOPIC: v.optional(v.string(), ''),
});

/** What the stack tells a step's function. The kind comes from here alone: no input can make a drill promote. */
export interface StepEnvironment {
  readonly region: string;
  readonly kind: (typeof recoveryKinds)[number];
  readonly ledgerBucket: string;
  readonly mountDocument: string;
  readonly probeDocument: string;
  readonly topicArn: string;
}

/** @throws InvalidInput naming the variable that is absent or wrong */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): StepEnvironment {
  const result = v.safeParse(schema, environment);
  if (!result.success) {
    const issue = result.issues[0];
    throw new InvalidInput(`environment variable ${issue.path?.[0]?.key ?? ''}: ${issue.message}`);
  }
  const { output } = result;
  return {
    region: output.AWS_REGION,
    kind: output.LIFEBOAT_KIND,
    ledgerBucket: output.LIFEBOAT_LEDGER,
    mountDocument: output.LIFEBOAT_DOCUMENT_MOUNT,
    probeDocument: output.LIFEBOAT_DOCUMENT_PROBE,
    topicArn: output.LIFEBOAT_TOPIC,
  };
}
