import type { Clock } from '../clock.ts';
import defaults from '../defaults.json' with { type: 'json' };
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
   * A statistic of one period, of what can be read now; undefined without data. Samples of another unit than the one asked
   * for do not count.
   */
  valueOf(
    metric: Metric,
    statistic: string,
    startMs: number,
    periodSeconds: number,
    unit?: string,
  ): number | undefined {
    const samples = this.#samples(metric, startMs, startMs + periodSeconds * 1000).filter(
      (sample) => unit === undefined || sample.unit === unit,
    );
    return samples.length === 0 ? undefined : computeStatistic(statistic, samples);
  }

  #samples(metric: Metric, startMs: number, endMs: number): Sample[] {
    const nowMs = this.#clock.nowMs();
    const samples = this.#measured(metric, startMs, endMs, nowMs);
    const minutes = this.#put.get(metricKey(metric))?.minutes;
    if (!minutes) return samples;
    for (let minute = Math.floor(startMs / minuteMs); minute * minuteMs < endMs; minute++) {
      const readable = (minutes.get(minute) ?? []).filter(
        ({ atMs, readableAtMs }) => atMs >= startMs && atMs < endMs && readableAtMs <= nowMs,
      );
      samples.push(...readable);
    }
    return samples;
  }

  /** A service's own metric has one sample a minute, readable some time after the minute's end. */
  #measured(
    { namespace, name, dimensions }: Metric,
    startMs: number,
    endMs: number,
    nowMs: number,
  ): Sample[] {
    const provider = this.#provided.get(`${namespace}\n${name}`);
    if (!provider) return [];
    const lagMs = defaults.cloudwatch.serviceMetricLag.value * 1000;
    const samples: Sample[] = [];
    for (let atMs = Math.ceil(startMs / minuteMs) * minuteMs; atMs < endMs; atMs += minuteMs) {
      const readableAtMs = atMs + minuteMs + lagMs;
      if (readableAtMs > nowMs) break;
      const value = provider.read(dimensions, atMs);
      if (value !== undefined) samples.push(singleSample(atMs, readableAtMs, value));
    }
    return samples;
  }
}
