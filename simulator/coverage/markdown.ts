/** A table in Markdown; a bar inside a cell is escaped. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Names as code, with commas between; a dash for none. */
export function codes(names: readonly string[]): string {
  return names.length === 0 ? '—' : names.map(code).join(', ');
}

export function code(name: string): string {
  return `\`${name}\``;
}
