import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { startMoto } from './moto.ts';

test('a state machine of moto invokes a function of ours and ends with its answer', async (t) => {
  const moto = await startMoto({ invoke: async (name, event) => ({ name, event }) });
  t.after(() => moto.stop());
  const client = new SFNClient({
    endpoint: moto.url,
    region: 'ap-northeast-1',
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  });
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({
      name: 'one',
      roleArn: 'arn:aws:iam::123456789012:role/machine',
      definition: JSON.stringify({
        StartAt: 'Ask',
        States: {
          Ask: {
            Type: 'Task',
            Resource: 'arn:aws:lambda:ap-northeast-1:123456789012:function:asked:3',
            End: true,
          },
        },
      }),
    }),
  );
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name: 'first', input: '{"a":1}' }),
  );
  let execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  while (execution.status === 'RUNNING')
    execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  assert.deepEqual(JSON.parse(execution.output ?? ''), { name: 'asked', event: { a: 1 } });
});
