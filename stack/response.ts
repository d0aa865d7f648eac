import { bundleDirectory } from './places.ts';
import type { CfnValue } from './statements.ts';

/** The functions around a recovery: they hear, decide, look and clean up; none of them is a step of its machine. */
export const responseFunctionNames = [
  'receive',
  'assess',
  'probe',
  'janitor',
  'remount',
  'readiness',
  'practice',
] as const;
export type ResponseFunctionName = (typeof responseFunctionNames)[number];

/** A function around the recovery as it is deployed; its key in `serverless.yml` is its name. */
export interface ResponseFunction {
  /** Also the name of its file in `functions/`. */
  readonly name: ResponseFunctionName;
  /** Its logical id, as osls derives it from the key. */
  readonly logicalId: string;
  readonly logGroupId: string;
  readonly roleId: string;
  /** The machine that calls it, by logical id, and what stands for its ARN in that machine's definition. */
  readonly machine?: AroundMachine;
  readonly substitution?: string;
}

/** The machines around a recovery, by logical id. */
export type AroundMachine = 'LifeboatResponse' | 'LifeboatRemount';

/** The Region that recovers: the stack's own, or, where the stack only looks and forwards, the one it is told. */
export type Place = 'recovery' | 'witness';

/** Which of the functions are deployed where. */
export function responseFunctions(place: Place = 'recovery'): readonly ResponseFunction[] {
  return responseFunctionNames
    .filter((name) => place === 'recovery' || name === 'probe')
    .map((name) => {
      const id = name.slice(0, 1).toUpperCase() + name.slice(1);
      return {
        name,
        logicalId: `${id}LambdaFunction`,
        logGroupId: `${id}LogGroup`,
        roleId: `${id}Role`,
        ...(callers[name] && { machine: callers[name], substitution: `${id}FunctionArn` }),
      };
    });
}

const callers: Partial<Readonly<Record<ResponseFunctionName, AroundMachine>>> = {
  receive: 'LifeboatResponse',
  assess: 'LifeboatResponse',
  remount: 'LifeboatRemount',
};

/** The entries of `functions` for one place. */
export function responseFunctionsConfig(place: Place): Readonly<Record<string, object>> {
  return Object.fromEntries(
    responseFunctions(place).map(({ name, roleId }) => [
      name,
      {
        description: descriptions[name],
        handler: `${bundleDirectory}/${name}/index.handler`,
        role: roleId,
        memorySize: memoryMb,
        timeout: timeoutSeconds[name],
        environment: environmentOf(name),
      },
    ]),
  );
}

const descriptions: Readonly<Record<ResponseFunctionName, string>> = {
  receive: 'Reads an event and says which plans it concerns',
  assess: 'Decides about one plan',
  probe: 'Asks each application whether it is well',
  janitor: 'Ends what no machine can end any more, and looks for what no event told',
  remount: 'Puts a volume that somebody restored on its server',
  readiness: 'Looks whether each plan could be recovered now',
  practice: 'Starts the drills that plans promise, and looks whether they took place',
};

/** As the steps have it, for the same reason: these too are cold when it matters. */
const memoryMb = 512;

/**
 * What is woken each minute must be over before it is woken again; a decision reads the primary Region, which may be gone,
 * for 3 seconds at most.
 */
const timeoutSeconds: Readonly<Record<ResponseFunctionName, number>> = {
  // Shorter than the time-out of their tasks, 40 s, so that the machine hears of the end and not of silence.
  receive: 30,
  assess: 30,
  // Eight seconds an answer, all addresses at once, and the time to write what was found.
  probe: 60,
  // A run that is started, and telling people of it, with every repetition.
  janitor: 60,
  // As a step of a recovery: it attaches and mounts.
  remount: 60,
  // One plan after another, about three seconds each; what is not reached is due at the next wake-up.
  readiness: 240,
  practice: 60,
};

function environmentOf(name: ResponseFunctionName): Readonly<Record<string, CfnValue>> {
  const ledger = { LIFEBOAT_LEDGER: { Ref: 'Ledger' } };
  const topic = { LIFEBOAT_TOPIC: { Ref: 'Topic' } };
  switch (name) {
    case 'receive':
      return ledger;
    case 'assess':
      return { ...ledger, ...topic };
    case 'probe':
      // Plans say where they recover to, and with it where their samples go.
      return {};
    case 'janitor':
      return {
        ...ledger,
        ...topic,
        LIFEBOAT_DRILL_MACHINE: { Ref: 'LifeboatDrill' },
        LIFEBOAT_FAILOVER_MACHINE: { Ref: 'LifeboatFailover' },
        LIFEBOAT_REMOUNT_MACHINE: { Ref: 'LifeboatRemount' },
      };
    case 'remount':
      return { ...ledger, ...topic, LIFEBOAT_DOCUMENT_MOUNT: { Ref: 'MountDocument' } };
    case 'readiness':
      return {
        ...ledger,
        ...topic,
        LIFEBOAT_DOCUMENT_MOUNT: { Ref: 'MountDocument' },
        LIFEBOAT_DOCUMENT_PROBE: { Ref: 'ProbeDocument' },
      };
    case 'practice':
      return { ...ledger, ...topic, LIFEBOAT_DRILL_MACHINE: { Ref: 'LifeboatDrill' } };
    default:
      return name satisfies never;
  }
}

/** What stands in the place of the names in `statemachines/response.asl.json`. */
export function responseSubstitutions(): Readonly<Record<string, CfnValue>> {
  return { ...functionArns('LifeboatResponse'), FailoverMachineArn: { Ref: 'LifeboatFailover' } };
}

/** What stands in the place of the names in `statemachines/remount.asl.json`. */
export function remountSubstitutions(): Readonly<Record<string, CfnValue>> {
  return functionArns('LifeboatRemount');
}

function functionArns(caller: AroundMachine): Readonly<Record<string, CfnValue>> {
  const arns = responseFunctions().flatMap(({ machine, substitution, logicalId }): [string, CfnValue][] =>
    machine !== caller || substitution === undefined
      ? []
      : [[substitution, { 'Fn::GetAtt': [logicalId, 'Arn'] }]],
  );
  return Object.fromEntries(arns);
}
