import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isolateFromMachine } from '../../../drill/isolation.ts';
import { pythonPrograms } from '../../../stack/tools/python/environment.ts';
import { type Between, type Invoke, openGateway } from './gateway.ts';

// A client of the SDK that a test makes would refuse some of what people write into their own configuration.
isolateFromMachine(process.env);

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
  /** What starts the server; `server.py` when absent. */
  readonly program?: string;
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
  program = join(import.meta.dirname, 'server.py'),
}: MotoOptions): Promise<Moto> {
  const python = join(await pythonPrograms(), 'python');
  const gateway = await openGateway(invoke, between);
  const server = spawn(python, [program], {
    // It reads its standard input to know when this process is no more.
    stdio: ['pipe', 'ignore', 'pipe'],
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
    await gateway.close();
    const isOver = server.pid === undefined || server.exitCode !== null || server.signalCode !== null;
    if (isOver) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  const said: string[] = [];
  const lines = createInterface({ input: server.stderr });
  const started = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line);
      const [, found] = listening.exec(line) ?? [];
      if (found) resolve(found);
    });
    server.once('error', reject);
    // Once it has said everything, which may be after it has ended.
    server.once('close', (code) =>
      reject(new Error(`moto ended with ${code}: ${said.slice(-20).join('\n')}`)),
    );
  });
  const url = await started.catch(async (fault: unknown) => {
    // A gateway that listens would keep the process, and what is red would never end.
    await stop();
    throw fault;
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
