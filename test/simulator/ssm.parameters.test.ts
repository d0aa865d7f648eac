import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-ssm';
import { openAccount } from './guest-account.ts';

const name = '/shop/orders/endpoint';

function openStore() {
  const account = openAccount();
  const { ssm, drive, refusal } = account;
  const send = (input: Partial<PutParameterCommandInput>) =>
    ssm.send(new PutParameterCommand({ Name: name, Value: 'db.example.net', Type: 'String', ...input }));
  const put = (input: Partial<PutParameterCommandInput> = {}) => drive(send(input));
  const get = async (Name = name, WithDecryption = false) =>
    (await drive(ssm.send(new GetParameterCommand({ Name, WithDecryption })))).Parameter;
  return {
    ...account,
    put,
    get,
    refusePut: (input: Partial<PutParameterCommandInput>) => refusal(send(input)),
  };
}

test('a parameter is overwritten only on demand, and each overwrite is a version', async () => {
  const { put, get, refusePut } = openStore();
  assert.deepEqual((await put()).Version, 1);
  assert.match(
    await refusePut({ Value: 'other' }),
    /^ParameterAlreadyExists: The parameter already exists\. To overwrite this value, set the overwrite option in the request to true\.$/,
  );
  assert.equal((await put({ Value: 'new.example.net', Overwrite: true })).Version, 2);
  assert.equal(
    (await put({ Value: 'new.example.net', Overwrite: true })).Version,
    3,
    'the same value is a new version too',
  );
  const newest = await get();
  assert.equal(newest?.Value, 'new.example.net');
  assert.equal(newest?.ARN, 'arn:aws:ssm:ap-northeast-1:123456789012:parameter/shop/orders/endpoint');
  const first = await get(`${name}:1`);
  assert.deepEqual([first?.Value, first?.Version, first?.Selector], ['db.example.net', 1, ':1']);
  assert.equal((await get(newest?.ARN))?.Version, 3);
});

test('a version that is not there, or no longer, is refused', async () => {
  const { put, ssm, refusal, wait } = openStore();
  const ask = (version: number) => refusal(ssm.send(new GetParameterCommand({ Name: `${name}:${version}` })));
  await put();
  assert.match(
    await ask(2),
    /^ParameterVersionNotFound: Systems Manager could not find version 2 of \/shop\/orders\/endpoint\./,
  );
  for (let version = 2; version <= 101; version += 1) {
    await put({ Overwrite: true });
    await wait(1);
  }
  assert.match(await ask(1), /^ParameterVersionNotFound/);
});

test('a label of a parameter stops the run', async () => {
  const { ssm, drive, put } = openStore();
  await put();
  await assert.rejects(
    drive(ssm.send(new GetParameterCommand({ Name: `${name}:live` }))),
    /an SSM parameter label is not simulated/,
  );
});

const refusals: readonly {
  readonly what: string;
  readonly input: Partial<PutParameterCommandInput>;
  readonly says: RegExp;
}[] = [
  {
    what: 'a name that begins with aws',
    input: { Name: '/aws/shop' },
    says: /^ValidationException: Parameter name: can't be prefixed with "aws" or "ssm"/,
  },
  {
    what: 'a name that begins with ssm',
    input: { Name: 'SSM-shop' },
    says: /^ValidationException: Parameter name/,
  },
  {
    what: 'a name with a space',
    input: { Name: '/shop/the endpoint' },
    says: /^ValidationException: Parameter name/,
  },
  {
    what: 'a path that does not begin with a slash',
    input: { Name: 'shop/endpoint' },
    says: /^ValidationException: Parameter name must be a fully qualified name\.$/,
  },
  {
    what: 'a path of sixteen levels',
    input: { Name: `/${Array.from({ length: 16 }, () => 'a').join('/')}` },
    says: /^HierarchyLevelLimitExceededException/,
  },
  {
    what: 'a standard value of more than 4 KB',
    input: { Value: 'a'.repeat(4097) },
    says: /^ValidationException: Standard tier parameters support a maximum parameter value of 4096 characters/,
  },
  {
    what: 'an advanced value of more than 8 KB',
    input: { Value: 'a'.repeat(8193), Tier: 'Advanced' },
    says: /^ValidationException: Advanced tier/,
  },
  {
    what: 'a value that refers to another parameter',
    input: { Value: '{{ssm:/shop/other}}' },
    says: /^ValidationException/,
  },
  {
    what: 'a value that its pattern does not allow',
    input: { AllowedPattern: '[a-z]+', Value: 'db1' },
    says: /^ParameterPatternMismatchException/,
  },
  { what: 'a key for what is not secret', input: { KeyId: 'alias/shop' }, says: /^ValidationException/ },
  {
    what: 'tags together with an overwrite',
    input: { Overwrite: true, Tags: [{ Key: 'App', Value: 'shop' }] },
    says: /^ValidationException: Invalid request: tags and overwrite can't be used together/,
  },
];

for (const { what, input, says } of refusals) {
  test(`PutParameter refuses ${what}`, async () => {
    const { refusePut } = openStore();
    assert.match(await refusePut(input), says);
  });
}

test('a parameter keeps its type, needs one to begin with, and does not go back to the standard tier', async () => {
  const { ssm, put, refusePut, refusal } = openStore();
  assert.match(
    await refusal(ssm.send(new PutParameterCommand({ Name: name, Value: 'x' }))),
    /^ValidationException: A parameter type is required/,
  );
  await put({ Tier: 'Intelligent-Tiering', Value: 'a'.repeat(5000) });
  assert.match(await refusePut({ Type: 'SecureString', Overwrite: true }), /^HierarchyTypeMismatchException/);
  assert.match(
    await refusePut({ Tier: 'Standard', Overwrite: true }),
    /^ValidationException: This parameter uses the advanced-parameter tier/,
  );
  assert.equal((await put({ Value: 'a'.repeat(6000), Overwrite: true })).Tier, 'Advanced');
});

test('a secret is shown in clear only to who asks for it', async () => {
  const { put, get, here } = openStore();
  await put({ Type: 'SecureString', Value: 'hunter2' });
  assert.match((await get())?.Value ?? '', /^AQICAHh/);
  assert.equal((await get(name, true))?.Value, 'hunter2');
  assert.equal(here.ssm.parameterValue(name), 'hunter2');
});

test('a secret that is overwritten without its key is encrypted with the default one', async () => {
  const { put, here } = openStore();
  await put({ Type: 'SecureString', KeyId: 'alias/shop' });
  assert.equal(here.ssm.parameters.get(name).keyId, 'alias/shop');
  await put({ Type: 'SecureString', Overwrite: true });
  assert.equal(here.ssm.parameters.get(name).keyId, 'alias/aws/ssm');
});

test('many are read at once, and those that are not there are listed', async () => {
  const { ssm, put, drive, refusal } = openStore();
  await put();
  const read = await drive(ssm.send(new GetParametersCommand({ Names: [name, '/shop/none', `${name}:7`] })));
  assert.deepEqual(
    read.Parameters?.map((parameter) => parameter.Name),
    [name],
  );
  assert.deepEqual(read.InvalidParameters, ['/shop/none', `${name}:7`]);
  const eleven = Array.from({ length: 11 }, (_, index) => `/shop/${index}`);
  assert.match(
    await refusal(ssm.send(new GetParametersCommand({ Names: eleven }))),
    /^ValidationException: .*less than or equal to 10/,
  );
});

test('a path is read page by page, its own level or all below', async () => {
  const { here, ssm, drive, refusal } = openStore();
  for (let index = 0; index < 12; index += 1)
    here.ssm.addParameter({ name: `/shop/${String(index).padStart(2, '0')}`, value: `${index}` });
  here.ssm.addParameter({ name: '/shop/deep/one', value: 'x' });
  here.ssm.addParameter({ name: '/shopping', value: 'x' });
  const readAll = async (Recursive: boolean) => {
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await drive(
        ssm.send(new GetParametersByPathCommand({ Path: '/shop', Recursive, NextToken })),
      );
      assert.ok((page.Parameters?.length ?? 0) <= 10);
      names.push(...(page.Parameters ?? []).map((parameter) => parameter.Name ?? ''));
      NextToken = page.NextToken;
    } while (NextToken);
    return names;
  };
  assert.equal((await readAll(false)).length, 12);
  assert.equal((await readAll(true)).length, 13);
  assert.match(
    await refusal(ssm.send(new GetParametersByPathCommand({ Path: 'shop' }))),
    /^ValidationException: The parameter doesn't meet the parameter name requirements/,
  );
});

test('what is deleted is gone, and cannot be deleted again', async () => {
  const { ssm, put, drive, refusal } = openStore();
  await put();
  await drive(ssm.send(new DeleteParameterCommand({ Name: name })));
  assert.match(await refusal(ssm.send(new GetParameterCommand({ Name: name }))), /^ParameterNotFound/);
  assert.match(await refusal(ssm.send(new DeleteParameterCommand({ Name: name }))), /^ParameterNotFound/);
  await put();
  const deleted = await drive(ssm.send(new DeleteParametersCommand({ Names: [name, '/shop/none'] })));
  assert.deepEqual([deleted.DeletedParameters, deleted.InvalidParameters], [[name], ['/shop/none']]);
});

test('a parameter carries tags, and is found by them and by its path', async () => {
  const { ssm, put, drive, refusal } = openStore();
  const resource = { ResourceType: 'Parameter', ResourceId: name } as const;
  await put({ Tags: [{ Key: 'App', Value: 'shop' }] });
  await put({ Name: '/other', Value: 'x' });
  await drive(
    ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: 'lifeboat:plan', Value: 'shop' }] })),
  );
  await drive(ssm.send(new RemoveTagsFromResourceCommand({ ...resource, TagKeys: ['App'] })));
  const { TagList } = await drive(ssm.send(new ListTagsForResourceCommand(resource)));
  assert.deepEqual(TagList, [{ Key: 'lifeboat:plan', Value: 'shop' }]);
  const find = async (Key: string, Option: string, Values: string[]) =>
    (
      await drive(ssm.send(new DescribeParametersCommand({ ParameterFilters: [{ Key, Option, Values }] })))
    ).Parameters?.map((parameter) => parameter.Name);
  assert.deepEqual(await find('tag:lifeboat:plan', 'Equals', ['shop']), [name]);
  assert.deepEqual(await find('Path', 'Recursive', ['/shop']), [name]);
  assert.deepEqual(await find('Name', 'BeginsWith', ['/o']), ['/other']);
  const absent = ssm.send(new ListTagsForResourceCommand({ ...resource, ResourceId: '/none' }));
  assert.match(await refusal(absent), /^InvalidResourceId/);
});

test('many writes in one second are throttled', async () => {
  const { ssm, sim } = openStore();
  const writes = Array.from({ length: 30 }, (_, index) =>
    ssm.send(new PutParameterCommand({ Name: `/shop/${index}`, Value: 'x', Type: 'String' })),
  );
  const settled = await sim.clock.drive(Promise.allSettled(writes));
  const refused = settled.filter((one) => one.status === 'rejected');
  assert.ok(refused.length > 10, `${refused.length} were refused`);
  assert.equal(refused[0]?.reason.name, 'ThrottlingException');
});

test('each change of a parameter is announced', async () => {
  const { here, ssm, put, drive } = openStore();
  const announced: unknown[] = [];
  here.events.onEvent((_bus, event) => announced.push([event['detail-type'], event.detail]));
  await put();
  await put({ Overwrite: true });
  await drive(ssm.send(new DeleteParameterCommand({ Name: name })));
  const change = (operation: string) => ['Parameter Store Change', { operation, name, type: 'String' }];
  assert.deepEqual(announced, [change('Create'), change('Update'), change('Delete')]);
});
