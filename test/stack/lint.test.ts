import assert from 'node:assert/strict';
import test from 'node:test';
import { type PackagedTemplate, packagedTemplates } from '../../stack/template.ts';
import { unspecified } from './specified.ts';

const { recovery, witness } = await packagedTemplates();

test('each resource of both templates is of a type that AWS has, with properties that it takes and all that it wants', () => {
  assert.deepEqual(unspecified(recovery), []);
  assert.deepEqual(unspecified(witness), []);
});

test('the specification finds a slip wherever one is made', () => {
  const slipped = (change: (template: Record<string, Record<string, unknown>>) => void) => {
    const copy = structuredClone(recovery) as PackagedTemplate;
    change(copy.Resources as never);
    return unspecified(copy);
  };
  const propertiesOf = (resource: unknown) =>
    (resource as { Properties: Record<string, Record<string, unknown>> }).Properties;
  assert.deepEqual(
    slipped((resources) => {
      resources['DeadLetters']!['Type'] = 'AWS::SQS::Que';
    }),
    ['DeadLetters: there is no type AWS::SQS::Que'],
  );
  assert.deepEqual(
    slipped((resources) => {
      propertiesOf(resources['ProbeSchedule'])['Target']!['RetryPolicies'] = {};
      delete propertiesOf(resources['ProbeSchedule'])['FlexibleTimeWindow'];
    }),
    ['ProbeSchedule: FlexibleTimeWindow is required', 'ProbeSchedule/Target: there is no RetryPolicies'],
  );
  assert.deepEqual(
    slipped((resources) => {
      propertiesOf(resources['ProbeLambdaFunction'])['MemorySize'] = '512' as never;
    }),
    ['ProbeLambdaFunction/MemorySize: "512" is no number'],
  );
});
