import type { Evidence, StepEvidence } from './evidence.ts';
import { type Markup, markup } from './markup.ts';
import { sayDuration } from './wording.ts';

/** Geometry of the drawing, in SVG user units. */
const labelWidth = 96;
const plotWidth = 720;
const noteWidth = 104;
const rowHeight = 24;
const barHeight = 14;
const axisHeight = 28;

/** A step that began, in milliseconds since the epoch; a step without an end lasts as long as the drawing. */
interface Bar {
  readonly step: StepEvidence;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The steps as bars over the time of the recovery, as inline SVG; undefined when no step began. */
export function stepTimeline(evidence: Evidence): Markup | undefined {
  const begun = evidence.steps.filter((step) => step.startedAt !== null);
  if (begun.length === 0) return undefined;
  const marks = [evidence.endedAt, ...evidence.steps.flatMap((step) => [step.startedAt, step.endedAt])];
  const times = [evidence.startedAt, ...marks].filter((at) => at !== null).map((at) => Date.parse(at));
  const fromMs = Math.min(...times);
  const spanMs = Math.max(1000, Math.max(...times) - fromMs);
  const bars = begun.map(
    (step): Bar => ({
      step,
      fromMs: Date.parse(step.startedAt ?? evidence.startedAt) - fromMs,
      toMs: step.endedAt === null ? spanMs : Date.parse(step.endedAt) - fromMs,
    }),
  );
  const height = axisHeight + bars.length * rowHeight;
  return markup`<svg class="timeline" role="img" aria-label="Steps over time" viewBox="0 0 ${labelWidth + plotWidth + noteWidth} ${height}">
${axis(spanMs, height)}
${bars.map((bar, index) => drawBar(bar, index, spanMs))}
</svg>`;
}

function xOf(ms: number, spanMs: number): number {
  return Number((labelWidth + (ms / spanMs) * plotWidth).toFixed(1));
}

function drawBar({ step, fromMs, toMs }: Bar, index: number, spanMs: number): Markup {
  const x = xOf(fromMs, spanMs);
  const y = axisHeight + index * rowHeight;
  const end = xOf(toMs, spanMs);
  const width = Math.max(2, Number((end - x).toFixed(1)));
  const duration = sayDuration(step.endedAt === null ? null : (toMs - fromMs) / 1000);
  return markup`<g>
<text class="label" x="${labelWidth - 8}" y="${y + barHeight - 2}">${step.name}</text>
<rect class="${step.status ?? 'unreached'}" x="${x}" y="${y}" width="${width}" height="${barHeight}" rx="2"><title>${step.name}: ${step.status ?? 'not reached'}, ${duration}</title></rect>
<text class="note" x="${x + width + 6}" y="${y + barHeight - 2}">${duration}</text>
</g>
`;
}

/** Lines at whole, readable distances. */
function axis(spanMs: number, height: number): readonly Markup[] {
  const steps = [1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
  const everySeconds = steps.find((seconds) => spanMs / 1000 / seconds <= 8) ?? spanMs / 8000;
  const ticks = Math.floor(spanMs / 1000 / everySeconds);
  return Array.from({ length: ticks + 1 }, (_, tick) => {
    const x = xOf(tick * everySeconds * 1000, spanMs);
    const label = tick === 0 ? 'start' : `+${sayDuration(tick * everySeconds)}`;
    return markup`<line class="grid" x1="${x}" y1="${axisHeight - 8}" x2="${x}" y2="${height}"/><text class="tick" x="${x}" y="12">${label}</text>
`;
  });
}
