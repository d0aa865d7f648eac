/** What is deployed fits together: files, functions, what each is told, and the errors that machines wait for. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import * as sfn from '@aws-sdk/client-sfn';
import { build } from 'esbuild';
import { readEnvironment } from '../../aws/environment.ts';
import * as ownErrors from '../../recovery/errors.ts';
import { root } from '../../stack/places.ts';
import { type PackagedTemplate, packagedTemplates } from '../../stack/template.ts';

const templates = await packagedTemplates();

interface DeployedFunction {
  readonly id: string;
  /** The name of its file in `functions/`. */
  readonly file: string;
  readonly given: readonly string[];
}

function functionsOf(template: PackagedTemplate): readonly DeployedFunction[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([id, { Properties = {} }]) => {
      const { Variables = {} } = (Properties['Environment'] ?? {}) as { Variables?: object };
      const file = /^dist\/([a-z]+)\/index\.handler$/.exec(String(Properties['Handler']))?.[1];
      return { id, file: file ?? assert.fail(`${id} has no handler of ours`), given: Object.keys(Variables) };
    });
}

const files = readdirSync(join(root, 'functions')).map((file) => basename(file, '.ts'));

test('each function that is deployed has its file, and each file is deployed', () => {
  const deployed = Object.values(templates).flatMap((template) =>
    functionsOf(template).map(({ file }) => file),
  );
  assert.deepEqual([...new Set(deployed)].sort(), files.sort());
});

/** A function's code with all that it needs of ours, and no more. */
interface Code {
  readonly text: string;
  /** The files that something of it is from. */
  readonly sources: readonly string[];
}

async function codeOf(names: readonly string[]): Promise<ReadonlyMap<string, Code>> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [name, `functions/${name}.ts`])),
    outdir: 'unwritten',
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path, '.js'), text]));
  const made = Object.values(metafile.outputs).map(({ entryPoint = '', inputs }): [string, Code] => {
    const name = basename(entryPoint, '.ts');
    const sources = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    return [name, { text: texts.get(name) ?? '', sources: sources.map(([path]) => path) }];
  });
  return new Map(made);
}

/** Those that take variables over for others, where they are, and what they are never without. */
const takers = [
  { taker: 'readEnvironment', file: 'aws/environment.ts', takes: ['LIFEBOAT_KIND', 'LIFEBOAT_LEDGER'] },
  { taker: 'openResponse', file: 'aws/response/context.ts', takes: ['LIFEBOAT_LEDGER'] },
  // Whoever tells people has been handed the topic by one of the two.
  { taker: 'tell', file: 'aws/tell.ts', takes: ['LIFEBOAT_TOPIC'] },
];

/** What a step may be without, by the property that it finds it as. */
const optional = { mountDocument: 'LIFEBOAT_DOCUMENT_MOUNT', probeDocument: 'LIFEBOAT_DOCUMENT_PROBE' };

/** The variables that code reads, other than those that Lambda sets itself. */
function readBy({ text, sources }: Code): readonly string[] {
  const taken = takers.flatMap(({ taker, takes }) => (text.includes(`function ${taker}(`) ? takes : []));
  const named = sources
    .filter((path) => takers.every(({ file }) => file !== path))
    .flatMap((path) => readFileSync(join(root, path), 'utf8').match(/LIFEBOAT_[A-Z_]+/g) ?? []);
  const found = Object.entries(optional).flatMap(([property, variable]) =>
    text.includes(`environment.${property}`) ? [variable] : [],
  );
  return [...new Set([...taken, ...named, ...found])].sort();
}

test('what a step refuses to be without is what the table here says', () => {
  const whole = { AWS_REGION: 'r', LIFEBOAT_KIND: 'drill', LIFEBOAT_LEDGER: 'b' };
  for (const name of takers[0]?.takes ?? []) {
    assert.throws(() => readEnvironment({ ...whole, [name]: undefined }), { message: new RegExp(name) });
  }
  const named = { LIFEBOAT_DOCUMENT_MOUNT: 'mount', LIFEBOAT_DOCUMENT_PROBE: 'probe' };
  const { mountDocument, probeDocument } = readEnvironment({ ...whole, ...named });
  assert.deepEqual([mountDocument, probeDocument], ['mount', 'probe']);
});

test('each function is given every variable that it reads, and none in vain', async () => {
  const code = await codeOf(files);
  for (const template of Object.values(templates)) {
    for (const { id, file, given } of functionsOf(template)) {
      assert.deepEqual([...given].sort(), readBy(code.get(file) ?? assert.fail(file)), id);
    }
  }
});

/** Amazon States Language, Appendix A. */
const reserved = [
  'ALL',
  'BranchFailed',
  'DataLimitExceeded',
  'ExceedToleratedFailureThreshold',
  'HeartbeatTimeout',
  'Http.Socket',
  'IntrinsicFailure',
  'ItemReaderFailed',
  'NoChoiceMatched',
  'ParameterPathFailure',
  'Permissions',
  'QueryEvaluationError',
  'ResultPathMatchFailure',
  'ResultWriterFailed',
  'Runtime',
  'TaskFailed',
  'Timeout',
].map((name) => `States.${name}`);

/**
 * What Lambda gives in place of an answer: the service's own exceptions (Step Functions Developer Guide, handle transient
 * Lambda service exceptions) and how an execution environment ends (Lambda Developer Guide, INIT_REPORT and error types).
 */
const ofLambda = [
  ...['AWSLambdaException', 'ClientExecutionTimeoutException', 'SdkClientException', 'ServiceException'],
  ...['TooManyRequestsException', 'Unknown'],
]
  .map((name) => `Lambda.${name}`)
  .concat(
    'Extension.Crash',
    'Runtime.ExitError',
    'Runtime.OutOfMemory',
    'Runtime.Unknown',
    'Sandbox.Timedout',
  );

/** Common to all services, and what an integration gives where its own client got no answer. */
const ofAnyService = [
  'AWSStepFunctionsException',
  'SdkClientException',
  'ServiceUnavailable',
  'ThrottlingException',
];

function canOccur(error: string, resource: string): boolean {
  if (reserved.includes(error)) return true;
  if (resource === 'arn:aws:states:::states:startExecution') {
    const [service, name = ''] = error.split('.');
    // An integration drops or keeps the word Exception, by the age of the service's model.
    return (
      service === 'StepFunctions' &&
      [...ofAnyService, ...Object.keys(sfn)].some(
        (known) => known === name || known === `${name.replace(/Exception$/, '')}`,
      )
    );
  }
  return ofLambda.includes(error) || error in ownErrors;
}

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
}

interface Machine {
  readonly States: Readonly<Record<string, State>>;
}

function statesOf({ States }: Machine): readonly (readonly [string, State])[] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...[...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])].flatMap(statesOf),
  ]);
}

for (const file of readdirSync(join(root, 'statemachines'))) {
  test(`each error that ${file} waits for is one that can occur there`, () => {
    const machine = JSON.parse(readFileSync(join(root, 'statemachines', file), 'utf8')) as Machine;
    const waited = statesOf(machine).flatMap(([name, { Resource = '', Retry = [], Catch = [] }]) =>
      [...Retry, ...Catch].flatMap(({ ErrorEquals }) =>
        ErrorEquals.map((error) => ({ name, error, can: canOccur(error, Resource) })),
      ),
    );
    assert.ok(waited.length > 0);
    assert.deepEqual(
      waited.filter(({ can }) => !can),
      [],
    );
  });
}
