import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { transform } from 'esbuild';
import { answerPlain } from '../../simulator/http/answer.ts';
import type { PlainResponse } from '../../simulator/http/listener.ts';
import type { Json } from '../../simulator/json.ts';
import type { Handler, Invocation } from '../../simulator/lambda/function.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { scopeOf } from '../../simulator/wire/identity.ts';
import type { Answered, Heard } from './listening.ts';
import { Session } from './session.ts';

/** The bundles of a directory as code of a simulated account, which they reach over HTTP. */
export interface Bundles {
  /** Where the account answers, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** The code behind a handler path of the template, such as `dist/servers/index.handler`. */
  code(sim: Simulator, handlerPath: string): Handler;
  /** Ends every thread, also those of invocations that a defect left unfinished. */
  close(): Promise<void>;
}

/**
 * Opens the bundles of a directory: each invocation runs its own in a thread that was made for it and ends with it, so that
 * nothing is remembered, not even by the next invocation of the same function.
 * @param directory where `<function>/index.mjs` is, such as `dist`
 * @param compileCache where the engine may keep what it compiled of them
 */
export async function openBundles(directory: string, compileCache: string): Promise<Bundles> {
  const runtime = await runtimeUrl();
  const listener = new Worker(new URL('./listening.ts', import.meta.url), bare);
  const [listening] = (await once(listener, 'message')) as [Heard];
  if (listening.kind !== 'listening') throw new TypeError('nobody could have asked yet');
  const { url } = listening;
  const sessions = new Map<string, Session>();
  const askers = new Map<number, Session>();
  const answer = (id: number, response: PlainResponse) =>
    listener.postMessage({ id, response } satisfies Answered);
  listener.on('message', (heard: Heard) => {
    if (heard.kind === 'asked') {
      const session = sessions.get(scopeOf(heard.request.headers)?.accessKeyId ?? '');
      if (!session) return answer(heard.id, stranger);
      askers.set(heard.id, session);
      session.arrived(heard);
    } else if (heard.kind === 'gone') {
      askers.get(heard.id)?.gone(heard.id);
      askers.delete(heard.id);
    }
  });
  let spare = new Worker(runtime, bare);
  const run = (sim: Simulator, module: string, exported: string, event: Json, invocation: Invocation) => {
    const worker = spare;
    // The next one begins while this one works.
    spare = new Worker(runtime, bare);
    worker.stdout.resume();
    const { accessKeyId, functionName, functionArn, requestId, deadlineMs } = invocation;
    const session = new Session({
      sim,
      invocation,
      worker,
      serve: (request) => answerPlain(sim, request),
      answer,
      over: () => sessions.delete(accessKeyId),
    });
    sessions.set(accessKeyId, session);
    session.begin({
      environment: environmentOf(invocation, url, exported),
      module,
      exported,
      compileCache,
      event: JSON.stringify(event),
      functionName,
      functionArn,
      requestId,
      deadlineMs,
    });
    return session.ended;
  };
  return {
    url,
    code: (sim, handlerPath) => {
      const [, file, exported] = /([a-z]+\/index)\.([a-z]+)$/.exec(handlerPath) ?? [];
      if (!file || !exported) throw new TypeError(`${handlerPath} is no handler of a bundle`);
      const module = pathToFileURL(join(directory, `${file}.mjs`)).href;
      return (event, invocation) => run(sim, module, exported, event, invocation);
    },
    close: async () => {
      for (const session of sessions.values()) session.stop();
      await Promise.all([listener.terminate(), spare.terminate()]);
    },
  };
}

/** Of this process a thread gets neither environment nor options, and what it prints is kept from the command's output. */
const bare: WorkerOptions = { env: {}, execArgv: [], stdout: true };

const stranger: PlainResponse = {
  statusCode: 403,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from('no function that runs now has signed this\n'),
};

/** The runtime as plain JavaScript, once: stripping its types again would take longer than all else a thread begins with. */
async function runtimeUrl(): Promise<URL> {
  const source = await readFile(new URL('./runtime.ts', import.meta.url), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node24' });
  return new URL(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}

/** The variables that Lambda itself sets (Lambda Developer Guide, "Defined runtime environment variables"), and the function's. */
function environmentOf(
  { functionName, functionArn, region, memoryMb, accessKeyId, environment }: Invocation,
  url: string,
  exported: string,
): Readonly<Record<string, string>> {
  return {
    ...environment,
    _HANDLER: `index.${exported}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: functionArn.split(':')[7] ?? '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_SESSION_TOKEN: 'simulated',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    // What the SDK needs to find the simulated account, and to leave files of this machine alone: Lambda has none of them.
    AWS_ENDPOINT_URL: url,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
