import assert from 'node:assert/strict';
import test from 'node:test';
import { defaultProvider } from '../../aws/role-credentials.ts';

const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

test("a function's credentials are those of its environment, and their absence is said by name", async (t) => {
  const before = names.map((name) => [name, process.env[name]] as const);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  for (const name of names) delete process.env[name];
  await assert.rejects(defaultProvider()(), /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set/);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'ASIAX', AWS_SECRET_ACCESS_KEY: 'secret' });
  assert.deepEqual(await defaultProvider()(), { accessKeyId: 'ASIAX', secretAccessKey: 'secret' });
  process.env['AWS_SESSION_TOKEN'] = 'token';
  assert.equal((await defaultProvider()()).sessionToken, 'token');
});
