/** The commands know the plans of the folder that installation.yml names. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { cacheDirectory, root } from '../../stack/places.ts';

mkdirSync(join(root, cacheDirectory), { recursive: true });
const fork = mkdtempSync(join(root, cacheDirectory, 'fork-'));
after(() => rmSync(fork, { recursive: true, force: true }));
const rooms = ['cli', 'drill', 'functions', 'aws', 'recovery', 'simulator', 'report', 'stack', 'worlds'];
for (const name of [...rooms, 'package.json'])
  cpSync(join(root, name), join(fork, name), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(fork, 'node_modules'));
mkdirSync(join(fork, 'recovery-plans'));
const minimal = readFileSync(join(root, 'plans/minimal.yaml'), 'utf8');
writeFileSync(join(fork, 'recovery-plans/shelf.yaml'), minimal.replace('plan: minimal', 'plan: shelf'));

function check(settings: string): { readonly status: number | null; readonly stderr: string } {
  writeFileSync(join(fork, 'installation.yml'), settings);
  const args = [join(fork, 'cli/lifeboat.ts'), 'check', 'nowhere'];
  return spawnSync(process.execPath, args, { cwd: fork, encoding: 'utf8' });
}

test('a plan is looked for by its name where the installation has its plans', () => {
  const asShipped = readFileSync(join(root, 'installation.yml'), 'utf8');
  const found = check(asShipped.replace('plans: plans', 'plans: recovery-plans'));
  assert.match(found.stderr, /there is no plan nowhere: recovery-plans\/ has shelf\n/);
  assert.equal(found.status, 1);
  const lost = check(asShipped.replace('plans: plans', 'plans: elsewhere'));
  assert.match(lost.stderr, /installation\.yml: plans: there is no folder elsewhere/);
  assert.equal(lost.status, 1);
});
