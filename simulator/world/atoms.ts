import * as v from 'valibot';

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration such as `40m`, in seconds after parsing: a whole number and one of s, m, h, d. */
export const duration = v.pipe(
  v.string('a duration such as 40m is expected'),
  v.regex(/^\d+[smhd]$/, 'a duration such as 40m is expected: a whole number and one of s, m, h, d'),
  v.transform((text) => Number(text.slice(0, -1)) * (unitSeconds[text.slice(-1)] ?? 1)),
);

export const text = v.pipe(v.string(), v.nonEmpty('it must not be empty'));

export const count = v.pipe(v.number(), v.integer('a whole number is expected'), v.minValue(0));

export const port = v.pipe(
  v.number(),
  v.integer('a whole number is expected'),
  v.minValue(1),
  v.maxValue(65_535),
);

export const regionName = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a Region such as ap-northeast-1 is expected'),
);

/** A zone of the Region around it, by its letter. */
export const zoneLetter = v.pipe(v.string(), v.regex(/^[a-z]$/, 'a zone is one letter, such as a'));

/** A key of AWS's own alphabet and length; the value may be empty. */
const tagKey = v.pipe(v.string(), v.minLength(1), v.maxLength(128));
const tagValue = v.pipe(v.string('a tag is text: put quotes around it'), v.maxLength(256));

/** Tags to have, or tags that something must carry to be meant. */
export const tags = v.record(tagKey, tagValue);

export const resourceTags = v.optional(tags, {});

/** An id as AWS makes them: a prefix, a dash, and 8 or 17 hexadecimal digits. */
export function awsId(prefix: string) {
  const shape = new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`);
  return v.pipe(
    v.string(`an id such as ${prefix}-0123456789abcdef0 is expected`),
    v.regex(shape, `an id is expected: ${prefix}- and 17 hexadecimal digits`),
  );
}
