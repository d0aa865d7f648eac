import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { stepNames } from '../../recovery/terms.ts';
import { stepFunctions } from '../../stack/functions.ts';
import { packageApart } from '../../stack/packaging.ts';
import { cacheDirectory, root } from '../../stack/places.ts';
import { type PackagedTemplate, packagedTemplate } from '../../stack/template.ts';

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

test('the template of a drill is the one that is deployed, apart from code and versions', async () => {
  const real = await packageApart(join(root, cacheDirectory), {}, async (path, directory) => {
    const template = JSON.parse(await readFile(path, 'utf8')) as PackagedTemplate;
    for (const { step } of stepFunctions())
      assert.ok(existsSync(join(directory, 'dist', `${step}.zip`)), step);
    return template;
  });
  assert.deepEqual(withoutCode(real), withoutCode(await packagedTemplate()));

  const versions = Object.keys(real.Resources).filter((id) => isVersion(id, real));
  assert.equal(versions.length, stepFunctions().length);
  for (const id of ['LifeboatDrill', 'LifeboatFailover']) {
    const called = Object.entries(real.Resources[id]?.Properties?.['DefinitionSubstitutions'] ?? {}).filter(
      ([name]) => name !== 'Kind',
    );
    assert.equal(called.length, stepNames.length);
    for (const [name, value] of called)
      assert.ok(versions.includes(refOf(value)), `${id} calls ${name} unversioned`);
  }
});
