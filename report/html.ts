import type { Evidence } from './evidence.ts';
import { Markup, markup } from './markup.ts';
import { type Section, sectionsOf } from './sections.ts';
import { stepTimeline } from './timeline.ts';
import { sayInstant, sayOutcome } from './wording.ts';

/**
 * The report of a recovery as one page that needs nothing else: no script, no font, no request. It can be attached to a
 * ticket, printed, and opened when the network that it reports on is gone.
 */
export function htmlReport(evidence: Evidence): string {
  const timeline = stepTimeline(evidence);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${evidence.plan}: ${evidence.outcome} (${evidence.recovery})</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="outcome ${evidence.outcome}">${evidence.outcome}</p>
<h1>${evidence.plan}</h1>
<p class="lead">${sayOutcome(evidence)}</p>
<p class="origin">${evidence.recovery} · ${evidence.kind} · started ${sayInstant(evidence.startedAt)}</p>
</header>
<main>
${timeline ?? markup``}
${sectionsOf(evidence).map(writeSection)}
</main>
</body>
</html>
`.text;
}

function writeSection(section: Section): Markup {
  return markup`<section>
<h2>${section.title}</h2>
${section.rows.length === 0 ? markup`<p class="empty">${section.empty}</p>` : writeTable(section)}
</section>
`;
}

function writeTable({ columns, rows }: Section): Markup {
  // A table without column names is a list of facts: its first cell is the heading of its row.
  const facts = columns.every((column) => column === '');
  const head = markup`<thead><tr>${columns.map((column) => markup`<th scope="col">${column}</th>`)}</tr></thead>`;
  const body = rows.map(
    ([
      first = '',
      ...rest
    ]) => markup`<tr>${facts ? markup`<th scope="row">${first}</th>` : markup`<td>${first}</td>`}${rest.map((cell) => markup`<td>${cell}</td>`)}</tr>
`,
  );
  return markup`<div class="scroll"><table>${facts ? markup`` : head}<tbody>
${body}</tbody></table></div>`;
}

const style = new Markup(`
:root { color-scheme: light dark; --ink: #1b2430; --dim: #5c6773; --line: #d9dee4; --page: #fff; --good: #1a7f4b; --bad: #b3261e; --wait: #9a6700; --bar: #2f6db5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --dim: #96a1ad; --line: #343d47; --page: #14191f; --good: #4cc38a; --bad: #ff8379; --wait: #e2b03c; --bar: #6aa5e8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2.25rem 0 .5rem; font-size: 1.05rem; }
p { margin: .35rem 0; }
.outcome { font-weight: 600; text-transform: uppercase; letter-spacing: .06em; font-size: .8rem; }
.recovered, .drilled { color: var(--good); }
.failed, .aborted { color: var(--bad); }
.held { color: var(--wait); }
.origin, .empty { color: var(--dim); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .9rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { color: var(--dim); font-weight: 500; font-size: .85rem; }
tbody th { width: 12rem; font-weight: 500; }
.timeline { display: block; width: 100%; height: auto; margin-top: 1.75rem; }
.timeline text { fill: var(--ink); font: 12px system-ui, sans-serif; }
.timeline .label { text-anchor: end; }
.timeline .tick { text-anchor: middle; fill: var(--dim); font-size: 11px; }
.timeline .note { fill: var(--dim); font-size: 11px; }
.timeline .grid { stroke: var(--line); }
.timeline rect { fill: var(--bar); }
.timeline rect.failed { fill: var(--bad); }
.timeline rect.held, .timeline rect.working { fill: var(--wait); }
.timeline rect.skipped, .timeline rect.unreached { fill: var(--line); }
@media print { :root { color-scheme: light; --ink: #000; --dim: #444; --line: #bbb; --page: #fff; } body { max-width: none; padding: 0; } section { break-inside: avoid; } .scroll { overflow: visible; } }
`);
