import type { History, HistoryOutage } from './history.ts';

/** The page `docs/history.md`: what was replayed, what was not, and what became of each plan. */
export function historyPage({ outages, command }: History): string {
  return `# Outages of the past

Four outages of AWS, replayed for the shop of \`plans/shop.yaml\` with the whole stack installed: would it have recovered, in
what time, and what held it? In each the shop runs in the Region that was hit and recovers in another one, and differs in what
its row says. Each sentence comes from its run, and this page from

\`\`\`sh
${command} --page docs/history.md
\`\`\`

What happened is in \`worlds/history/\`. Times are UTC. A recovery is timed from its onset, or from the order of the person who
began it. What would have been had nobody done anything is measured in the same world without Lifeboat, up to the end of the
outage. A plan is replayed until it has recovered, or for as long as it takes to see that it does not.

What is not replayed is said beside it. In all of them: Auto Scaling does not replace what stands in a lost zone, a Multi-AZ
database takes 90 s to fail over, nobody makes newer snapshots, and the functions of Lifeboat themselves go on. How many calls
failed was mostly not told; what is taken in its place is in the table.

${outages.map(sectionOf).join('\n')}`;
}

function sectionOf({ outage, says, phases, plans }: HistoryOutage): string {
  return `## ${titleOf(outage)}

${capital(says)}.

| Time | What happened | Source | Not replayed |
| --- | --- | --- | --- |
${phases.map((each) => row([span(each), each.says, each.source, lacksOf(each)])).join('\n')}

| Plan | | Would it have recovered? |
| --- | --- | --- |
${plans.map(({ plan, says: what, sentence }) => row([`\`${plan}\``, what, capital(sentence)])).join('\n')}
`;
}

function lacksOf({ isReplayed, lacks }: HistoryOutage['phases'][number]): string {
  if (lacks === null) return '–';
  return isReplayed ? `in part: ${lacks}` : lacks;
}

function span({ from, to }: HistoryOutage['phases'][number]): string {
  const day = (at: string) => at.slice(5, 16).replace('T', ' ');
  if (to === null) return `from ${day(from)}`;
  return `${day(from)} to ${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11, 16) : day(to)}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function titleOf(outage: string): string {
  return capital(outage.replace('-', ' '));
}

function capital(says: string): string {
  return says.slice(0, 1).toUpperCase() + says.slice(1);
}
