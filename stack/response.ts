import { bundleDirectory } from './places.ts';
import type { CfnValue } from './statements.ts';

/** The functions around a recovery: they hear, decide, look and clean up; none of them is a step of its machine. */
export const responseFunctionNames = ['receive', 'assess', 'probe', 'janitor'] as const;
export type ResponseFunctionName = (typeof responseFunctionNames)[number];

/** A function around the recovery as it is deployed; its key in `serverless.yml` is its name. */
export interface ResponseFunction {
  /** Also the name of its file in `functions/`. */
  readonly name: ResponseFunctionName;
  /** Its logical id, as osls derives it from the key. */
  readonly logicalId: string;
  readonly logGroupId: string;
  readonly roleId: string;
  /** What stands for its ARN in `statemachines/response.asl.json`; the machine calls only the first two. */
  readonly substitution?: string;
}

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
        ...(calledByMachine.includes(name) && { substitution: `${id}FunctionArn` }),
      };
    });
}

const calledByMachine: readonly ResponseFunctionName[] = ['receive', 'assess'];

/** The entries of `functions` for one place. */
export function responseFunctionsConfig(place: Place): Readonly<Record<string, object>> {
  return Object.fromEntries(
    responseFunctions(place).map(({ name, roleId }) => [
      name,
      {
        description: descriptions[name],
        handler: `${bundleDirectory}/${name}/index.handler`,
        role: roleId,
        memorySize: 512,
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
  janitor: 'Ends what no machine can end any more',
};

/**
 * What is woken each minute must be over before it is woken again; a decision reads the primary Region, which may be gone,
 * for 3 seconds at most.
 */
const timeoutSeconds: Readonly<Record<ResponseFunctionName, number>> = {
  receive: 30,
  assess: 30,
  probe: 60,
  janitor: 60,
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
      };
    default:
      return name satisfies never;
  }
}

/** What stands in the place of the names in `statemachines/response.asl.json`. */
export function responseSubstitutions(): Readonly<Record<string, CfnValue>> {
  const arns = responseFunctions().flatMap(({ substitution, logicalId }): [string, CfnValue][] =>
    substitution === undefined ? [] : [[substitution, { 'Fn::GetAtt': [logicalId, 'Arn'] }]],
  );
  return { ...Object.fromEntries(arns), FailoverMachineArn: { Ref: 'LifeboatFailover' } };
}
