import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a command printed, and the lines by which it was stopped. */
export interface Printed {
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs Node in a directory until it ends by itself, or interrupts it at the first line that says enough.
 * @param isEnough looks at each line of standard output and of standard error
 */
export function runNode(
  directory: string,
  words: readonly string[],
  isEnough: (line: string) => boolean,
): Promise<Printed> {
  const { NODE_OPTIONS: _options, NODE_COMPILE_CACHE: _cache, ...env } = process.env;
  const child = spawn(process.execPath, words, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const collect = (stream: NodeJS.ReadableStream): string[] => {
    const lines: string[] = [];
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (isEnough(line)) child.kill('SIGINT');
    });
    return lines;
  };
  const [output, errors] = [collect(child.stdout), collect(child.stderr)];
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve({ output: output.join('\n'), errors: errors.join('\n') }));
  });
}
