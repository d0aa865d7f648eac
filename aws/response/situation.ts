import { type Answer, type Refusal, sayRefusal } from '../../recovery/answer.ts';
import { alarmObservation } from '../../recovery/deciding/alarm.ts';
import type { LedgerState, Observation, Situation } from '../../recovery/deciding/observation.ts';
import { probeObservation } from '../../recovery/deciding/probe.ts';
import {
  type ActiveRecord,
  type IncidentRecord,
  ledgerKeys,
  type PauseRecord,
  type PeriodRecord,
} from '../../recovery/ledger.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import { type ReadinessRecord, unreadyOf } from '../../recovery/readiness/record.ts';
import { healthObservations, impairment } from '../../recovery/signals/health.ts';
import { vantagesOf } from '../../recovery/signals/probes.ts';
import { readAlarms } from '../alarms.ts';
import { gather, gatherEach } from '../gather.ts';
import type { LedgerEntry } from '../ledger.ts';
import { openProbes } from '../probes.ts';
import { type LastFailover, recoveredBy } from '../whereabouts.ts';
import type { ResponseContext } from './context.ts';
import { isUnstarted } from './incident.ts';
import type { KeptHealth } from './receive.ts';
import { watchTargets } from './targets.ts';
import { readTurns } from './turns.ts';

/** A situation, and the ledger's entries that it was made from, for what is written over them. */
export interface Seen {
  readonly situation: Situation;
  readonly incident: LedgerEntry | undefined;
  readonly period: LedgerEntry | undefined;
}

/** The ledger's entries of a plan's last failover, as they are read. */
export interface LastEntries {
  readonly active: Promise<Answer<LedgerEntry | undefined>>;
  readonly period: Promise<Answer<LedgerEntry | undefined>>;
}

/** Begins to read what the ledger says of a plan's last failover. */
export function readLast({ ledger }: ResponseContext, { plan }: Plan): LastEntries {
  return { active: ledger.read(ledgerKeys.active(plan)), period: ledger.read(ledgerKeys.period(plan)) };
}

/** A plan's last failover, or undefined where one of its entries could not be read. */
export async function lastOf(entries: LastEntries): Promise<LastFailover | undefined> {
  const read = await gather({ active: entries.active, period: entries.period });
  if (!read.ok) return undefined;
  const { active, period } = read.value;
  return {
    active: active?.value as ActiveRecord | undefined,
    period: period?.value as PeriodRecord | undefined,
  };
}

/** The primary's own alarms and target groups are read within this time, or not at all: they are extra votes. */
const primaryDeadlineSeconds = 3;

/** Looks at everything that a decision about a plan rests on, all at once. */
export async function lookAround(
  context: ResponseContext,
  plan: Plan,
  { active, period }: LastEntries,
): Promise<Seen> {
  const { access, ledger } = context;
  const { primary, recovery } = plan.regions;
  const now = context.now();
  const names = plan.trigger.signals.alarms;
  const [entries, turns, probes, near, far, targets] = await Promise.all([
    gatherEach([
      ['brake', ledger.read(ledgerKeys.brake)],
      ['pause', ledger.read(ledgerKeys.pause(plan.plan))],
      ['active', active],
      ['period', period],
      ['incident', ledger.read(ledgerKeys.incident(plan.plan))],
      ['health', ledger.read(ledgerKeys.health(plan.plan))],
      ['readiness', ledger.read(ledgerKeys.readiness(plan.plan))],
    ]),
    readTurns(context, plan),
    openProbes(access).samples(plan, now),
    readAlarms(access, recovery, names, 5),
    readAlarms(access, primary, names, primaryDeadlineSeconds),
    watchTargets(context, plan, primaryDeadlineSeconds),
  ]);
  const [unstarted, there] = entries.ok
    ? await Promise.all([
        readUnstarted(context, plan, entries.value),
        readWhere(context, plan, entries.value),
      ])
    : [entries, entries];
  const at = context.now();
  const kept = entries.ok ? (entries.value['health']?.value as KeptHealth | undefined) : undefined;
  const observations: Observation[] = [
    ...(probes.ok ? probesOf(plan, probes.value, at) : []),
    ...alarmsOf(recovery, near, at),
    ...alarmsOf(primary, far, at),
    ...targets.observations,
    ...healthObservations(plan, kept?.records ?? [], at),
  ];
  const impaired = impairment(plan, kept?.records ?? [], at);
  const answers = [entries, unstarted, there, turns, probes, near, far];
  const refusals = [...answers.filter((answer): answer is Refusal => !answer.ok), ...targets.refusals];
  return {
    situation: {
      now: at,
      observations,
      unread: [...new Set(refusals.map(sayRefusal))],
      // Who comes first is read from the ledger too: nobody starts early because it could not be seen.
      ledger:
        entries.ok && unstarted.ok && there.ok && turns.ok
          ? {
              ...ledgerState(entries.value),
              ...(unstarted.value && { isUnstarted: true }),
              ...(there.value !== undefined && { recoveredBy: there.value }),
            }
          : undefined,
      ...(turns.ok && { turns: turns.value }),
      ...(impaired && { recoveryRegionImpaired: impaired }),
      unready: entries.ok
        ? unreadyOf(entries.value['readiness']?.value as ReadinessRecord | undefined, plan, at)
        : [],
    },
    incident: entries.ok ? entries.value['incident'] : undefined,
    period: entries.ok ? entries.value['period'] : undefined,
  };
}

function readUnstarted(
  context: ResponseContext,
  plan: Plan,
  entries: Readonly<Record<string, LedgerEntry | undefined>>,
): Promise<Answer<boolean>> {
  const incident = (entries['incident']?.value as IncidentRecord | undefined)?.incident;
  return isUnstarted(context, plan, incident, entries['active']?.value as ActiveRecord | undefined);
}

function readWhere(
  { ledger }: ResponseContext,
  plan: Plan,
  entries: Readonly<Record<string, LedgerEntry | undefined>>,
): Promise<Answer<string | undefined>> {
  const active = entries['active']?.value as ActiveRecord | undefined;
  const period = entries['period']?.value as PeriodRecord | undefined;
  return recoveredBy(ledger, plan.plan, { active, period });
}

function probesOf(
  plan: Plan,
  samples: ReadonlyMap<string, readonly { readonly at: string; readonly value: number }[]>,
  now: string,
): readonly Observation[] {
  return vantagesOf(plan).map((from) => probeObservation(from, samples.get(from) ?? [], now));
}

function alarmsOf(
  region: string,
  answer: Awaited<ReturnType<typeof readAlarms>>,
  now: string,
): readonly Observation[] {
  if (!answer.ok) return [];
  return answer.value.map(({ name, state, since }) => alarmObservation(name, region, state, since, now));
}

function ledgerState(entries: Readonly<Record<string, LedgerEntry | undefined>>): LedgerState {
  const value = <T>(name: string) => entries[name]?.value as T | undefined;
  const brake = value<PauseRecord>('brake');
  const pause = value<PauseRecord>('pause');
  const active = value<ActiveRecord>('active');
  const period = value<PeriodRecord>('period');
  const incident = value<IncidentRecord>('incident')?.incident;
  return {
    ...(brake && !brake.liftedAt && { brake }),
    ...(pause && !pause.liftedAt && { pause }),
    ...(active && !active.releasedAt && { active }),
    ...(period && {
      period: {
        recovery: period.recovery,
        until: period.until,
        ...(period.acknowledged && { acknowledgedAt: period.acknowledged.at }),
      },
    }),
    ...(incident && { incident }),
  };
}
