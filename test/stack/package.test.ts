import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { stepNames } from '../../recovery/terms.ts';
import { stepFunctions } from '../../stack/functions.ts';
import { packageApart, type ServiceFile } from '../../stack/packaging.ts';
import { cacheDirectory, root } from '../../stack/places.ts';
import { responseFunctionNames, responseFunctions } from '../../stack/response.ts';
import { type PackagedTemplate, packagedTemplates } from '../../stack/template.ts';

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

test('the templates of a drill are the ones that are deployed, apart from code and versions', async () => {
  const [real, witness, known] = await Promise.all([
    packaged('serverless.yml', [...stepNames, ...responseFunctionNames]),
    packaged('serverless.witness.yml', ['probe']),
    packagedTemplates(),
  ]);
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
