import type { Dimension } from '@aws-sdk/client-cloudwatch';

/** Dimensions by name. */
export type Dimensions = Readonly<Record<string, string>>;

/** One metric: CloudWatch tells metrics apart by namespace, name and the whole set of dimensions. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
}

/** What was measured in one instant: single values with how often each occurred, or a set of statistics. */
export interface Sample {
  readonly atMs: number;
  /** From when on it can be read. */
  readonly readableAtMs: number;
  readonly values: readonly { readonly value: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string | undefined;
}

/**
 * The value of a metric in the minute that begins at `periodStartMs`, or undefined where there is none. It must not depend
 * on when it is asked: reads, alarms and bands ask for the same minute more than once, and for minutes before the start.
 */
export type MetricProvider = (dimensions: Dimensions, periodStartMs: number) => number | undefined;

/** The sets of dimensions that a provider has metrics for, for ListMetrics. */
export type MetricLister = () => readonly Dimensions[];

export function readDimensions(dimensions: readonly Dimension[] = []): Dimensions {
  const entries = dimensions.map(({ Name, Value }): [string, string] => [Name ?? '', Value ?? '']);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function dimensionList(dimensions: Dimensions): Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

export function metricKey({ namespace, name, dimensions }: Metric): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

/** A sample of one value. */
export function singleSample(atMs: number, readableAtMs: number, value: number, unit?: string): Sample {
  return {
    atMs,
    readableAtMs,
    values: [{ value, count: 1 }],
    sum: value,
    count: 1,
    minimum: value,
    maximum: value,
    unit,
  };
}
