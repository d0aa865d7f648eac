import type { ServiceName } from '../service.ts';
import type { Shape, Structure } from '../wire/schema.ts';
import { callsOf, namesIn, type SourceFile, textOf } from './source.ts';

/** The folder of each service's code. */
export const folders: Readonly<Record<ServiceName, string>> = {
  autoscaling: 'autoscaling',
  ec2: 'ec2',
  elasticloadbalancing: 'elbv2',
  events: 'events',
  iam: 'iam',
  kms: 'kms',
  monitoring: 'cloudwatch',
  rds: 'rds',
  route53: 'route53',
  s3: 's3',
  servicequotas: 'quotas',
  sns: 'sns',
  ssm: 'ssm',
  states: 'stepfunctions',
  sts: 'sts',
};

/** One list of members that the code lets pass; all others of the same structure are `NotSimulated`. */
export interface MemberList {
  readonly service: ServiceName;
  readonly operation: string;
  /** Which structure inside the request it is for; absent for the request itself. */
  readonly inside?: string;
  readonly members: readonly string[];
}

/** The lists that the code of a service gives to `refuseUnmodelled` and, in EC2, to `allowMembers`. */
export function memberLists(service: ServiceName, files: readonly SourceFile[]): readonly MemberList[] {
  return ownFiles(service, files).flatMap((file) =>
    ['refuseUnmodelled', 'allowMembers'].flatMap((name) =>
      callsOf(file, name).map(({ arguments: [what, input, list] }): MemberList => {
        const [operation = '', inside] = textOf(file, what!).replace(`${service}:`, '').split(' ');
        const isWhole = input?.type === 'Identifier' && input.name === 'input' && inside === undefined;
        const members = namesIn(file, list!);
        const dryRun = name === 'allowMembers' && isWhole ? ['DryRun'] : [];
        return {
          service,
          operation,
          ...(!isWhole && { inside: inside ?? '' }),
          members: [...members, ...dryRun],
        };
      }),
    ),
  );
}

export function ownFiles(service: ServiceName, files: readonly SourceFile[]): readonly SourceFile[] {
  return files.filter(({ path }) => path.startsWith(`${folders[service]}/`));
}

/**
 * The names that the code of a service speaks, lists of members left out: a member that is named nowhere changes nothing.
 * That a member is named does not prove that it has an effect.
 */
export function namesSpoken(service: ServiceName, files: readonly SourceFile[]): ReadonlySet<string> {
  const spoken = new Set<string>();
  for (const file of ownFiles(service, files)) {
    const lists = new Set<unknown>(
      ['refuseUnmodelled', 'allowMembers'].flatMap((name) =>
        callsOf(file, name).flatMap(({ arguments: [, , list] }) =>
          list?.type === 'ArrayExpression' ? [list, ...list.elements] : [list],
        ),
      ),
    );
    for (const node of file.nodes) {
      if (lists.has(node)) continue;
      if (node.type === 'Identifier') spoken.add(node.name);
      if (node.type === 'Literal' && typeof node.value === 'string') spoken.add(node.value);
      if (node.type === 'MemberExpression' && node.property.type === 'Identifier')
        spoken.add(node.property.name);
      if (node.type !== 'ObjectPattern') continue;
      for (const property of node.properties) {
        if (property.type === 'Property' && property.key.type === 'Identifier') spoken.add(property.key.name);
      }
    }
  }
  return spoken;
}

/** Where in a request the structure is that has all of these members, such as `ChangeBatch.Changes[].ResourceRecordSet`. */
export function placeOf(input: Structure, wanted: readonly string[]): string | undefined {
  const seen = new Set<Shape>();
  const search = (shape: Shape, path: string): string | undefined => {
    if (seen.has(shape)) return undefined;
    seen.add(shape);
    if (shape.kind === 'list') return search(shape.item.shape, `${path}[]`);
    if (shape.kind !== 'structure') return undefined;
    if (path !== '' && wanted.every((name) => shape.members.has(name))) return path;
    for (const [name, member] of shape.members) {
      const found = search(member.shape, path === '' ? name : `${path}.${name}`);
      if (found) return found;
    }
    return undefined;
  };
  return search(input, '');
}
