import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { missing, prepareRuler } from './prepare.ts';

/** An event pattern and an event, both as they are written. */
export interface Pair {
  readonly pattern: string;
  readonly event: string;
}

/** What the engine says of a pair. */
export type Verdict =
  | {
      readonly matches: boolean;
      /** As the engine matched until its version 2.0. */
      readonly matchesStepping: boolean;
    }
  /** The pattern is refused. The engine compiles it in two ways, each of which has its words. */
  | { readonly reasons: readonly string[] };

/** Has AWS's event-ruler judge pairs, in one process. */
export async function judge(pairs: readonly Pair[]): Promise<readonly Verdict[]> {
  const classPath = await prepareRuler();
  // What looks like an address and is none must not be asked of a name server.
  const options = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djdk.net.hosts.file=/dev/null'];
  const engine = spawn('java', [...options, '-cp', classPath, 'Judge']);
  const failure = once(engine, 'error').then(([error]: unknown[]) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? missing('java') : error;
  });
  engine.stdin.on('error', () => {}).end(pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
  const ended = Promise.all([once(engine, 'close'), text(engine.stdout), text(engine.stderr)]);
  const [[status], out, complaints] = await Promise.race([ended, failure as Promise<never>]);
  const verdicts = out.split('\n').slice(0, -1);
  if (status !== 0 || verdicts.length !== pairs.length) {
    const said = `${verdicts.length} verdicts on ${pairs.length} pairs, then ended with ${String(status)}`;
    throw new Error(`event-ruler gave ${said}:\n${complaints}`);
  }
  return verdicts.map((line) => JSON.parse(line) as Verdict);
}
