import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { probeDocument as probeInGuest } from '../../drill/guest/probe.ts';
import { probeDocument } from '../../stack/documents/documents.ts';
import { asTheAgentWrites } from './agent.ts';

interface ProbeCase {
  readonly name: string;
  /** Why the case exists on a real server only. */
  readonly only?: string;
  readonly application:
    | { readonly status: number; readonly body: string }
    | 'nothing listens'
    | 'never answers';
  /** `8080` stands for the port where the application listens. */
  readonly ask: { readonly Port: string; readonly Path: string };
  readonly expect: {
    readonly exit: number;
    readonly asked?: string;
    readonly prints?: { readonly path: string; readonly status: number };
    readonly says?: string;
  };
}

const cases: readonly ProbeCase[] = JSON.parse(
  readFileSync(new URL('cases/probe.json', import.meta.url), 'utf8'),
);

interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function check({ expect }: ProbeCase, result: Result, port: number, asked: readonly string[]): void {
  assert.equal(result.exitCode, expect.exit, result.stderr);
  assert.deepEqual(asked, expect.asked === undefined ? [] : [expect.asked]);
  if (expect.prints) assert.deepEqual(JSON.parse(result.stdout), { port, ...expect.prints });
  else assert.equal(result.stdout, '');
  assert.ok(result.stderr.includes(expect.says ?? ''), result.stderr);
}

for (const given of cases.filter(({ only }) => only === undefined)) {
  test(`in a simulated guest: ${given.name}`, () => {
    const { application, ask } = given;
    assert.ok(typeof application === 'object');
    const asked: string[] = [];
    const guest = {
      instanceId: 'i-0123456789abcdef0',
      blockDevices: () => [],
      mounts: new Map(),
      fstab: new Map(),
      settings: new Map(),
      reloadSettings: () => assert.fail('asking reloads nothing'),
      askApplication: (path: string) => {
        asked.push(path);
        return application;
      },
    };
    const result = probeInGuest(guest, { Port: [ask.Port], Path: [ask.Path] });
    check(given, result, 8080, asked);
  });
}

const noCurl = spawnSync('curl', ['--version']).status !== 0 && 'not installed: curl';

/** The script, as an agent runs it, on this machine. */
function ask(values: Readonly<Record<string, string>>): Promise<Result> {
  const work = mkdtempSync(join(tmpdir(), 'lifeboat-probe-'));
  const script = join(work, '_script.sh');
  writeFileSync(script, asTheAgentWrites(probeDocument(), values), { mode: 0o700 });
  const env = { PATH: process.env['PATH'] ?? '', LIFEBOAT_PROBE_SECONDS: '0.3', TMPDIR: work };
  return new Promise((resolve) => {
    execFile('sh', ['-c', script], { env }, (error, stdout, stderr) => {
      rmSync(work, { recursive: true });
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

for (const given of cases) {
  test(`on a real server: ${given.name}`, { skip: noCurl }, async () => {
    const { application } = given;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      if (typeof application !== 'object') return;
      asked.push(request.url ?? '');
      response.writeHead(application.status, { location: 'http://127.0.0.1:1/' }).end(application.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    if (application === 'nothing listens') await closed(server);
    try {
      const result = await ask({
        ...given.ask,
        Port: given.ask.Port === '8080' ? String(port) : given.ask.Port,
      });
      check(given, result, port, asked);
    } finally {
      if (server.listening) await closed(server);
    }
  });
}
