import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../../stack/places.ts';

const module = pathToFileURL(join(root, 'stack/tools/python/environment.ts')).href;

/** What a process says that runs a program of Python, and how it ends. */
function running(program: string, ...args: readonly string[]) {
  const script = `
    const { run } = await import(${JSON.stringify(module)});
    run(...process.argv.slice(1, 2), process.argv.slice(2));`;
  return spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, '--', program, ...args],
    // Nothing is found by its name there.
    { env: { PATH: root }, encoding: 'utf8' },
  );
}

test('where there is no Python, what needs it fails and says what to install', () => {
  const { status, stderr } = running('python3', '-m', 'venv', 'somewhere');
  assert.equal(status, 1);
  assert.match(stderr, /^Error: there is no python3: .*apt-get install python3 python3-venv$/m);
});

test('a program that finds something fails the check, which says which program it was', () => {
  const { status, stderr } = running(process.execPath, '-e', 'process.exit(4)');
  assert.equal(status, 1);
  assert.match(stderr, /^Error: .*node.* -e process\.exit\(4\): it ended with 4$/m);
});
