import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { type PackagedTemplate, packagedTemplate } from '../../stack/template.ts';

test('two cold runs at once under a hostile environment make one and the same template, and the third reads it', async (t) => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'lifeboat-template-'));
  const hostile = {
    HOME: '/proc/nowhere',
    AWS_PROFILE: 'nobody',
    AWS_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: '/proc/nowhere',
    HTTPS_PROXY: 'http://127.0.0.1:1',
    NODE_OPTIONS: '--require=/proc/nowhere',
  };
  const before = { ...process.env };
  t.after(() => {
    for (const name of Object.keys(hostile)) delete process.env[name];
    Object.assign(process.env, before);
    rmSync(cacheDir, { recursive: true, force: true });
  });
  Object.assign(process.env, hostile);
  const [one, two] = await Promise.all([packagedTemplate({ cacheDir }), packagedTemplate({ cacheDir })]);
  const apart = (packaged: PackagedTemplate) => JSON.stringify(packaged).replaceAll(/"S3Key":"[^"]*"/g, '');
  assert.equal(apart(one), apart(two));
  assert.equal(apart(one), apart(await packagedTemplate()));
  const [kept, ...others] = readdirSync(cacheDir).filter((file) => file.startsWith('template-'));
  assert.deepEqual(others, []);
  assert.deepEqual(
    readdirSync(cacheDir).filter((file) => file.startsWith('packaging-')),
    [],
  );
  const text = readFileSync(join(cacheDir, kept ?? ''), 'utf8');
  assert.deepEqual(await packagedTemplate({ cacheDir }), JSON.parse(text));
});
