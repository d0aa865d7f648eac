import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pythonPrograms } from '../../../stack/tools/python/environment.ts';
import { type Between, type Invoke, openGateway } from './gateway.ts';

/** A moto server of this process's own, on loopback. */
export interface Moto {
  /** Where every service of every Region answers. */
  readonly url: string;
  /** The same for whoever is to meet what stands between: the functions. */
  readonly gatewayUrl: string;
  /** Forgets every resource of every account. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface MotoOptions {
  /** What state machines invoke. */
  readonly invoke: Invoke;
  /** Who speaks between the functions and moto; nobody when absent. */
  readonly between?: Between;
  /** What share of its time a Wait state takes; 0.01 when absent. */
  readonly waitScale?: number;
  /** Whether a path through an element of an array finds a value, as on AWS, in place of moto's list of one. */
  readonly mendsPaths?: boolean;
}

/** How the server says where it listens (Werkzeug's own line). */
const listening = /Running on (http:\/\/127\.0\.0\.1:\d+)/;

/**
 * Starts moto, whose state machines invoke what is given.
 * @throws Error with the server's last words when it does not start
 */
export async function startMoto({
  invoke,
  between,
  waitScale = 0.01,
  mendsPaths = false,
}: MotoOptions): Promise<Moto> {
  const gateway = await openGateway(invoke, between);
  const python = join(await pythonPrograms(), 'python');
  const server = spawn(python, [join(import.meta.dirname, 'server.py')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      PYTHONUNBUFFERED: '1',
      PEER_GATEWAY_PORT: String(gateway.port),
      PEER_WAIT_SCALE: String(waitScale),
      PEER_MEND_PATHS: mendsPaths ? '1' : '0',
      // moto refuses to work with keys that could be somebody's.
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
    },
  });
  const stop = async () => {
    gateway.close();
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  const said: string[] = [];
  const lines = createInterface({ input: server.stderr });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line);
      const [, found] = listening.exec(line) ?? [];
      if (found) resolve(found);
    });
    server.once('error', reject);
    server.once('exit', (code) =>
      reject(new Error(`moto ended with ${code}: ${said.slice(-20).join('\n')}`)),
    );
  });
  gateway.forwardTo(url);
  return {
    url,
    gatewayUrl: `http://127.0.0.1:${gateway.port}`,
    reset: async () => {
      const { ok, status } = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (!ok) throw new Error(`moto answered ${status} to a reset`);
      // The ids that it gives from now on are those that it gave after the last reset.
      await fetch(`${url}/moto-api/seed?a=1`, { method: 'POST' });
    },
    stop,
  };
}
