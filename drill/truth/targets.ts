import { tagKeys } from '../../recovery/identity.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { type Act, listOf } from './acts.ts';

/** Something that a call does something to, and whose it was at that instant, by its tags. */
export interface Target {
  readonly type: 'instance' | 'volume' | 'dbInstance' | 'parameter';
  readonly id: string;
  /** The recovery that made it; undefined for what nobody made, as far as anybody can tell. */
  readonly recovery: string | undefined;
  readonly plan: string | undefined;
}

/** The members of an input that name what an operation changes, by the kind of what they name. */
const members: Readonly<Record<string, Target['type']>> = {
  InstanceId: 'instance',
  InstanceIds: 'instance',
  VolumeId: 'volume',
  DBInstanceIdentifier: 'dbInstance',
};

type Call = Omit<Act, 'targets'>;

/** What a call would change that exists already; a call that makes something new changes nothing. */
export function targetsOf(sim: Simulator, act: Call): readonly Target[] {
  const { operation, input } = act;
  if (/^(Restore|CreateDB|RunInstances|CreateVolume)/.test(operation)) return [];
  if (operation === 'PutParameter') return [parameter(String(input['Name']))];
  if (operation === 'DeleteParameter') return [parameter(String(input['Name']))];
  if (operation === 'DeleteParameters') return texts(input['Names']).map(parameter);
  if (operation === 'CreateTags' || operation === 'DeleteTags')
    return texts(input['Resources']).flatMap((id) =>
      /^i-/.test(id)
        ? [found(sim, act, 'instance', id)]
        : /^vol-/.test(id)
          ? [found(sim, act, 'volume', id)]
          : [],
    );
  if (operation === 'RegisterTargets' || operation === 'DeregisterTargets')
    return listOf(input['Targets']).map(({ Id }) => found(sim, act, 'instance', String(Id)));
  return Object.entries(members).flatMap(([member, type]) =>
    texts(input[member]).map((id) => found(sim, act, type, id)),
  );
}

function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
}

function parameter(id: string): Target {
  const recovery = /^\/lifeboat\/drill\/([^/]+)\//.exec(id)?.[1];
  return { type: 'parameter', id, recovery, plan: undefined };
}

function found(sim: Simulator, { region }: Call, type: Target['type'], id: string): Target {
  const { ec2, rds } = sim.region(region);
  const resource =
    type === 'instance'
      ? ec2.instances.get(id)
      : type === 'volume'
        ? ec2.volumes.get(id)
        : rds.instances.get(id);
  const tags = resource?.tags ?? {};
  return { type, id, recovery: tags[tagKeys.recovery], plan: tags[tagKeys.plan] };
}
