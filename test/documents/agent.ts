import type { CommandDocument } from '../../stack/documents/documents.ts';

/**
 * The script that the Systems Manager agent writes for a document: parameters, or their defaults, put into its lines as they
 * are. Systems Manager has refused what does not match `allowedPattern` before; here it passes, so that the script's own
 * check is met too.
 */
export function asTheAgentWrites(
  document: CommandDocument,
  values: Readonly<Record<string, string>>,
): string {
  const lines = document.mainSteps[0].inputs.runCommand.join('\n');
  return lines.replaceAll(/\{\{ (\w+) \}\}/g, (_, name: string) => {
    const value = values[name] ?? document.parameters[name]?.default;
    if (value === undefined) throw new Error(`the document takes ${name}, and nothing gives it`);
    return value;
  });
}

/** Whether Systems Manager would let these values through. */
export function allowed(document: CommandDocument, values: Readonly<Record<string, string>>): boolean {
  return Object.entries(values).every(([name, value]) => {
    const parameter = document.parameters[name];
    return parameter !== undefined && new RegExp(parameter.allowedPattern).test(value);
  });
}
