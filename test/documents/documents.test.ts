import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { CreateDocumentCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { mountDocument as mountInGuest } from '../../drill/guest/mount.ts';
import { mountDocument, probeDocument } from '../../stack/documents/documents.ts';
import { openServers, server, volume } from '../simulator/guest-servers.ts';
import { allowed, asTheAgentWrites } from './agent.ts';

const seed = 20261121;
const documents = {
  mount: { document: mountDocument(), good: { VolumeId: 'vol-0a1b2c3d4e5f60718', MountPath: '/srv/data' } },
  probe: { document: probeDocument(), good: { Port: '8080', Path: '/healthz?deep=1' } },
} as const;

for (const [name, { document, good }] of Object.entries(documents)) {
  const lines = document.mainSteps[0].inputs.runCommand;

  test(`the ${name} document hands each parameter to its script once, in single quotes`, () => {
    const names = Object.keys(document.parameters);
    assert.equal(lines[0], '#!/bin/sh');
    assert.equal(lines[1], `set -- ${names.map((parameter) => `'{{ ${parameter} }}'`).join(' ')}`);
    assert.ok(!lines.slice(2).some((line) => line.includes('{{')), 'the agent would replace it');
  });

  test(`the ${name} document lets through what a plan can say, and its own defaults`, () => {
    assert.ok(allowed(document, good));
    for (const { allowedPattern, default: otherwise } of Object.values(document.parameters)) {
      if (otherwise !== undefined) assert.match(otherwise, new RegExp(allowedPattern));
    }
  });

  test(`no value that the ${name} document lets through can leave its quotes`, () => {
    const hostile = fc
      .tuple(
        fc.string(),
        fc.constantFrom("'", '"', '`', '$', ';', '|', '\n', ' ', '\\', '{{', '(', '\0', 'é'),
        fc.string(),
      )
      .map((parts) => parts.join(''));
    const value = fc.oneof(
      hostile,
      fc.constantFrom(...Object.values(good)).chain((text) => hostile.map((tail) => text + tail)),
    );
    for (const parameter of Object.keys(document.parameters)) {
      fc.assert(
        fc.property(value, (text) => !allowed(document, { [parameter]: text })),
        { seed },
      );
    }
  });

  test(`the patterns of the ${name} document need nothing that engines differ in`, () => {
    for (const { allowedPattern } of Object.values(document.parameters)) {
      assert.match(allowedPattern, /^\^.*\$$/);
      assert.doesNotMatch(allowedPattern, /\(\?(?!:)|\\\d|\\p/);
    }
  });

  test(`the ${name} document is a script that a plain shell can read, and fits into Systems Manager`, () => {
    const script = asTheAgentWrites(document, good);
    const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.ok(Buffer.byteLength(JSON.stringify(document)) < 65_536, 'a document has at most 64 KB');
  });
}

test('Systems Manager takes the mount document, refuses injections, and runs it in a guest', async () => {
  const { ssm, here, guest, drive, refusal, wait } = openServers();
  await wait(1);
  const content = JSON.stringify(mountDocument());
  await drive(
    ssm.send(
      new CreateDocumentCommand({ Name: 'lifeboat-mount', Content: content, DocumentType: 'Command' }),
    ),
  );
  here.ssm.registerGuestDocument('lifeboat-mount', mountInGuest);
  const send = (MountPath: string) =>
    ssm.send(
      new SendCommandCommand({
        DocumentName: 'lifeboat-mount',
        InstanceIds: [server],
        Parameters: { VolumeId: [volume], MountPath: [MountPath] },
      }),
    );
  assert.match(await refusal(send("/srv/data'; reboot; '")), /^InvalidParameters/);
  await drive(send('/srv/data'));
  await wait(60);
  assert.equal(guest.mounts.get('/srv/data')?.volumeId, volume);
  assert.ok(guest.fstab.get('/srv/data')?.options.includes('nofail'));
});
