import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { type Rehearsed, rehearse } from '../../drill/rehearse.ts';
import { stepNames } from '../../recovery/terms.ts';
import type { Template } from '../../simulator/cloudformation/deploy.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { faults } from '../../simulator/world/faults.ts';
import { stepFunctions } from '../../stack/functions.ts';
import { packageApart, type ServiceFile } from '../../stack/packaging.ts';
import { cacheDirectory, root } from '../../stack/places.ts';
import { responseFunctionNames, responseFunctions } from '../../stack/response.ts';
import { type PackagedTemplate, packagedTemplates } from '../../stack/template.ts';
import { shopPlan, shopWorld, tokyo } from '../drill/shop.ts';

const isVersion = (id: string, template: PackagedTemplate) =>
  template.Resources[id]?.Type === 'AWS::Lambda::Version';

const refOf = (value: unknown) => (value as { readonly Ref?: string } | undefined)?.Ref ?? '';

/** What must be the same with and without code: versions taken out, and what refers to them brought back to the function. */
function withoutCode(template: PackagedTemplate): unknown {
  const functionOf = new Map(
    Object.entries(template.Resources)
      .filter(([id]) => isVersion(id, template))
      .map(([id, { Properties }]) => [id, refOf(Properties?.['FunctionName'])]),
  );
  const rest = Object.entries(template.Resources).filter(([id]) => !functionOf.has(id));
  const outputs = Object.entries(template.Outputs ?? {}).filter(
    ([, { Value }]) => !functionOf.has(refOf(Value)),
  );
  const text = JSON.stringify({ resources: Object.fromEntries(rest), outputs: Object.fromEntries(outputs) });
  const unversioned = text
    .replaceAll(/"S3Key":"[^"]*"/g, '"S3Key":""')
    .replaceAll(/\{"Ref":"(\w+)"\}/g, (match, id: string) =>
      functionOf.has(id) ? `{"Fn::GetAtt":["${functionOf.get(id)}","Arn"]}` : match,
    );
  return JSON.parse(unversioned);
}

/** The template as it is deployed, with its code; `archives` must be there. */
function packaged(config: ServiceFile, archives: readonly string[]): Promise<PackagedTemplate> {
  return packageApart(join(root, cacheDirectory), config, {}, async (path, directory) => {
    for (const name of archives) assert.ok(existsSync(join(directory, 'dist', `${name}.zip`)), name);
    return JSON.parse(await readFile(path, 'utf8')) as PackagedTemplate;
  });
}

const [real, witness, known] = await Promise.all([
  packaged('serverless.yml', [...stepNames, ...responseFunctionNames]),
  packaged('serverless.witness.yml', ['probe']),
  packagedTemplates(),
]);

test('the templates of a drill are the ones that are deployed, apart from code and versions', () => {
  assert.deepEqual(withoutCode(real), withoutCode(known.recovery));
  assert.deepEqual(withoutCode(witness), withoutCode(known.witness));

  const versions = Object.keys(real.Resources).filter((id) => isVersion(id, real));
  assert.equal(versions.length, stepFunctions().length + responseFunctions().length);
  const machines = {
    LifeboatDrill: stepNames.length,
    LifeboatFailover: stepNames.length,
    LifeboatResponse: 2,
    LifeboatRemount: 1,
  };
  for (const [id, calls] of Object.entries(machines)) {
    const called = Object.entries(real.Resources[id]?.Properties?.['DefinitionSubstitutions'] ?? {}).filter(
      ([name]) => name.endsWith('FunctionArn'),
    );
    assert.equal(called.length, calls);
    for (const [name, value] of called)
      assert.ok(versions.includes(refOf(value)), `${id} calls ${name} unversioned`);
  }
});

test('a version outlives the deployment that replaces it, for the executions that call it', () => {
  const policies = Object.entries(real.Resources)
    .filter(([id]) => isVersion(id, real))
    .map(([, resource]) => (resource as { readonly DeletionPolicy?: string }).DeletionPolicy);
  assert.deepEqual([...new Set(policies)], ['Retain']);
});

/** A restore drill of the shop by a template; a minute after its start a deployment brings code that throws. */
async function drillThroughDeployment(template: PackagedTemplate): Promise<Rehearsed> {
  const fault = 'a deployment in the middle';
  const apply = (sim: Simulator) => {
    const { lambda } = sim.region(tokyo);
    sim.clock.after(60_000, () => {
      for (const { key } of stepFunctions(['drill'])) {
        const name = `lifeboat-live-${key}`;
        assert.ok(lambda.has(name), name);
        lambda.register({
          name,
          roleArn: `arn:aws:iam::${sim.accountId}:role/${name}`,
          timeoutSeconds: 60,
          memoryMb: 512,
          environment: {},
          handler: async () => assert.fail('code that was deployed in the middle of a recovery'),
        });
      }
    });
  };
  Object.assign(faults, { [fault]: { says: 'what a test does to the world', apply } });
  return rehearse({
    plan: shopPlan(),
    world: shopWorld(),
    kind: 'drill',
    scope: 'restore',
    seed: 20,
    faults: [fault],
    template: template as Template,
  });
}

test('a deployment in the middle of a drill changes nothing for it, since its machine calls published versions', async () => {
  const { evidence, account } = await drillThroughDeployment(real);
  assert.equal(evidence.outcome, 'drilled', evidence.reason ?? '');
  const [execution] = account.sim.region(tokyo).states.executions;
  const called = new Set(JSON.stringify(execution?.history).match(/arn:aws:lambda:[\w:-]+/g));
  assert.ok(called.size > 10);
  for (const arn of called) assert.match(arn, /:function:lifeboat-live-drill\w+:1$/);

  const unversioned = await drillThroughDeployment(known.recovery);
  assert.notEqual(unversioned.evidence.outcome, 'drilled', 'and only since it does');
});
