import { isIPv4, isIPv6 } from 'node:net';
import { isDomainName } from './names.ts';
import type { RecordSet, RecordType } from './state.ts';

/**
 * What Route 53 objects to in the values of one record set, as messages of `InvalidChangeBatch`.
 * (Messages as observed in public reports; formats from the Developer Guide, Supported DNS record types.)
 */
export function valueProblems(record: RecordSet): readonly string[] {
  if (record.data.kind === 'alias') return [];
  const { values } = record.data;
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const value of values) {
    const problem = valueProblem(record.type, value);
    if (problem)
      problems.push(`Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${value}''`);
    if (seen.has(value)) problems.push(`Duplicate Resource Record: '${value}'`);
    seen.add(value);
  }
  if (values.length > 1 && (record.type === 'CNAME' || record.type === 'SOA'))
    problems.push(invalidSet(record));
  return problems;
}

/** What Route 53 says of a set that cannot be, such as a CNAME with two values or one that a batch writes twice. */
export function invalidSet(record: Pick<RecordSet, 'name' | 'type'>): string {
  return `The request contains an invalid set of changes for a resource record set '${record.type} ${record.name}'`;
}

function valueProblem(type: RecordType, value: string): string | undefined {
  switch (type) {
    case 'A':
      return isIPv4(value) ? undefined : 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)';
    case 'AAAA':
      return isIPv6(value) ? undefined : 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)';
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return isDomainName(value) ? undefined : 'DomainLabelIllegal (Value is not a valid domain name)';
    case 'TXT':
      return textProblem(value);
    case 'MX':
      return matches(
        value,
        /^\d{1,5} (\S+)$/,
        'MXRRDATAIllegal (Value must be a priority and a domain name)',
      );
    case 'SRV':
      return matches(
        value,
        /^\d{1,5} \d{1,5} \d{1,5} (\S+)$/,
        'SRVRRDATAIllegal (Value must be four fields)',
      );
    case 'CAA':
      return /^\d{1,3} [a-z0-9]+ ".*"$/.test(value)
        ? undefined
        : 'CAARRDATAIllegal (Value is not a valid CAA record)';
    case 'SOA':
      return matches(value, /^(\S+) \S+( \d+){5}$/, 'SOARRDATAIllegal (Value must be seven fields)');
    default:
      return unreachable(type);
  }
}

function matches(value: string, shape: RegExp, problem: string): string | undefined {
  const host = shape.exec(value)?.[1];
  return host !== undefined && isDomainName(host) ? undefined : problem;
}

function textProblem(value: string): string | undefined {
  const strings = /^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/.test(value)
    ? value.match(/"(?:[^"\\]|\\.)*"/g)
    : null;
  if (!strings) return 'InvalidCharacterString (Value should be enclosed in quotation marks)';
  if (strings.some((one) => one.length - 2 > 255)) return 'CharacterStringTooLong (Value is too long)';
  return undefined;
}

function unreachable(type: never): never {
  throw new Error(`unknown record type ${String(type)}`);
}
