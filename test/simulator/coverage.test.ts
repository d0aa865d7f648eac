/** What `docs/simulator.md` says of the simulator, and what the documents say of AWS, held to the code. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { memberLists } from '../../simulator/coverage/members.ts';
import { operationsOf } from '../../simulator/coverage/operations.ts';
import { readSources } from '../../simulator/coverage/source.ts';
import { coveragePage, coverageSections, withCoverage } from '../../simulator/coverage.ts';
import { NotSimulated } from '../../simulator/errors.ts';
import { type Call, type ServiceName, serviceNames } from '../../simulator/service.ts';
import { modelOf } from '../../simulator/wire/model.ts';
import { openAccount, recovery, settings } from './data-account.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(coveragePage, 'utf8');
const files = readSources();
const sections = coverageSections(files);
const documents = ['README.md', 'CHANGELOG.md', ...globSync('docs/*.md', { cwd: root })];

test('the tables of docs/simulator.md are what the code says now', () => {
  assert.ok(
    withCoverage(page, sections) === page,
    'docs/simulator.md is stale: run npm run coverage, and read what changed',
  );
});

test('a page that leaves a table out, or asks for one that nothing makes, is refused', () => {
  const one = new Map([['faults', '| a | b |']]);
  const marked = '<!-- generated: faults -->\nold\n<!-- end -->';
  assert.equal(withCoverage(marked, one), '<!-- generated: faults -->\n\n| a | b |\n\n<!-- end -->');
  assert.throws(() => withCoverage('no marker', one), /leaves out faults/);
  assert.throws(() => withCoverage(marked.replace('faults', 'fault'), one), /marker for 'fault'/);
});

test('every operation that is modelled is one of AWS', () => {
  for (const service of serviceNames) {
    const known = new Set(modelOf(service).operationNames);
    assert.deepEqual(
      Object.keys(operationsOf(service)).filter((name) => !known.has(name)),
      [],
      service,
    );
  }
});

/** The SDK's packages by the service that they speak with. */
const packages: Readonly<Record<string, ServiceName>> = {
  'client-auto-scaling': 'autoscaling',
  'client-ec2': 'ec2',
  'client-elastic-load-balancing-v2': 'elasticloadbalancing',
  'client-eventbridge': 'events',
  'client-iam': 'iam',
  'client-kms': 'kms',
  'client-service-quotas': 'servicequotas',
  'client-cloudwatch': 'monitoring',
  'client-rds': 'rds',
  'client-route-53': 'route53',
  'client-s3': 's3',
  'client-sns': 'sns',
  'client-ssm': 'ssm',
  'client-sfn': 'states',
  'client-sts': 'sts',
};

test('every operation that Lifeboat calls is modelled', () => {
  const called = globSync('aws/**/*.ts', { cwd: root }).flatMap((file) => {
    const code = readFileSync(join(root, file), 'utf8');
    return [...code.matchAll(/import \{([^}]*)\} from '@aws-sdk\/([\w-]+)'/g)].flatMap(
      ([, names = '', from = '']) =>
        [...names.matchAll(/\b(\w+)Command\b(?!Input|Output)/g)].map(([, name = '']) => ({ name, from })),
    );
  });
  assert.ok(called.length > 30);
  const missing = called.filter(({ name, from }) => !(name in operationsOf(packages[from]!)));
  assert.deepEqual(missing, []);
});

test('every operation that the documents name exists', () => {
  const known = new Set(serviceNames.flatMap((service) => modelOf(service).operationNames));
  const verbs =
    'Add|Assume|Attach|Cancel|Change|Copy|Create|Delete|Deregister|Describe|Detach|Disable|Enable|Get|Head|List|Modify|' +
    'Promote|Publish|Put|Reboot|Register|Remove|Restore|Run|Select|Send|Set|Start|Stop|Subscribe|Switchover|Tag|Terminate|' +
    'Test|Untag|Update|Write';
  const named = new RegExp(`(?<!::)\\b(?:${verbs})(?:[A-Z]\\w*[a-z]\\w*)\\b`, 'g');
  const unknown = documents.flatMap((file) => {
    // The tables name members of requests, which begin with the same words; they come out of the SDK's models.
    const prose = readFileSync(join(root, file), 'utf8').replace(/<!-- generated: [\s\S]*?<!-- end -->/g, '');
    const names = [...prose.matchAll(named)].map(([name]) => name);
    return names.filter((name) => !known.has(name)).map((name) => `${file}: ${name}`);
  });
  assert.deepEqual(unknown, []);
});

test('every file that the documents link to is there', () => {
  const broken = documents.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .filter(([, target = '']) => !existsSync(join(root, dirname(file), target)))
      .map(([link]) => `${file}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

test('the error that the page explains is the one that a call gets', async () => {
  const sim = openAccount();
  const client = new EC2Client(settings(sim, recovery));
  const launch = new RunInstancesCommand({ MinCount: 1, MaxCount: 1, CpuOptions: { CoreCount: 1 } });
  const answer = client.send(launch).catch(() => undefined);
  await assert.rejects(sim.clock.drive(answer), (error: Error) => {
    assert.ok(page.includes(`\n${error.name}: ${error.message}\n`), error.message);
    return error instanceof NotSimulated;
  });
});

/** What an operation checks before it looks at anything else. */
const needed: Readonly<Record<string, object>> = { RunInstances: { MinCount: 1, MaxCount: 1 } };

test('what a table says is refused is refused', async () => {
  const wrong: string[] = [];
  let tried = 0;
  for (const service of serviceNames) {
    const operations = operationsOf(service);
    for (const { operation, inside, members } of memberLists(service, files)) {
      if (inside !== undefined) continue;
      const all = [...modelOf(service).operation(operation)!.input.members.keys()];
      for (const member of all.filter((name) => !members.includes(name))) {
        tried += 1;
        const error = await failureOf(() =>
          operations[operation]!(
            { ...needed[operation], [member]: 'any' } as never,
            callOf(service, operation),
          ),
        );
        if (!(error instanceof NotSimulated && error.message.includes(member))) {
          wrong.push(`${service}:${operation} with ${member}: ${String(error)}`);
        }
      }
    }
  }
  assert.ok(tried > 300, String(tried));
  assert.deepEqual(wrong, []);
});

async function failureOf(act: () => unknown): Promise<unknown> {
  try {
    await act();
    return 'no error';
  } catch (error) {
    return error;
  }
}

function callOf(service: ServiceName, operation: string): Call {
  const caller = { accessKeyId: 'AKIATEST', arn: 'arn:aws:iam::000000000000:user/test', userId: 'AIDATEST' };
  return { service, region: 'us-east-1', operation, caller, requestId: 'any', headers: {} };
}

test('every table has a place for each thing that it counts', () => {
  for (const service of serviceNames) {
    const rows = sections.get(`operations ${service}`)!.match(/^\| `/gm) ?? [];
    assert.equal(rows.length, Object.keys(operationsOf(service)).length, service);
  }
  assert.match(
    sections.get('distributions')!,
    /^\| `ec2\.pendingToRunning` \| log-normal \| median 12, 95 % 30/m,
  );
  assert.match(sections.get('template resources')!, /^\| `AWS::S3::Bucket` \|/m);
  assert.match(sections.get('workflow states')!, /^\| `Task` \|.*`Credentials`/m);
});

test('every duration that is drawn, and every request limit, says what it rests on', () => {
  for (const name of ['distributions', 'buckets']) {
    const rows = [...sections.get(name)!.matchAll(/^\| (`.+?`) \|.*\| (.+?) \|$/gm)];
    assert.ok(rows.length > 30, name);
    assert.deepEqual(
      rows.filter(([, , basis = '']) => !/\b(doc|api|obs|inc|est)\b/.test(basis)).map(([, path]) => path),
      [],
    );
  }
});
