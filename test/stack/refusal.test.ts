/** What a team has to mend is said before anything is packaged, in a repository of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { cacheDirectory, root } from '../../stack/places.ts';

mkdirSync(join(root, cacheDirectory), { recursive: true });
const repository = mkdtempSync(join(root, cacheDirectory, 'refusal-'));
const home = join(repository, 'home');
mkdirSync(home);
after(() => rmSync(repository, { recursive: true, force: true }));
const copied = [
  'stack',
  'recovery',
  'events',
  'statemachines',
  'plans',
  'serverless.yml',
  'installation.yml',
  'package.json',
];
for (const name of copied) cpSync(join(root, name), join(repository, name), { recursive: true });
for (const name of ['node_modules', 'functions', 'aws'])
  symlinkSync(join(root, name), join(repository, name));

/** What `serverless` says without network and credentials; nothing of it may come to packages or to AWS. */
function said(command: 'deploy' | 'package'): Promise<string> {
  const serverless = join(root, 'node_modules/serverless/bin/serverless.js');
  const child = spawn(process.execPath, [serverless, command], {
    cwd: repository,
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => {
    child.on('close', (code) => {
      assert.equal(code, 1, output);
      for (const made of ['.serverless', 'dist']) assert.ok(!existsSync(join(repository, made)), output);
      resolve(output.slice(output.indexOf('Error:')).trim());
    });
  });
}

test('mail to an example is refused when the stack is deployed', async () => {
  assert.equal(
    await said('deploy'),
    'Error:\ninstallation.yml: notify: nobody reads mail at oncall@example.com; put in who is to be told',
  );
});

test('a plan with a mistake is refused by file and line, and before it the settings by key', async () => {
  const plan = join(repository, 'plans', 'minimal.yaml');
  writeFileSync(plan, readFileSync(plan, 'utf8').replace('servers:', 'server:'));
  assert.match(await said('package'), /^Error:\n\S+\/plans\/minimal\.yaml:6: server: [^\n]+/);
  const settings = join(repository, 'installation.yml');
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('ap-northeast-1', 'Tokyo'));
  assert.match(
    await said('package'),
    /^Error:\ninstallation\.yml: recoveryRegion: must be an AWS Region[^\n]*$/,
  );
});
