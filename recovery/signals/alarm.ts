import * as v from 'valibot';
import type { Instant } from '../terms.ts';
import type { Envelope, Unread } from './envelope.ts';
import { instant, objectInText, objects, text } from './lenient.ts';

/** A CloudWatch alarm went into another state (CloudWatch User Guide, "Alarm events and EventBridge"). */
export interface AlarmEvent {
  readonly kind: 'alarm';
  readonly alarm: string;
  readonly type: 'metric' | 'anomaly' | 'composite';
  /** Where the alarm is: forwarded events keep it. */
  readonly region?: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly previousState?: string;
  readonly at?: Instant;
  readonly reason?: string;
  /** What the alarm looked at; an anomaly alarm has lists of thresholds here and no `threshold`. */
  readonly reasonData?: Readonly<Record<string, unknown>>;
}

const states = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
const state = v.object({
  value: v.picklist(states),
  timestamp: v.optional(instant),
  reason: text,
  reasonData: objectInText,
});
const schema = v.object({
  alarmName: v.pipe(v.string(), v.nonEmpty()),
  state,
  previousState: v.optional(v.object({ value: text })),
  configuration: v.optional(v.object({ alarmRule: text, metrics: objects })),
});

/** Reads an alarm's change of state. The state is to be read again before it counts: events come late, and more than once. */
export function readAlarm({ detail, region, sentAt }: Envelope): AlarmEvent | Unread {
  const result = v.safeParse(schema, detail);
  if (!result.success)
    return { kind: 'other', why: 'a change of an alarm that tells neither its name nor its state' };
  const { alarmName, state: now, previousState, configuration } = result.output;
  const at = now.timestamp ?? sentAt;
  return {
    kind: 'alarm',
    alarm: alarmName,
    type: typeOf(configuration),
    ...(region !== undefined && { region }),
    state: now.value,
    ...(previousState?.value !== undefined && { previousState: previousState.value }),
    ...(at !== undefined && { at }),
    ...(now.reason !== undefined && { reason: now.reason }),
    ...(now.reasonData !== undefined && { reasonData: now.reasonData }),
  };
}

type Configuration = v.InferOutput<typeof schema>['configuration'];

function typeOf(configuration: Configuration): AlarmEvent['type'] {
  if (configuration?.alarmRule !== undefined) return 'composite';
  const expressions = (configuration?.metrics ?? []).map(({ expression }) => expression);
  const bands = expressions.some(
    (given) => typeof given === 'string' && given.startsWith('ANOMALY_DETECTION_BAND'),
  );
  return bands ? 'anomaly' : 'metric';
}
