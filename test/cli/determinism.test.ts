import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { packagedTemplate } from '../../stack/template.ts';
import { root, scratch } from './run.ts';

interface Run {
  readonly stdout: string;
  readonly evidence: string;
}

await packagedTemplate();

/** A failover of the shop in a process of its own. */
function failover(
  name: string,
  seed: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const out = join(scratch, name);
  const args = ['cli/lifeboat.ts', 'drill', 'shop', '--kind', 'failover', '--seed', `${seed}`, '--json'];
  const child = spawn(process.execPath, [...args, '--out', out], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const said = Buffer.concat(stderr).toString();
      if (code !== 0) return reject(new Error(`it ended ${code}: ${said}`));
      const evidence = readFileSync(join(out, `shop-failover-${seed}`, 'evidence.json'), 'utf8');
      resolve({ stdout: Buffer.concat(stdout).toString(), evidence });
    });
  });
}

const burners: ChildProcess[] = [];
const stopBurning = () => {
  for (const burner of burners.splice(0)) burner.kill('SIGKILL');
};
after(stopBurning);

function burn(): void {
  for (let i = 0; i < 2; i += 1)
    burners.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
}

/** A home with an AWS configuration that takes long to read and names an account that nobody has. */
function strangeHome(): string {
  const home = join(scratch, 'home');
  mkdirSync(join(home, '.aws'), { recursive: true });
  const profile = (i: number) => `[profile p${i}]\nregion = mars-north-1\naws_access_key_id = AKIA${i}\n\n`;
  const text = Array.from({ length: 80_000 }, (_, i) => profile(i)).join('');
  assert.ok(text.length > 4_000_000);
  for (const file of ['config', 'credentials']) writeFileSync(join(home, '.aws', file), text);
  return home;
}

const alone = await failover('alone', 7);

test('the same seed gives the same bytes while other processes take the processor', async () => {
  burn();
  const beside = await failover('beside', 7).finally(stopBurning);
  assert.equal(beside.stdout, alone.stdout);
  assert.equal(beside.evidence, alone.evidence);
});

test('the same seed gives the same bytes whatever the AWS configuration of the machine', async () => {
  const strange = await failover('strange', 7, {
    HOME: strangeHome(),
    AWS_PROFILE: 'nobody',
    AWS_REGION: 'mars-north-1',
    AWS_DEFAULT_REGION: 'mars-north-1',
    AWS_ACCESS_KEY_ID: 'nonsense',
    AWS_MAX_ATTEMPTS: '1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    TZ: 'Pacific/Chatham',
    LANG: 'tr_TR.UTF-8',
  });
  assert.equal(strange.stdout, alone.stdout);
  assert.equal(strange.evidence, alone.evidence);
});

test('another seed gives other durations', async () => {
  const other = JSON.parse((await failover('other', 45)).stdout);
  const same = JSON.parse(alone.stdout);
  assert.notEqual(other.rtoSeconds, same.rtoSeconds);
  assert.notEqual(other.criticalPathSeconds, same.criticalPathSeconds);
  const durations = (run: { steps: { startedAt: string | null; endedAt: string | null }[] }) =>
    run.steps.map(({ startedAt, endedAt }) => Date.parse(endedAt ?? '') - Date.parse(startedAt ?? ''));
  assert.notDeepEqual(durations(other), durations(same));
});
