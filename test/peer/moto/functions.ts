import { devNull } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** What came of asking the world outside AWS's APIs. */
export type Reached =
  | { readonly status: number; readonly body: string }
  | { readonly values: readonly string[] }
  | { readonly failed: string };

/** The world outside AWS's APIs, as functions ask it. */
export interface Outside {
  get(url: string): Promise<Reached>;
  resolve(name: string, type: string): Promise<Reached>;
}

/** Said to the thread of a function. */
export type ToFunction =
  | {
      readonly kind: 'invoke';
      readonly id: number;
      /** JSON. */
      readonly event: string;
      readonly functionName: string;
      readonly timeoutSeconds: number;
    }
  | { readonly kind: 'answers'; readonly id: number; readonly answer: Reached };

/** Said by it. */
export type FromFunction =
  | { readonly kind: 'returned'; readonly id: number; readonly payload: string | undefined }
  | { readonly kind: 'threw'; readonly id: number; readonly name: string; readonly message: string }
  | {
      readonly kind: 'asks';
      readonly id: number;
      readonly question: { readonly url: string } | { readonly name: string; readonly type: string };
    };

/** A function of the stack, as its template has it. */
export interface DeployedFunction {
  /** The name of its bundle, such as `servers`. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** Runs functions as Lambda would: each in a thread that begins at its first call and stays warm, whoever calls. */
export class Threads {
  readonly #threads = new Map<string, Thread>();

  /** The thread of a module with an environment. */
  of(module: string, env: Readonly<Record<string, string>>): Thread {
    const key = JSON.stringify([module, env]);
    const thread = this.#threads.get(key) ?? new Thread(module, env);
    this.#threads.set(key, thread);
    return thread;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads.values()].map((thread) => thread.close()));
  }
}

interface Call {
  readonly outside: Outside;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

class Thread {
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #ids = 0;

  constructor(module: string, env: Readonly<Record<string, string>>) {
    this.#worker = new Worker(new URL('./function-thread.ts', import.meta.url), {
      workerData: { module },
      env: { ...env },
      execArgv: [],
      stdout: true,
    });
    this.#worker.stdout.resume();
    this.#worker.on('message', (message: FromFunction) => this.#hear(message));
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#calls.values()) reject(error);
    });
  }

  async invoke(
    call: Pick<ToFunction & { kind: 'invoke' }, 'event' | 'functionName' | 'timeoutSeconds'>,
    outside: Outside,
  ): Promise<unknown> {
    this.#ids += 1;
    const id = this.#ids;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#calls.set(id, { outside, resolve, reject });
    this.#tell({ kind: 'invoke', id, ...call });
    return promise.finally(() => this.#calls.delete(id));
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #hear(message: FromFunction): Promise<void> {
    switch (message.kind) {
      case 'returned':
        this.#calls.get(message.id)?.resolve(message.payload && JSON.parse(message.payload));
        return;
      case 'threw': {
        const error = new Error(message.message);
        error.name = message.name;
        this.#calls.get(message.id)?.reject(error);
        return;
      }
      case 'asks': {
        const { id, question } = message;
        // A step's function has one invocation at a time: who asks is whoever runs.
        const outside = [...this.#calls.values()].at(-1)?.outside;
        const asked =
          'url' in question ? outside?.get(question.url) : outside?.resolve(question.name, question.type);
        const answer = await asked?.catch(
          (error: unknown): Reached => ({ failed: `the tests could not tell: ${error}` }),
        );
        this.#tell({ kind: 'answers', id, answer: answer ?? { failed: 'nobody runs' } });
        return;
      }
      default:
        message satisfies never;
    }
  }

  #tell(message: ToFunction): void {
    this.#worker.postMessage(message);
  }
}

export interface FunctionsOptions {
  readonly threads: Threads;
  readonly functions: ReadonlyMap<string, DeployedFunction>;
  /** Where `<bundle>/index.mjs` is, by the bundle's name. */
  readonly directoryOf: (bundle: string) => string;
  readonly region: string;
  /** Where AWS answers. */
  readonly url: string;
  readonly outside: Outside;
  /** Lambda refuses the first invocation of a function whose name ends so, with this error. */
  readonly refuses?: { readonly function: string; readonly error: string };
}

/** One call of a function, and how it ended. */
export interface Called {
  readonly functionName: string;
  readonly event: unknown;
  readonly result: unknown;
}

/** The functions of a stack, as its machines invoke them. */
export class Functions {
  readonly #options: FunctionsOptions;
  /** Every call that returned, in the order in which they did. */
  readonly called: Called[] = [];
  /** Names of functions that were refused. */
  readonly refused: string[] = [];

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  async invoke(functionName: string, event: unknown): Promise<unknown> {
    const { functions, threads, directoryOf, region, url, outside } = this.#options;
    const deployed = functions.get(functionName);
    if (!deployed) throw new TypeError(`the stack has no function ${functionName}`);
    this.#refuseOnce(functionName);
    const { bundle, timeoutSeconds } = deployed;
    const module = pathToFileURL(join(directoryOf(bundle), 'index.mjs')).href;
    const thread = threads.of(module, environmentOf(functionName, deployed, region, url));
    const call = { event: JSON.stringify(event), functionName, timeoutSeconds };
    const result = await thread.invoke(call, outside);
    this.called.push({ functionName, event, result });
    return result;
  }

  #refuseOnce(functionName: string): void {
    const { refuses } = this.#options;
    if (!refuses || this.refused.length > 0 || !functionName.endsWith(refuses.function)) return;
    this.refused.push(functionName);
    const error = new Error('Rate exceeded');
    error.name = refuses.error;
    throw error;
  }
}

/** The variables that Lambda itself sets (Lambda Developer Guide, "Defined runtime environment variables"), and the function's. */
function environmentOf(
  functionName: string,
  { environment }: DeployedFunction,
  region: string,
  url: string,
): Record<string, string> {
  return {
    ...environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_SESSION_TOKEN: 'testing',
    TZ: ':UTC',
    // What leads to moto, and away from files of this machine.
    AWS_ENDPOINT_URL: url,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
