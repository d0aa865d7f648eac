import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { unchunk } from '../../simulator/wire/chunked.ts';
import { joinHeader, splitHeader } from '../../simulator/wire/headers.ts';
import { Malformed } from '../../simulator/wire/scalars.ts';
import { escapeXml, parseXml, type XmlElement, XmlSyntaxError } from '../../simulator/wire/xmltext.ts';

const seed = { seed: 20260101, numRuns: 300 };
/** XML has no way to write most control characters, and no text has half of a surrogate pair. */
const xmlText = fc
  .string({ unit: 'binary' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to leave out.
  .map((text) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''));

test('any text survives as an element and as an attribute', () => {
  fc.assert(
    fc.property(xmlText, (text) => {
      const root = parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
      assert.equal(root.text, text);
      assert.equal(root.attributes.get('b'), text);
    }),
    seed,
  );
});

test('a document may have a declaration, comments, CDATA, namespaces and references', () => {
  const root = parseXml(
    `\uFEFF<?xml version="1.0"?>\r\n<!-- <b> --><a xmlns:x='urn:x' x:type = "t&quot;">\r\n<b/><b >1<!-- - -->2</b><![CDATA[<&]]>&#65;&#x1F600;</a >\n`,
  );
  assert.deepEqual(
    [...root.attributes],
    [
      ['xmlns:x', 'urn:x'],
      ['x:type', 't"'],
    ],
  );
  assert.deepEqual(
    root.children.map(({ name, text }: XmlElement) => [name, text]),
    [
      ['b', ''],
      ['b', '12'],
    ],
  );
  assert.equal(root.text, '\n<&A😀');
});

test('what is not one well-formed element is refused', () => {
  const documents = [
    '',
    'a',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a/>b',
    '<a b></a>',
    '<a b="<"/>',
    '<a>&nbsp;</a>',
    '<a>& b</a>',
  ];
  for (const document of [...documents, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<a>&#x110000;</a>']) {
    assert.throws(() => parseXml(document), XmlSyntaxError, document);
  }
});

test('any list survives in a header, whatever its items hold', () => {
  const item = fc.string({ minLength: 1 }).filter((text) => text.trim() === text);
  fc.assert(
    fc.property(fc.array(item), (items) => assert.deepEqual(splitHeader(joinHeader(items)), items)),
    seed,
  );
  assert.deepEqual(splitHeader('a,b ,  c'), ['a', 'b', 'c']);
});

test('any chunks join to the body, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1 })), fc.boolean(), (chunks, isSigned) => {
      const signature = isSigned ? ';chunk-signature=00' : '';
      const parts = chunks.flatMap((chunk) => [
        `${chunk.length.toString(16)}${signature}\r\n`,
        chunk,
        '\r\n',
      ]);
      const encoded = [...parts, `0${signature}\r\n`, 'X-Amz-Checksum-CRC32: AAAA==\r\n\r\n'].map((part) =>
        Buffer.from(part),
      );
      const { body, trailers } = unchunk(Buffer.concat(encoded));
      assert.deepEqual(Buffer.from(body), Buffer.concat(chunks));
      assert.deepEqual(trailers, { 'x-amz-checksum-crc32': 'AAAA==' });
      assert.throws(
        () => unchunk(Buffer.concat(encoded).subarray(0, Buffer.concat(encoded.slice(0, -2)).length)),
        Malformed,
      );
    }),
    seed,
  );
});
