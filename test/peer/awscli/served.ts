import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../../../stack/places.ts';

/** A simulated account that a process of its own serves, as `lifeboat simulate --json` tells of it. */
export interface Served {
  readonly url: string;
  readonly account: string;
  readonly region: string;
  readonly machineArns: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, { accessKeyId: string; secretAccessKey: string }>>;
  /** Lets simulated time pass; without it time stands but for calls. */
  advance(seconds: number): Promise<void>;
  stop(): void;
}

/**
 * Starts `lifeboat simulate` on a port that is free.
 * @throws Error when it ends before it serves
 */
export async function serve(): Promise<Served> {
  const args = ['cli/lifeboat.ts', 'simulate', '--port', '0', '--speed', '0', '--asleep', '--json'];
  const serving = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(serving, 'exit').then(([code]) => {
    throw new Error(`it ended with ${code} before it served`);
  });
  ended.catch(() => undefined);
  const [line] = (await Promise.race([once(serving.stdout, 'data'), ended])) as [Buffer];
  const told = JSON.parse(line.toString()) as Omit<Served, 'advance' | 'stop'>;
  return {
    ...told,
    advance: async (seconds) => {
      const answer = await fetch(`${told.url}/_lifeboat/advance?seconds=${seconds}`, { method: 'POST' });
      if (!answer.ok) throw new Error(`advance: ${await answer.text()}`);
    },
    stop: () => serving.kill('SIGKILL'),
  };
}
