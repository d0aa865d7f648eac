import type {
  ChangeInfo,
  ChangeResourceRecordSetsCommandInput,
  ChangeResourceRecordSetsCommandOutput,
  GetChangeCommandInput,
  GetChangeCommandOutput,
} from '@aws-sdk/client-route-53';
import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import type { Call, Operations } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { applyBatch } from './batch.ts';
import { invalidInput, type ParsedChange, parseChange } from './shapes.ts';
import type { AcceptedChange, Alias, HostedZone, RecordBook, RecordType } from './state.ts';
import type { Zones } from './zones.ts';

type Output<T> = Omit<T, '$metadata'>;

const { recordsPerBatch, charsPerBatch } = defaults.route53.limits;

/**
 * The changes that Route 53 accepted. A change takes effect for answers at one instant, drawn when it is accepted
 * (`route53.changeInsync`), which is also when GetChange begins to say `INSYNC`: the spread between the single name
 * servers before that is not modelled. Changes of one zone arrive in the order in which they were accepted.
 */
export class Changes {
  readonly #sim: Simulator;
  readonly #byId = new Map<string, AcceptedChange>();

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  /** Takes a new book into a zone and says when it will be answered from. */
  accept(zone: HostedZone, records: RecordBook, call: Call, comment?: string): AcceptedChange {
    const { clock, draws } = this.#sim;
    const nowMs = clock.nowMs();
    const id = draws.id('C', `${zone.id}/${call.caller.accessKeyId}`, 20).toUpperCase();
    const insyncAtMs = Math.max(zone.insyncAtMs, nowMs + draws.sample('route53.changeInsync', id) * 1000);
    const change: AcceptedChange = {
      id,
      submittedAtMs: nowMs,
      insyncAtMs,
      ...(comment === undefined ? {} : { comment }),
    };
    zone.records = records;
    zone.insyncAtMs = insyncAtMs;
    zone.busyUntilMs = nowMs + draws.sample('route53.zoneBusy', id) * 1000;
    clock.at(insyncAtMs, () => {
      zone.served = records;
    });
    this.#byId.set(id, change);
    return change;
  }

  /** @throws AwsError NoSuchChange */
  get(givenId: string | undefined): AcceptedChange {
    const id = (givenId ?? '').replace(/^\/?change\//, '');
    const change = this.#byId.get(id);
    if (!change) throw new AwsError('NoSuchChange', `Could not find resource with ID: ${id}`, 404);
    return change;
  }

  describe(change: AcceptedChange): ChangeInfo {
    return {
      Id: `/change/${change.id}`,
      Status: this.#sim.clock.nowMs() >= change.insyncAtMs ? 'INSYNC' : 'PENDING',
      SubmittedAt: new Date(change.submittedAtMs),
      ...(change.comment === undefined ? {} : { Comment: change.comment }),
    };
  }
}

/** What a batch must be checked against outside its own zone. */
export interface ChangeContext {
  readonly sim: Simulator;
  readonly zones: Zones;
  readonly changes: Changes;
  aliasProblem(alias: Alias, type: RecordType): string | undefined;
  hasHealthCheck(id: string): boolean;
}

/** ChangeResourceRecordSets and GetChange. */
export function changeOperations(context: ChangeContext): Operations {
  const { sim, zones, changes } = context;
  return {
    ChangeResourceRecordSets(
      input: ChangeResourceRecordSetsCommandInput,
      call: Call,
    ): Output<ChangeResourceRecordSetsCommandOutput> {
      const zone = zones.get(input.HostedZoneId);
      const given = input.ChangeBatch?.Changes ?? [];
      if (given.length === 0) {
        throw invalidInput(
          "1 validation error detected: Value '[]' at 'changeBatch.changes' failed to satisfy constraint: Member must have length greater than or equal to 1",
        );
      }
      const parsed = given.map((change, index) => parseChange(change, index + 1));
      checkSize(parsed);
      for (const { action, record } of parsed) {
        if (
          action === 'DELETE' ||
          record.healthCheckId === undefined ||
          context.hasHealthCheck(record.healthCheckId)
        )
          continue;
        throw new AwsError(
          'NoSuchHealthCheck',
          `A health check with id ${record.healthCheckId} does not exist.`,
          404,
        );
      }
      if (sim.clock.nowMs() < zone.busyUntilMs) {
        throw new AwsError(
          'PriorRequestNotComplete',
          'The request was rejected because Route 53 was still processing a prior request.',
        );
      }
      const result = applyBatch({ zone, aliasProblem: context.aliasProblem }, zone.records, parsed);
      if (!result.ok) throw invalidChangeBatch(result.problems);
      return {
        ChangeInfo: changes.describe(changes.accept(zone, result.records, call, input.ChangeBatch?.Comment)),
      };
    },
    GetChange(input: GetChangeCommandInput): Output<GetChangeCommandOutput> {
      return { ChangeInfo: changes.describe(changes.get(input.Id)) };
    },
  };
}

/** Developer Guide, quotas on ChangeResourceRecordSets: both limits count an UPSERT twice. */
function checkSize(changes: readonly ParsedChange[]): void {
  let records = 0;
  let characters = 0;
  for (const { action, record } of changes) {
    const times = action === 'UPSERT' ? 2 : 1;
    const values = record.data.kind === 'values' ? record.data.values : [];
    records += times * Math.max(1, values.length);
    characters += times * values.reduce((sum, value) => sum + value.length, 0);
  }
  if (records > recordsPerBatch)
    throw invalidChangeBatch([`Number of records limit of ${recordsPerBatch} exceeded.`]);
  if (characters > charsPerBatch)
    throw invalidChangeBatch([`Number of characters limit of ${charsPerBatch} exceeded.`]);
}

function invalidChangeBatch(problems: readonly string[]): AwsError {
  return new AwsError('InvalidChangeBatch', `[${problems.join(', ')}]`, 400, { messages: problems });
}
