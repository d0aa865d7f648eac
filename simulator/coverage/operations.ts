import type { Operations, ServiceName } from '../service.ts';
import { Simulator } from '../simulator.ts';
import { modelOf, type OperationModel } from '../wire/model.ts';
import { code, codes, table } from './markdown.ts';
import { type MemberList, memberLists, namesSpoken, ownFiles, placeOf } from './members.ts';
import { creationsOf, namesIn, type SourceFile, textOf } from './source.ts';

/** Longer lists of refused members are counted instead: what is taken stands beside them. */
const namedMost = 6;

/** Members that the service's code need not name, because the wire layer checks the headers that they travel in. */
const checkedOnTheWire: Partial<Record<ServiceName, RegExp>> = { s3: /^Checksum(CRC|SHA)/ };

/** What a service is asked for: its operations with the members that they take and refuse. */
export function operationTable(service: ServiceName, files: readonly SourceFile[]): string {
  const model = modelOf(service);
  const lists = memberLists(service, files);
  const names = Object.keys(operationsOf(service)).sort();
  const rows = names.map((name) => operationRow(model.operation(name)!, lists));
  const head = `${names.length} of the ${model.operationNames.length} operations that the service has.`;
  const rest = [inertLine(service, files, lists, names), insideLine(service, lists)].filter(Boolean);
  return [head, table(['Operation', 'Takes', 'Refuses'], rows), ...rest].join('\n\n');
}

function operationRow({ name, input }: OperationModel, lists: readonly MemberList[]): readonly string[] {
  const all = [...input.members.keys()];
  const taken = lists.find((list) => list.operation === name && list.inside === undefined)?.members ?? all;
  const refused = all.filter((member) => !taken.includes(member));
  return [
    code(name),
    codes(all.filter((member) => taken.includes(member))),
    refused.length > namedMost ? `the other ${refused.length}` : codes(refused),
  ];
}

/** What is taken and named nowhere in the service's code. */
function inertLine(
  service: ServiceName,
  files: readonly SourceFile[],
  lists: readonly MemberList[],
  operations: readonly string[],
): string {
  const spoken = namesSpoken(service, files);
  const found = operations.flatMap((operation) => {
    const all = [...modelOf(service).operation(operation)!.input.members.keys()];
    const list = lists.find((each) => each.operation === operation && each.inside === undefined)?.members;
    const inert = all.filter(
      (member) =>
        (list ?? all).includes(member) &&
        !spoken.has(member) &&
        !checkedOnTheWire[service]?.test(member) &&
        member !== 'DryRun',
    );
    return inert.length === 0 ? [] : [`${code(operation)} (${codes(inert)})`];
  });
  return found.length === 0 ? '' : `Taken without any effect: ${found.join('; ')}.`;
}

function insideLine(service: ServiceName, lists: readonly MemberList[]): string {
  const found = lists.flatMap(({ operation, inside, members }) => {
    if (inside === undefined) return [];
    const place = inside || placeOf(modelOf(service).operation(operation)!.input, members);
    if (!place) throw new Error(`${service}:${operation} has no structure with ${members.join(', ')}`);
    return [
      `${code(operation)}, ${code(place)}: ${members.length === 0 ? 'no further member' : codes(members)}`,
    ];
  });
  return found.length === 0 ? '' : `Inside requests, only these members are taken:\n\n${bullets(found)}`;
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

/** The refusals in the code of a service, or of the parts that belong to no service, as their errors say them. */
export function refusalList(
  files: readonly SourceFile[],
  service: ServiceName | undefined,
  services: readonly ServiceName[],
): string {
  const own = service
    ? ownFiles(service, files)
    : files.filter((file) => !services.some((each) => ownFiles(each, [file]).length > 0));
  const texts = own
    .flatMap((file) => creationsOf(file, 'NotSimulated').map(({ arguments: [what] }) => textOf(file, what!)))
    // A text that is put together altogether says nothing here; the operations' own lists tell what can come of it.
    .filter((text) => text.replace(/‹[^›]*›/g, '').trim().length > 1 && !/^‹\w+› with ‹/.test(text));
  const unique = [...new Set(texts)].sort();
  return unique.length === 0 ? '' : `Refused besides: ${unique.map(code).join('; ')}.`;
}

/** The filters that describes of EC2 take, and those that AWS has and this refuses. */
export function filterTable(files: readonly SourceFile[]): string {
  const rows = ownFiles('ec2', files).flatMap((file) =>
    file.nodes.flatMap((node) => {
      if (node.type !== 'ObjectExpression') return [];
      const members = new Map(
        node.properties.flatMap((property) =>
          property.type === 'Property' && property.key.type === 'Identifier'
            ? [[property.key.name, property.value] as const]
            : [],
        ),
      );
      const [operation, values, unmodelled] = ['operation', 'values', 'unmodelled'].map((key) =>
        members.get(key),
      );
      if (!operation || !unmodelled || values?.type !== 'ObjectExpression') return [];
      const taken = values.properties.flatMap((property) => {
        if (property.type !== 'Property') return [];
        return property.key.type === 'Literal'
          ? [String(property.key.value)]
          : [(property.key as { name: string }).name];
      });
      return [[code(textOf(file, operation)), codes(taken.sort()), codes(namesIn(file, unmodelled))]];
    }),
  );
  return table(
    ['Describe', 'Filters', 'Refused'],
    rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
}

/** The operations of a service, as a simulator has them. */
export function operationsOf(service: ServiceName): Operations {
  const region = 'us-east-1';
  const sim = new Simulator({ seed: 0, startMs: 0, accountId: '000000000000', regions: { [region]: ['a'] } });
  const { autoscaling, ec2, elbv2, events, cloudwatch, kms, quotas, rds, sns, ssm, states, sts } =
    sim.region(region);
  const byName = {
    autoscaling,
    ec2,
    elasticloadbalancing: elbv2,
    events,
    iam: sim.iam,
    kms,
    monitoring: cloudwatch,
    rds,
    route53: sim.route53,
    s3: sim.s3,
    servicequotas: quotas,
    sns,
    ssm,
    states,
    sts,
  };
  return byName[service].operations;
}
