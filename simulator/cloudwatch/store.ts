import type { Clock } from '../clock.ts';
import defaults from '../defaults.json' with { type: 'json' };
import { NotSimulated } from '../errors.ts';
import {
  type Metric,
  type MetricLister,
  type MetricProvider,
  metricKey,
  type Sample,
  singleSample,
} from './metric.ts';
import { computeStatistic } from './statistics.ts';

const minuteMs = 60_000;

interface Provided {
  readonly read: MetricProvider;
  readonly list: MetricLister | undefined;
}

interface Series {
  readonly metric: Metric;
  /** By minute: bands and long periods read many. */
  readonly minutes: Map<number, Sample[]>;
}

/** Which numbers of a metric are asked for. */
export interface Query {
  readonly metric: Metric;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly unit: string | undefined;
}

/** Where the samples of one metric come from. */
interface Source {
  readonly provided: Provided | undefined;
  readonly minutes: Series['minutes'] | undefined;
}

/** One period's value of a metric. */
export interface Point {
  readonly startMs: number;
  readonly value: number;
}

/** All metrics of one Region: what was put, and what other services measure of themselves. */
export class MetricStore {
  readonly #clock: Clock;
  readonly #put = new Map<string, Series>();
  readonly #provided = new Map<string, Provided>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  addProvider(namespace: string, name: string, read: MetricProvider, list?: MetricLister): void {
    this.#provided.set(`${namespace}\n${name}`, { read, list });
  }

  put(metric: Metric, sample: Sample): void {
    const key = metricKey(metric);
    const series = this.#put.get(key) ?? { metric, minutes: new Map<number, Sample[]>() };
    const minute = Math.floor(sample.atMs / minuteMs);
    series.minutes.set(minute, [...(series.minutes.get(minute) ?? []), sample]);
    this.#put.set(key, series);
  }

  /** Every metric that was put or that a provider lists. */
  metrics(): Metric[] {
    const provided = [...this.#provided].flatMap(([key, { list }]) => {
      const [namespace = '', name = ''] = key.split('\n');
      return (list?.() ?? []).map((dimensions) => ({ namespace, name, dimensions }));
    });
    return [...[...this.#put.values()].map(({ metric }) => metric), ...provided];
  }

  /**
   * A statistic of so many periods from `startMs` on, of what can be read now; undefined where there is no data. Samples of
   * another unit than the one asked for do not count.
   * @throws NotSimulated where a unit is asked of a metric that a service measures: units of those are not kept
   */
  values(query: Query, startMs: number, count: number): (number | undefined)[] {
    const source = this.#sourceOf(query);
    const periodMs = query.periodSeconds * 1000;
    return Array.from({ length: count }, (_, index) => {
      const fromMs = startMs + index * periodMs;
      const samples = this.#samples(source, query, fromMs, fromMs + periodMs);
      return samples.length === 0 ? undefined : computeStatistic(query.statistic, samples);
    });
  }

  #sourceOf({ metric, unit }: Query): Source {
    const provided = this.#provided.get(`${metric.namespace}\n${metric.name}`);
    if (provided && unit !== undefined)
      throw new NotSimulated(`the unit of ${metric.namespace} ${metric.name}`);
    return { provided, minutes: this.#put.get(metricKey(metric))?.minutes };
  }

  #samples({ provided, minutes }: Source, { metric, unit }: Query, startMs: number, endMs: number): Sample[] {
    const nowMs = this.#clock.nowMs();
    const samples = provided ? measured(provided, metric, startMs, endMs, nowMs) : [];
    if (!minutes) return samples;
    for (let minute = Math.floor(startMs / minuteMs); minute * minuteMs < endMs; minute++) {
      const readable = (minutes.get(minute) ?? []).filter(
        (sample) =>
          sample.atMs >= startMs &&
          sample.atMs < endMs &&
          sample.readableAtMs <= nowMs &&
          (unit === undefined || sample.unit === unit),
      );
      samples.push(...readable);
    }
    return samples;
  }
}

/** A service's own metric has one sample a minute, readable some time after the minute's end. */
function measured(
  provided: Provided,
  { dimensions }: Metric,
  startMs: number,
  endMs: number,
  nowMs: number,
): Sample[] {
  const lagMs = defaults.cloudwatch.serviceMetricLag.value * 1000;
  const samples: Sample[] = [];
  for (let atMs = Math.ceil(startMs / minuteMs) * minuteMs; atMs < endMs; atMs += minuteMs) {
    const readableAtMs = atMs + minuteMs + lagMs;
    if (readableAtMs > nowMs) break;
    const value = provided.read(dimensions, atMs);
    if (value !== undefined) samples.push(singleSample(atMs, readableAtMs, value));
  }
  return samples;
}
