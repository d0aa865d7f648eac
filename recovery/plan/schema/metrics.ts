/** Alarms of the primary Region that the stack makes itself, of what the workload measures there. */
import { defaults } from '../defaults.ts';
import { choice, duration, map, maybe, named, number, text } from '../fields.ts';
import * as patterns from '../patterns.ts';
import { name } from './names.ts';

const metricText = (title: string, description: string, noun: string, example: string) =>
  text(patterns.metricTextPattern, { title, description, noun, example });

const metric = map(
  {
    namespace: text(patterns.metricNamespacePattern, {
      title: 'Namespace',
      description: 'Of the metric.',
      noun: 'the namespace of a CloudWatch metric',
      example: 'AWS/ApplicationELB',
    }),
    metric: metricText('Metric', 'Its name.', 'the name of a CloudWatch metric', 'TargetResponseTime'),
    dimensions: maybe(
      named(
        text(patterns.dimensionNamePattern, {
          title: 'Dimension',
          description: 'Its name.',
          noun: 'the name of a dimension',
          example: 'LoadBalancer',
        }),
        metricText('Value', 'Its value.', 'the value of a dimension, as text', 'app/shop/50dc6c495c0c9188'),
        {
          title: 'Dimensions',
          description: 'All of them, as the metric has them.',
          noun: 'a map of dimensions, at least one',
          example: { LoadBalancer: 'app/shop/50dc6c495c0c9188' },
        },
      ),
    ),
    statistic: maybe(
      choice(['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'], {
        title: 'Statistic',
        description: 'What the samples of a period are made into.',
        otherwise: defaults.metricStatistic,
      }),
    ),
    period: maybe(
      duration('1m', '1h', {
        title: 'Period',
        description: 'Whole minutes.',
        example: '1m',
        otherwise: defaults.metricPeriod,
      }),
    ),
    above: maybe(number({ title: 'Above', description: 'Two periods above this are down.', example: 50 })),
    below: maybe(number({ title: 'Below', description: 'Two periods below this are down.', example: 1 })),
    anomaly: maybe(
      choice(['above', 'below', 'either'], {
        title: 'Anomaly',
        description: 'Three periods outside of what CloudWatch expects, on this side, are down.',
      }),
    ),
  },
  {
    title: 'Metric',
    description: 'What is measured, and when it says down: one of above, below and anomaly.',
    noun: 'a map with namespace and metric',
    example: {
      namespace: 'AWS/ApplicationELB',
      metric: 'HTTPCode_ELB_5XX_Count',
      statistic: 'Sum',
      above: 50,
    },
  },
);

export const metrics = named(name('a metric', 'latency'), metric, {
  title: 'Metrics',
  description:
    'The stack makes an alarm of each in the primary Region, which votes like those under alarms; all of them look from there, and are one place.',
  noun: 'a map of metrics by name, at least one',
  example: { latency: { namespace: 'AWS/ApplicationELB', metric: 'TargetResponseTime', anomaly: 'above' } },
});
