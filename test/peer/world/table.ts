/** Writes the table of `docs/peers.md` from `differences.yaml`: `node test/peer/world/table.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Group, judged } from './differences.ts';

export const peersPage = join(import.meta.dirname, '../../../docs/peers.md');

const begin = '<!-- generated: differences with moto -->';
const end = '<!-- end -->';

/** The page with its table made anew. @throws Error for a page without the marks between which it stands */
export function withTable(page: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end).slice(1).join(end);
  if (before === undefined || after === undefined) throw new Error(`docs/peers.md has no ${begin} … ${end}`);
  return `${before}${begin}\n\n${table()}\n\n${end}${after}`;
}

function table(): string {
  const rows = judged.map(
    (group) => `| ${whatOf(group)} | ${group.right} | ${plain(group.why)} | ${plain(group.source)} |`,
  );
  const head = '| Where, and what: simulator / moto | Right | Why | Source |';
  return [head, '| --- | --- | --- | --- |', ...rows].join('\n');
}

function whatOf({ at, differ }: Group): string {
  const where = at.map((place) => `\`${place.replace(':', ': ')}\``).join(', ');
  const what = Object.entries(differ).map(([sides, members]) => {
    const named = members.split(/\s+/).filter((member) => member !== 'answer');
    return named.length === 0 ? sides : `${named.map((member) => `\`${member}\``).join(' ')} ${sides}`;
  });
  return plain(`${where}<br>${what.join('<br>')}`);
}

/** Text that does not end a cell. */
function plain(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.main) writeFileSync(peersPage, withTable(readFileSync(peersPage, 'utf8')));
