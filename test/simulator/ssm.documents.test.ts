import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CreateDocumentCommand,
  DeleteDocumentCommand,
  DescribeDocumentCommand,
  GetDocumentCommand,
} from '@aws-sdk/client-ssm';
import { openAccount } from './guest-account.ts';

const content = JSON.stringify({
  schemaVersion: '2.2',
  description: 'Mounts a volume',
  parameters: {
    volumeId: { type: 'String', allowedPattern: '^vol-[0-9a-f]{8,17}$', description: 'which' },
    options: { type: 'StringList', default: ['noatime'] },
  },
  mainSteps: [
    { action: 'aws:runShellScript', name: 'mount', inputs: { runCommand: ['mount'], timeoutSeconds: '600' } },
  ],
});

function openDocuments() {
  const account = openAccount();
  const send = (input: { Name?: string; Content?: string; DocumentFormat?: 'JSON' | 'YAML' } = {}) =>
    account.ssm.send(
      new CreateDocumentCommand({ Name: 'shop-mount', Content: content, DocumentType: 'Command', ...input }),
    );
  return { ...account, send };
}

test('a document is created once, described with its parameters, and returned as it was given', async () => {
  const { ssm, send, drive, refusal } = openDocuments();
  assert.equal((await drive(send())).DocumentDescription?.Status, 'Creating');
  assert.match(await refusal(send()), /^DocumentAlreadyExists/);
  const { Document } = await drive(ssm.send(new DescribeDocumentCommand({ Name: 'shop-mount' })));
  assert.deepEqual(Document?.Parameters, [
    { Name: 'volumeId', Type: 'String', Description: 'which' },
    { Name: 'options', Type: 'StringList', DefaultValue: '["noatime"]' },
  ]);
  assert.equal(Document?.Status, 'Active');
  assert.equal(Document?.Owner, '123456789012');
  assert.equal((await drive(ssm.send(new GetDocumentCommand({ Name: 'shop-mount' })))).Content, content);
});

test('what is not there, or in another version, is refused', async () => {
  const { ssm, send, drive, refusal } = openDocuments();
  assert.match(
    await refusal(ssm.send(new GetDocumentCommand({ Name: 'none' }))),
    /^InvalidDocument: Document with name none does not exist\./,
  );
  await drive(send());
  assert.match(
    await refusal(ssm.send(new GetDocumentCommand({ Name: 'shop-mount', DocumentVersion: '2' }))),
    /^InvalidDocumentVersion/,
  );
  await drive(ssm.send(new DeleteDocumentCommand({ Name: 'shop-mount' })));
  assert.match(
    await refusal(ssm.send(new DescribeDocumentCommand({ Name: 'shop-mount' }))),
    /^InvalidDocument/,
  );
});

test('content that is no document, and names that AWS keeps, are refused', async () => {
  const { send, refusal } = openDocuments();
  const changed = (change: object) => JSON.stringify({ ...JSON.parse(content), ...change });
  assert.match(await refusal(send({ Content: 'not json' })), /^InvalidDocumentContent/);
  assert.match(await refusal(send({ Content: changed({ mainSteps: [] }) })), /^InvalidDocumentContent/);
  assert.match(
    await refusal(send({ Content: changed({ parameters: { a: { type: 'Number' } } }) })),
    /^InvalidDocumentContent/,
  );
  assert.match(
    await refusal(send({ Content: changed({ schemaVersion: '9' }) })),
    /^InvalidDocumentSchemaVersion/,
  );
  assert.match(await refusal(send({ Name: 'AWS-Mine' })), /^ValidationException/);
  assert.match(await refusal(send({ Name: 'a b' })), /^ValidationException/);
});

test('a document in YAML means the same, and a world may bring its own', async () => {
  const { here, ssm, send, drive } = openDocuments();
  const yaml =
    "schemaVersion: '2.2'\nparameters:\n  path: {type: String}\nmainSteps:\n  - {action: 'aws:runShellScript', name: run, inputs: {runCommand: [ls]}}\n";
  await drive(send({ Name: 'shop-list', Content: yaml, DocumentFormat: 'YAML' }));
  here.ssm.addDocument({ name: 'shop-seed', content: yaml });
  here.ssm.addDocument({ name: 'shop-object', content: JSON.parse(content) });
  const parametersOf = async (Name: string) =>
    (await drive(ssm.send(new DescribeDocumentCommand({ Name })))).Document?.Parameters?.map(
      (parameter) => parameter.Name,
    );
  assert.deepEqual(await parametersOf('shop-list'), ['path']);
  assert.deepEqual(await parametersOf('shop-seed'), ['path']);
  assert.deepEqual(await parametersOf('shop-object'), ['volumeId', 'options']);
});

test('a document of Amazon’s that nobody added stops the run: the account has it, the simulator does not', async () => {
  const { ssm, drive } = openDocuments();
  await assert.rejects(
    drive(ssm.send(new GetDocumentCommand({ Name: 'AWS-RunShellScript' }))),
    /AWS-RunShellScript is not simulated/,
  );
});
