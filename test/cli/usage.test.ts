import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { faults } from '../../simulator/world/faults.ts';
import { type Ran, root, run, scratch, scratchFile, textOf } from './run.ts';

const out = join(scratch, 'out');

/** Ends 1 with what a person can use: no stack trace, nothing on standard output, nothing run. */
function assertRefused({ exitCode, stdout, stderr }: Ran, says: RegExp): void {
  assert.equal(exitCode, 1, stderr);
  assert.match(stderr, says);
  assert.doesNotMatch(stderr, /internal error|\n\s+at |\.ts:\d|\[object|undefined/);
  assert.equal(stdout, '');
  assert.ok(!existsSync(out), 'something was written');
}

const refused: readonly { readonly name: string; readonly args: readonly string[]; readonly says: RegExp }[] =
  [
    { name: 'an unknown command', args: ['sail'], says: /unknown command 'sail'/ },
    {
      name: 'an unknown option',
      args: ['drill', 'shop', '--frobnicate'],
      says: /unknown option '--frobnicate'/,
    },
    { name: 'too many plans', args: ['drill', 'shop', 'minimal'], says: /too many arguments/ },
    { name: 'an unknown plan', args: ['drill', 'nosuch'], says: /no plan nosuch: plans\/ has minimal, shop/ },
    { name: 'a plan that is no file', args: ['drill', './nosuch.yaml'], says: /no plan \.\/nosuch\.yaml/ },
    { name: 'a directory as plan', args: ['drill', root], says: /plan .*directory/ },
    { name: 'an unknown kind', args: ['drill', 'shop', '--kind', 'sail'], says: /'sail'.*drill, failover/ },
    { name: 'an unknown scope', args: ['drill', 'shop', '--scope', 'half'], says: /'half'.*full, restore/ },
    {
      name: 'a scope for a failover',
      args: ['drill', 'shop', '--kind', 'failover', '--scope', 'restore'],
      says: /a failover has no scope/,
    },
    { name: 'a seed that is a word', args: ['drill', 'shop', '--seed', 'x'], says: /'x'.*whole number/ },
    { name: 'a negative seed', args: ['drill', 'shop', '--seed', '-3'], says: /'-3'.*whole number/ },
    { name: 'a broken seed', args: ['drill', 'shop', '--seed', '1.5'], says: /'1\.5'.*whole number/ },
    { name: 'a seed out of range', args: ['drill', 'shop', '--seed', '99999999999'], says: /whole number/ },
    {
      name: 'an option in place of a seed',
      args: ['drill', 'shop', '--seed'],
      says: /'--json'.*whole number/,
    },
    {
      name: 'a missing world',
      args: ['drill', 'shop', '--world', 'nosuch'],
      says: /no world nosuch: worlds\/ has minimal, shop/,
    },
    {
      name: 'a world that is no file',
      args: ['drill', 'shop', '--world', './no.yaml'],
      says: /no world \.\/no\.yaml/,
    },
    { name: 'a directory as world', args: ['drill', 'shop', '--world', root], says: /world .*directory/ },
    {
      name: 'a world without the recovery Region',
      args: ['drill', 'shop', '--world', 'minimal'],
      says: /recovers in ap-northeast-1, and the world has only eu-west-1, eu-central-1/,
    },
    {
      name: 'a missing template',
      args: ['drill', 'shop', '--template', './no.json'],
      says: /--template \.\/no\.json/,
    },
    {
      name: 'a template that is not JSON',
      args: ['drill', 'shop', '--template', 'README.md'],
      says: /--template README\.md: .*JSON/,
    },
    {
      name: 'a template that is none',
      args: ['drill', 'shop', '--template', 'package.json'],
      says: /--template package\.json/,
    },
  ];

for (const { name, args, says } of refused) {
  test(`${name} ends 1 with one message`, async () => {
    assertRefused(await run(...args, ...(args[0] === 'drill' ? ['--json', '--out', out] : [])), says);
  });
}

test('an unknown fault ends 1 and shows the faults that there are', async () => {
  const ran = await run('drill', 'shop', '--fault', 'no-such-fault', '--json', '--out', out);
  assertRefused(ran, /there is no fault no-such-fault/);
  for (const [name, { says }] of Object.entries(faults)) {
    assert.ok(
      ran.stderr.split('\n').some((line) => line.includes(name) && line.includes(says)),
      name,
    );
  }
});

test('a plan without a world of its own name asks for one', async () => {
  const plan = textOf('plans/minimal.yaml').replace('plan: minimal', 'plan: harbour');
  const file = scratchFile('harbour.yaml', plan);
  assertRefused(await run('drill', file, '--json', '--out', out), /no world harbour/);
});

const brokenWorlds: readonly { readonly name: string; readonly text: string; readonly says: RegExp }[] = [
  { name: 'that is no YAML', text: 'world: [shop\n  account: 1', says: /broken\.yaml:\d+: / },
  {
    name: 'with an unknown key',
    text: `${textOf('worlds/shop.yaml')}\nweather: fine\n`,
    says: /broken\.yaml:\d+: .*weather/,
  },
  {
    name: 'in which a name dangles',
    text: textOf('worlds/shop.yaml').replace('zone: a, cidr: 10.1.1.0/24', 'zone: x, cidr: 10.1.1.0/24'),
    says: /broken\.yaml:\d+: .*zone/,
  },
  { name: 'that is empty', text: '', says: /broken\.yaml:\d+: / },
];

for (const { name, text, says } of brokenWorlds) {
  test(`a world ${name} ends 1 with file and line`, async () => {
    const file = scratchFile('broken.yaml', text);
    const ran = await run('drill', 'shop', '--world', file, '--json', '--out', out);
    assertRefused(ran, says);
    assert.match(ran.stderr, /nothing was run\n$/);
  });
}

test('a place that cannot be written to ends 1 and is named, before anything is run', async () => {
  const file = scratchFile('a-file', 'not a directory');
  const ran = await run('drill', 'shop', '--json', '--out', join(file, 'below'));
  assertRefused(ran, /--out .*a-file/);
});

test('help ends 0 and says what there is', async () => {
  const all = await run('--help');
  assert.deepEqual([all.exitCode, all.stderr], [0, '']);
  assert.match(all.stdout, /drill/);
  const drill = await run('drill', '--help');
  assert.deepEqual([drill.exitCode, drill.stderr], [0, '']);
  for (const option of ['--world', '--seed', '--fault', '--kind', '--template', '--json', '--out'])
    assert.ok(drill.stdout.includes(option), option);
});

test('the process itself ends with that code, and writes to the streams of a process', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/lifeboat.ts', 'drill', 'nosuch'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^there is no plan nosuch: /);
});
