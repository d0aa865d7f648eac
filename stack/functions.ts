import { type RecoveryKind, recoveryKinds, type StepName, stepNames } from '../recovery/terms.ts';
import { bundleDirectory } from './places.ts';
import type { CfnValue } from './statements.ts';

/** A step as it is deployed for one kind of recovery: `drillOpen` and `failoverOpen` run the same bundle. */
export interface StepFunction {
  readonly step: StepName;
  readonly kind: RecoveryKind;
  /** Its key in `serverless.yml`. */
  readonly key: string;
  /** Its logical id, as osls derives it from the key. */
  readonly logicalId: string;
  readonly logGroupId: string;
  readonly roleId: string;
  /** What stands for its ARN in `statemachines/recovery.asl.json`. */
  readonly substitution: string;
}

/**
 * A minute holds a step's longest call, a launch with its deadline of 12 s, even if it begins at the last moment allowed
 * (60 % of the time), and leaves time to write the record; the machine's own time-out of a task is 70 s.
 */
const timeoutSeconds = 60;

/**
 * Memory buys CPU: at 512 MB a cold start of a bundle with the EC2 client takes about half of what it takes at 256 MB, and
 * cold starts are what the first minute of a recovery consists of.
 */
const usualMemoryMb = 512;
/** The sweep compares the live workload with how it was before: whole Regions, listed and held at once. */
const memoryMb: Partial<Readonly<Record<StepName, number>>> = { sweep: 1024 };

/** Names of documents that a step runs on servers; `Ref` of a document is its name. */
const documents: Partial<Readonly<Record<StepName, Readonly<Record<string, CfnValue>>>>> = {
  mounts: { LIFEBOAT_DOCUMENT_MOUNT: { Ref: 'MountDocument' } },
  verify: { LIFEBOAT_DOCUMENT_PROBE: { Ref: 'ProbeDocument' } },
};

/** The steps that tell people something themselves. */
const tells: readonly StepName[] = ['gate', 'fence', 'conclude'];

/** Every function of the recovery machines of one kind, or of both. */
export function stepFunctions(kinds: readonly RecoveryKind[] = recoveryKinds): readonly StepFunction[] {
  return kinds.flatMap((kind) => stepNames.map((step) => stepFunction(step, kind)));
}

function stepFunction(step: StepName, kind: RecoveryKind): StepFunction {
  const id = capital(kind) + capital(step);
  return {
    step,
    kind,
    key: kind + capital(step),
    logicalId: `${id}LambdaFunction`,
    logGroupId: `${id}LogGroup`,
    roleId: `${id}Role`,
    substitution: `${capital(step)}FunctionArn`,
  };
}

/** The `functions` of `serverless.yml`. */
export function functionsConfig(): Readonly<Record<string, object>> {
  return Object.fromEntries(stepFunctions().map((each) => [each.key, configOf(each)]));
}

function configOf({ step, kind, roleId }: StepFunction): object {
  return {
    description: `The step ${step} of a ${kind}`,
    handler: `${bundleDirectory}/${step}/index.handler`,
    role: roleId,
    memorySize: memoryMb[step] ?? usualMemoryMb,
    timeout: timeoutSeconds,
    environment: {
      LIFEBOAT_KIND: kind,
      LIFEBOAT_LEDGER: { Ref: 'Ledger' },
      ...(tells.includes(step) && { LIFEBOAT_TOPIC: { Ref: 'Topic' } }),
      ...documents[step],
    },
  };
}

/** What stands in the place of the names in `statemachines/recovery.asl.json` for one kind of recovery. */
export function substitutions(kind: RecoveryKind): Readonly<Record<string, CfnValue>> {
  const arns = stepFunctions([kind]).map((each): [string, CfnValue] => [
    each.substitution,
    { 'Fn::GetAtt': [each.logicalId, 'Arn'] },
  ]);
  return { Kind: kind, ...Object.fromEntries(arns) };
}

/** `cleanup` is two words in the names of states and functions. */
function capital(word: RecoveryKind | StepName): string {
  return word === 'cleanup' ? 'CleanUp' : word.slice(0, 1).toUpperCase() + word.slice(1);
}
