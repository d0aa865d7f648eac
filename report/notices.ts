import { toJsonSchema } from '@valibot/to-json-schema';
import { noticeNames, noticeSchemas, noticeSource } from '../recovery/notices.ts';

interface MemberSchema {
  readonly description?: string;
  readonly enum?: readonly unknown[];
}

interface DetailSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, MemberSchema>>;
}

/** The JSON Schema of the events that Lifeboat puts, by their `detail-type`; the source of `docs/notices.schema.json`. */
export function noticesJsonSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    oneOf: noticeNames.map((name) => ({
      type: 'object',
      required: ['source', 'detail-type', 'detail'],
      properties: {
        source: { const: noticeSource },
        'detail-type': { const: name },
        detail: detailSchema(name),
      },
    })),
  };
}

/** The page of the same for people; the source of `docs/events.md`. */
export function noticesPage(): string {
  const sections = noticeNames.map((name) => {
    const { description = '', properties = {} } = detailSchema(name);
    const rows = Object.entries(properties).map(
      ([member, schema]) => `| \`${member}\` | ${meaningOf(schema)} |`,
    );
    return [`## ${name}`, '', description, '', '| in `detail` | |', '|---|---|', ...rows].join('\n');
  });
  return `${[head, ...sections].join('\n\n')}\n`;
}

const head = `# Events that Lifeboat puts

Made by \`npm run schema\` from \`recovery/notices.ts\`. Each goes to the default bus of the recovery Region with the source
\`${noticeSource}\`; its \`detail-type\` is the heading. People are told the same by the stack's SNS topic. An event may come
twice, and new members may be added to a \`detail\`; samples are in \`events/own/\`, the JSON Schema is
\`docs/notices.schema.json\`. A rule that takes those of one plan:

\`\`\`json
{ "source": ["${noticeSource}"], "detail": { "plan": ["shop"] } }
\`\`\``;

function detailSchema(name: (typeof noticeNames)[number]): DetailSchema {
  const { $schema: _, ...rest } = toJsonSchema(noticeSchemas[name]);
  return rest as DetailSchema;
}

function meaningOf({ description = '', enum: values }: MemberSchema): string {
  const listed = values?.map((value) => `\`${value}\``).join(', ');
  return [description, listed].filter(Boolean).join(': ');
}
