import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { startMoto } from './moto.ts';
import { until } from './scenarios/scenario.ts';

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

test('a process whose server does not start ends with its last words, and waits for nothing', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { startMoto } = await import('./moto.ts');
       await startMoto({ invoke: async () => null, program: 'there-is-none.py' }).catch(({ message }) => {
         process.exitCode = 3;
         process.stderr.write(message);
       });`,
    ],
    { cwd: import.meta.dirname, encoding: 'utf8', timeout: 20_000 },
  );
  assert.equal(status, 3, stderr);
  assert.match(stderr, /^moto ended with 2: .*there-is-none/);
});

test('whoever speaks to moto from a test knows no configuration of AWS that this machine may have', () => {
  const script =
    "await import('./moto.ts'); console.log(process.env.AWS_CONFIG_FILE, process.env.AWS_PROFILE);";
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    env: { ...process.env, AWS_PROFILE: 'somebody', AWS_CONFIG_FILE: 'of-somebody' },
  });
  assert.equal(stdout, '/dev/null undefined\n');
});

test('the server ends with the process that started it, however that one ends', async () => {
  const script = `
    const { startMoto } = await import('./moto.ts');
    console.log((await startMoto({ invoke: async () => null })).url);`;
  const interrupted = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(interrupted.stdout, 'data')) as [Buffer];
  interrupted.kill('SIGKILL');
  const asked = () =>
    fetch(String(url).trim()).then(
      () => undefined,
      () => 'nobody listens',
    );
  await until('the end of the server', asked, 10);
});
