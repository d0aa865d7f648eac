import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pythonPrograms } from '../../../stack/tools/python/environment.ts';
import type { Served } from './served.ts';

/** How the first version of the AWS CLI ends when a service refuses a call (AWS CLI User Guide, "Return codes"). */
const refusedCode = 255;

/** What the program printed and how it ended. */
interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The AWS CLI of PyPI, as a person with the printed credentials has it: it knows no other configuration of this machine. */
export class Aws {
  readonly directory: string;
  readonly #program: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(program: string, directory: string, served: Served, person: string) {
    const { accessKeyId, secretAccessKey } = served.credentials[person]!;
    const empty = join(directory, 'empty');
    this.#program = program;
    this.directory = directory;
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      LC_ALL: 'C.UTF-8',
      AWS_CONFIG_FILE: empty,
      AWS_SHARED_CREDENTIALS_FILE: empty,
      AWS_EC2_METADATA_DISABLED: 'true',
      // What is refused is refused: a second try would hide it.
      AWS_MAX_ATTEMPTS: '1',
      AWS_ENDPOINT_URL: served.url,
      AWS_DEFAULT_REGION: served.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
  }

  static async open(served: Served, person = 'alice'): Promise<Aws> {
    const directory = await mkdtemp(join(tmpdir(), 'lifeboat-aws-'));
    await writeFile(join(directory, 'empty'), '');
    return new Aws(join(await pythonPrograms(), 'aws'), directory, served, person);
  }

  close(): Promise<void> {
    return rm(this.directory, { recursive: true });
  }

  /** What the program prints for a call that succeeds. */
  async says(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#run(args);
    assert.equal(code, 0, `aws ${args.join(' ')}: ${stderr}`);
    assert.equal(stderr, '', `aws ${args.join(' ')}`);
    return stdout;
  }

  /** The same, which it prints as JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.says(...args)) as T;
  }

  /** Checks that a service refuses a call under a code, which it reads from the answer. */
  async refused(code: string, ...args: readonly string[]): Promise<void> {
    const ran = await this.#run(args);
    assert.equal(ran.code, refusedCode, `aws ${args.join(' ')}: ${ran.stdout}`);
    assert.ok(ran.stderr.includes(`An error occurred (${code}) when calling`), ran.stderr);
  }

  async #run(args: readonly string[]): Promise<Ran> {
    const program = spawn(this.#program, args, {
      cwd: this.directory,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      once(program, 'exit') as Promise<[number]>,
    ]);
    return { code, stdout, stderr };
  }
}
