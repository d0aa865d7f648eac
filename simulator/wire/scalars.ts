import type { Scalar, TimestampFormat } from './schema.ts';

/** Text on the wire that is not what the model wants there. Each protocol has its own error code for it. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** A value that a member holds as text in a form, a header, a label, a query or an XML element. */
export function scalarOf(shape: Scalar, text: string, format: TimestampFormat): unknown {
  switch (shape.kind) {
    case 'string':
      return text;
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new Malformed(`'${text}' is not a boolean`);
      return text === 'true';
    case 'number':
      return numberOf(text);
    case 'blob':
      return new Uint8Array(Buffer.from(text, 'base64'));
    case 'timestamp':
      return dateOf(text, shape.format ?? format);
    default:
      return shape satisfies never;
  }
}

/** The text that stands for a value; the inverse of `scalarOf`. */
export function textOfScalar(shape: Scalar, value: unknown, format: TimestampFormat): string {
  switch (shape.kind) {
    case 'string':
    case 'boolean':
    case 'number':
      return String(value);
    case 'blob':
      return base64(value as Uint8Array | string);
    case 'timestamp':
      return textOfDate(value as Date, shape.format ?? format);
    default:
      return shape satisfies never;
  }
}

/** A segment of a path, or several, as they were before percent-encoding. @throws Malformed */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Malformed(`'${text}' is not percent-encoded`);
  }
}

/** Clients take bytes or text for a blob. */
export function base64(value: Uint8Array | string): string {
  return Buffer.from(value as Uint8Array).toString('base64');
}

/** Numbers that JSON and XML have no digits for. */
const unusual: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

export function numberOf(text: string): number {
  if (Object.hasOwn(unusual, text)) return unusual[text]!;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new Malformed(`'${text}' is not a number`);
  return Number(text);
}

function dateOf(text: string, format: TimestampFormat): Date {
  const date = format === 'epoch-seconds' ? new Date(numberOf(text) * 1000) : new Date(text);
  if (Number.isNaN(date.getTime())) throw new Malformed(`'${text}' is not a timestamp`);
  return date;
}

function textOfDate(date: Date, format: TimestampFormat): string {
  switch (format) {
    case 'date-time':
      return date.toISOString();
    case 'http-date':
      return date.toUTCString();
    case 'epoch-seconds':
      return String(date.getTime() / 1000);
    default:
      return format satisfies never;
  }
}
