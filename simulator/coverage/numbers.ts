import defaults from '../defaults.json' with { type: 'json' };
import type { Distribution } from '../draws.ts';
import { code, codes, table } from './markdown.ts';
import type { SourceFile } from './source.ts';

interface Entry<T> {
  readonly path: string;
  readonly value: T;
  /** Its own, or that of what it is part of. */
  readonly basis: string;
}

/** The distributions that something draws from, with what they rest on. */
export function distributionTable(files: readonly SourceFile[]): string {
  const all = entries((node): node is Distribution => 'dist' in node);
  const isDrawn = ({ path }: Entry<Distribution>) => literalsOf(files).has(path);
  const rows = all
    .filter(isDrawn)
    .map(({ path, value, basis }) => [code(path), shapeOf(value), describe(value), basis]);
  const unused = all.filter((entry) => !isDrawn(entry)).map(({ path }) => path);
  const rest = `In the file, but drawn by nothing yet: ${codes(unused)}.`;
  return [table(['Name', 'Shape', 'Seconds', 'Basis'], rows), ...(unused.length > 0 ? [rest] : [])].join(
    '\n\n',
  );
}

function shapeOf({ dist }: Distribution): string {
  return dist === 'lognormal' ? 'log-normal' : dist;
}

function describe(shape: Distribution): string {
  if (shape.dist === 'uniform') return `${shape.min} to ${shape.max}`;
  if (shape.dist === 'triangular') return `${shape.min} to ${shape.max}, most often ${shape.mode}`;
  const parts = [`median ${shape.p50}`];
  if (shape.p95 !== undefined) parts.push(`95 % ${shape.p95}`);
  if (shape.p99 !== undefined) parts.push(`99 % ${shape.p99}`);
  if (shape.max !== undefined) parts.push(`at most ${shape.max}`);
  return parts.join(', ');
}

/** What happens by chance, with its probability. */
const chances: readonly (readonly [path: string, what: string])[] = [
  ['ec2.failedLaunch.probability', 'a launch or start that EC2 accepted comes to nothing'],
  [
    'ec2.capacityErrors.normal.InsufficientInstanceCapacity',
    'a launch or start finds no capacity, on an ordinary day',
  ],
  [
    'ec2.capacityErrors.regionalEvacuation.InsufficientInstanceCapacity',
    'the same, while everybody evacuates into the Region',
  ],
  [
    'ec2.capacityErrors.regionalEvacuation.RequestLimitExceeded',
    'a changing call is throttled beyond the own limits, in an evacuation',
  ],
  ['ebs.nvmeEnumerationShuffleProbability', 'data volumes get other NVMe names at a boot'],
  ['eventbridge.duplicateProbability', 'EventBridge delivers an event twice'],
  ['health.duplicateProbability', 'AWS Health sends an event twice'],
  ['rds.event.lossProbability', 'an event of an RDS instance never comes'],
  ['route53.controlPlaneDown.hangShare', 'a call hangs instead of failing, while the control plane is down'],
  ['route53.clientTtlTail.honourTtl', 'a client of the world at large keeps to the TTL'],
  ['s3.raceAnswersConflict.probability', 'the loser of a race of conditional writes gets 409 instead of 412'],
];

/** The chances that are no distribution. */
export function chanceTable(): string {
  return table(
    ['Name', 'Probability', 'What it decides'],
    chances.map(([path, what]) => [code(path), String(numberAt(path)), what]),
  );
}

function numberAt(path: string): number {
  const found = path
    .split('.')
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], defaults);
  if (typeof found !== 'number') throw new Error(`simulator/defaults.json has no number at ${path}`);
  return found;
}

interface Bucket {
  readonly bucket: number;
  readonly refill: number;
}

/** The token buckets that requests are counted by, those of operations that are modelled. */
export function bucketTable(files: readonly SourceFile[]): string {
  const spoken = namesOf(files);
  const rows = entries((node): node is Bucket => 'bucket' in node && 'refill' in node && 'refill' in node)
    .filter(({ value }) => typeof value.refill === 'number')
    .filter(({ path }) => path.split('.').every((key) => spoken.has(key)))
    .map(({ path, value, basis }) => [code(path), String(value.bucket), String(value.refill), basis]);
  return table(['Name', 'Bucket', 'Refill a second', 'Basis'], rows);
}

/** The parts of `defaults.json` of one kind. */
function entries<T extends object>(is: (node: object) => node is T): readonly Entry<T>[] {
  const found: Entry<T>[] = [];
  const visit = (node: object, path: readonly string[], inherited: string): void => {
    const own = 'basis' in node ? String(node.basis) : inherited;
    if (is(node)) {
      found.push({ path: path.join('.'), value: node, basis: own });
      return;
    }
    for (const [key, child] of Object.entries(node)) {
      if (typeof child === 'object' && child !== null && key !== '_meta') visit(child, [...path, key], own);
    }
  };
  visit(defaults, [], '—');
  return found;
}

function literalsOf(files: readonly SourceFile[]): ReadonlySet<string> {
  return new Set(
    files.flatMap(({ nodes }) =>
      nodes.flatMap((node) =>
        node.type === 'Literal' && typeof node.value === 'string' ? [node.value] : [],
      ),
    ),
  );
}

/** Every word that the code uses, as a name or as a text. */
function namesOf(files: readonly SourceFile[]): ReadonlySet<string> {
  const names = new Set(literalsOf(files));
  for (const { nodes } of files) {
    for (const node of nodes) {
      if (node.type === 'Identifier') names.add(node.name);
      if (node.type === 'MemberExpression' && node.property.type === 'Identifier')
        names.add(node.property.name);
      const properties =
        node.type === 'ObjectPattern' || node.type === 'ObjectExpression' ? node.properties : [];
      for (const property of properties) {
        if (property.type === 'Property' && property.key.type === 'Identifier') names.add(property.key.name);
      }
    }
  }
  return names;
}
