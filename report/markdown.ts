import type { Evidence } from './evidence.ts';
import { type Section, sectionsOf } from './sections.ts';
import { sayOutcome } from './wording.ts';

/** The report of a recovery as Markdown, for a pull request, a ticket or a wiki. */
export function markdownReport(evidence: Evidence): string {
  const title = `# ${plain(`${evidence.plan}: ${evidence.outcome}`)}`;
  const blocks = [title, plain(sayOutcome(evidence)), ...sectionsOf(evidence).map(writeSection)];
  return `${blocks.join('\n\n')}\n`;
}

function writeSection(section: Section): string {
  const heading = `## ${plain(section.title)}`;
  if (section.rows.length === 0) return `${heading}\n\n${plain(section.empty)}`;
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(' | ')} |`;
  const rule = `|${section.columns.map(() => ' --- |').join('')}`;
  return [heading, '', line(section.columns), rule, ...section.rows.map(line)].join('\n');
}

/** Text that Markdown shows as it is: no markup, no HTML, no new cell and no new line can come out of a value. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_[\]|~]/g, (character) => `\\${character}`)
    .replace(/^([#>+-]|\d+[.)])/, '\\$1');
}
