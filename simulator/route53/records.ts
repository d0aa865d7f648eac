import type {
  ListResourceRecordSetsCommandInput,
  ListResourceRecordSetsCommandOutput,
  TestDNSAnswerCommandInput,
  TestDNSAnswerCommandOutput,
} from '@aws-sdk/client-route-53';
import { NotSimulated } from '../errors.ts';
import type { Call, Operations } from '../service.ts';
import type { Answers } from './answers.ts';
import { canonicalName, compareNames, isWithin } from './names.ts';
import { invalidInput, toResourceRecordSet } from './shapes.ts';
import { type RecordSet, recordTypes, setIdentifierOf } from './state.ts';
import { pageOf, type Zones } from './zones.ts';

type Output<T> = Omit<T, '$metadata'>;

/** ListResourceRecordSets, which shows accepted changes at once, and TestDNSAnswer, which shows what is in sync. */
export function recordOperations(zones: Zones, answers: Answers): Operations {
  return {
    ListResourceRecordSets(
      input: ListResourceRecordSetsCommandInput,
    ): Output<ListResourceRecordSetsCommandOutput> {
      const zone = zones.get(input.HostedZoneId);
      const { StartRecordName: name, StartRecordType: type, StartRecordIdentifier: identifier } = input;
      if (type !== undefined && name === undefined)
        throw invalidInput('StartRecordType may be given only together with StartRecordName');
      if (identifier !== undefined && type === undefined) {
        throw invalidInput(
          'StartRecordIdentifier may be given only together with StartRecordName and StartRecordType',
        );
      }
      const from =
        name === undefined
          ? undefined
          : { name: canonicalName(name), type: type ?? '', identifier: identifier ?? '' };
      const all = [...zone.records.values()].toSorted((a, b) => compareSets(positionOf(a), positionOf(b)));
      const rest = from === undefined ? all : all.filter((set) => compareSets(positionOf(set), from) >= 0);
      const { page, next, size } = pageOf(rest, input.MaxItems, 300);
      return {
        ResourceRecordSets: page.map(toResourceRecordSet),
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : nextOf(next)),
        MaxItems: size,
      };
    },
    TestDNSAnswer(input: TestDNSAnswerCommandInput, call: Call): Output<TestDNSAnswerCommandOutput> {
      const zone = zones.get(input.HostedZoneId);
      if (zone.privateZone) throw invalidInput('TestDNSAnswer supports public hosted zones only.');
      if (input.ResolverIP || input.EDNS0ClientSubnetIP)
        throw new NotSimulated('route53:TestDNSAnswer from another resolver');
      const name = canonicalName(input.RecordName ?? '');
      const type = recordTypes.find((known) => known === input.RecordType);
      if (!type) throw new NotSimulated(`route53:TestDNSAnswer for the type ${input.RecordType}`);
      if (!isWithin(name, zone.name)) throw invalidInput(`${name} is not in zone ${zone.name}`);
      const { exists, records } = answers.ask(name, type, { id: `TestDNSAnswer/${call.caller.accessKeyId}` });
      return {
        Nameserver: zone.nameServers[0]?.replace(/\.$/, ''),
        RecordName: name,
        RecordType: type,
        RecordData: records.map((record) => record.value),
        ResponseCode: exists ? 'NOERROR' : 'NXDOMAIN',
        Protocol: 'UDP',
      };
    },
  };
}

interface Position {
  readonly name: string;
  readonly type: string;
  readonly identifier: string;
}

function positionOf(set: RecordSet): Position {
  return { name: set.name, type: set.type, identifier: setIdentifierOf(set.routing) ?? '' };
}

function compareSets(a: Position, b: Position): number {
  return (
    compareNames(a.name, b.name) || compareText(a.type, b.type) || compareText(a.identifier, b.identifier)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function nextOf(
  set: RecordSet,
): Pick<ListResourceRecordSetsCommandOutput, 'NextRecordName' | 'NextRecordType' | 'NextRecordIdentifier'> {
  const identifier = setIdentifierOf(set.routing);
  return {
    NextRecordName: set.name,
    NextRecordType: set.type,
    ...(identifier === undefined ? {} : { NextRecordIdentifier: identifier }),
  };
}
