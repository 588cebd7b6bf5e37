// The report's charts as inline SVG: drawn narrow, so that their text stays readable on a phone.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeHtml } from './html.ts';

/** Colours that people with any colour vision can tell apart (Okabe and Ito 2008); shapes and dashes differ as well. */
const colours = { black: '#000000', blue: '#0072b2', orange: '#d55e00', grey: '#8c8c8c', green: '#009e73' };

/** Width in units of the drawing, about a phone's. */
const width = 380;

const circle = '<circle cx="5" cy="5" r="4" fill="currentColor"/>';
const square = '<rect x="1.5" y="1.5" width="7" height="7" fill="none" stroke-width="2"/>';
const bar = '<path d="M5 0v10" stroke-width="3"/>';
const line = (dash: string) => `<path d="M-3 5h16" stroke-width="2" stroke-dasharray="${dash}"/>`;

export interface ShareSeries {
  readonly name: string;
  /** A share in [0, 1] for each label; null where there is none. */
  readonly values: readonly (number | null)[];
}

/** Draws up to three shares for each label, in rows. @param alt describes the chart for those who do not see it. */
export function shareChart(labels: readonly string[], series: readonly ShareSeries[], alt: string): string {
  const points = (s: number) =>
    labels.flatMap((label, i) => {
      const value = series[s]?.values[i] ?? null;
      return value === null ? [] : [{ label, percent: 100 * value }];
    });
  const at = { x: 'percent', y: 'label' };
  const svg = draw(alt, {
    height: 18 * labels.length + 60,
    marginLeft: roomFor(labels) + 6,
    marginTop: 40,
    x: { domain: [0, 100], label: 'share of faces (%)', axis: 'top', labelAnchor: 'center', labelArrow: 'none' },
    y: { type: 'band', domain: labels, label: null, tickSize: 0 },
    marks: [
      Plot.gridX({ stroke: '#ddd', strokeOpacity: 1 }),
      Plot.ruleY(labels, { stroke: '#eee' }),
      Plot.tickX(points(0), { ...at, stroke: colours.black, strokeWidth: 2.5, insetTop: 1, insetBottom: 1 }),
      Plot.dot(points(1), { ...at, symbol: 'square', stroke: colours.orange, strokeWidth: 1.8, r: 3.6 }),
      Plot.dot(points(2), { ...at, fill: colours.blue, r: 3.6 }),
    ],
  });
  const marks = [
    { colour: colours.black, icon: bar },
    { colour: colours.orange, icon: square },
    { colour: colours.blue, icon: circle },
  ];
  const entries = series.map(({ name, values }, s) => ({ name, values, ...marks[s]! }));
  return legend(entries.filter(({ values }) => values.some(value => value !== null))) + svg;
}

export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Draws up to three curves over one quantity. @param axes labels with units, and whether x is logarithmic. */
export function lineChart(
  axes: { readonly x: string; readonly y: string; readonly logarithmic?: boolean },
  curves: readonly Curve[],
  alt: string,
): string {
  const kinds = [
    { colour: colours.blue, dash: 'none' },
    { colour: colours.orange, dash: '5 2' },
    { colour: colours.black, dash: '2 2' },
  ];
  const svg = draw(alt, {
    height: 240,
    marginLeft: 48,
    marginBottom: 40,
    x: {
      label: axes.x,
      labelAnchor: 'center',
      labelArrow: 'none',
      ...(axes.logarithmic ? { type: 'log', tickFormat: '~s', ticks: 5 } : {}),
    },
    y: { label: axes.y, grid: true, labelArrow: 'none' },
    marks: curves.flatMap(({ points }, c) => {
      const { colour, dash } = kinds[c]!;
      const at = { x: 'x', y: 'y' };
      const dots = points.length <= 30 ? [Plot.dot(points, { ...at, fill: colour, r: 2 })] : [];
      return [Plot.line(points, { ...at, stroke: colour, strokeWidth: 1.6, strokeDasharray: dash }), ...dots];
    }),
  });
  const entries = curves.map(({ name }, c) => ({ name, colour: kinds[c]!.colour, icon: line(kinds[c]!.dash) }));
  return (curves.length > 1 ? legend(entries) : '') + svg;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Plane {
  /** Latents in the plane of two normals: `x` along the locked one, `y` along the rest of the moved one. */
  readonly points: readonly (Point & { readonly present: boolean })[];
  /** Names of the moved and the locked attribute. */
  readonly moved: string;
  readonly locked: string;
  /** The moved attribute's unit normal in this plane. */
  readonly normal: Point;
  /** Intercepts of both boundaries. */
  readonly intercepts: { readonly moved: number; readonly locked: number };
}

/** Draws the geometry of a conditional move, at equal scales. */
export function planeChart({ points, moved, locked, normal, intercepts }: Plane, alt: string): string {
  const reach = 4;
  const arrow = 3;
  const at = { x: 'x', y: 'y', clip: true };
  // The two upper labels stand on their arrows' outer sides, so that they never meet.
  const side = normal.x < 0 ? -1 : 1;
  const arrows = [
    { x: arrow, y: 0, text: locked, colour: colours.black, side: 0 },
    { x: arrow * normal.x, y: arrow * normal.y, text: moved, colour: colours.black, side },
    { x: 0, y: arrow, text: `${moved}, ${locked} locked`, colour: colours.green, side: -side },
  ];
  const boundaries = [
    { ends: boundaryLine(normal, intercepts.moved, reach), dash: '5 3', name: `boundary of ${moved}` },
    { ends: boundaryLine({ x: 1, y: 0 }, intercepts.locked, reach), dash: '1.5 2.5', name: `boundary of ${locked}` },
  ];
  const domain = [-reach, reach];
  const svg = draw(alt, {
    height: width,
    margin: 40,
    x: { domain, label: `along the normal of ${locked} (σ)`, labelAnchor: 'center', labelArrow: 'none' },
    y: { domain, label: 'at right angles to it (σ)', labelArrow: 'none' },
    marks: [
      Plot.frame({ stroke: '#ccc' }),
      Plot.dot(
        points.filter(({ present }) => !present),
        { ...at, stroke: colours.orange, symbol: 'square', r: 2.4 },
      ),
      Plot.dot(
        points.filter(({ present }) => present),
        { ...at, fill: colours.blue, r: 2.4 },
      ),
      ...boundaries.map(({ ends, dash }) =>
        Plot.line(ends, { ...at, stroke: colours.grey, strokeWidth: 2, strokeDasharray: dash }),
      ),
      ...arrows.map(end => {
        const ends = { x1: 0, y1: 0, x2: 'x', y2: 'y' };
        return Plot.arrow([end], { ...ends, stroke: end.colour, strokeWidth: 2.4, headLength: 7 });
      }),
      ...arrows.map(end =>
        Plot.text([end], {
          x: 'x',
          y: 'y',
          text: 'text',
          fill: end.colour,
          stroke: 'white',
          strokeWidth: 4,
          fontWeight: 'bold',
          dx: 9 * end.side,
          dy: end.side === 0 ? -10 : 0,
          textAnchor: end.side < 0 || end.side === 0 ? 'end' : 'start',
        }),
      ),
    ],
  });
  const entries = [
    { name: `${moved}, by the classifier`, colour: colours.blue, icon: circle },
    { name: `not ${moved}`, colour: colours.orange, icon: square },
    ...boundaries.map(({ name, dash }) => ({ name, colour: colours.grey, icon: line(dash) })),
  ];
  return legend(entries) + svg;
}

/** @returns two points of the line normal·p + intercept = 0, both outside the chart. @param normal of unit length. */
function boundaryLine({ x, y }: Point, intercept: number, reach: number): Point[] {
  return [-4 * reach, 4 * reach].map(t => ({ x: -intercept * x - t * y, y: -intercept * y + t * x }));
}

export interface HeatMap {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows][columns]. */
  readonly values: readonly (readonly number[])[];
  /** The value, on either side of 0, from which the colour is darkest. */
  readonly limit: number;
  /** The quantity, in words. */
  readonly unit: string;
}

/** Purple and orange, which no common kind of colour blindness confuses. */
const diverging = 'PuOr';

/** Side of a cell, in units of the drawing: a line of its label. */
const heatMapCell = 12;

/** @returns the room that labels need, in units of the drawing: at least that of CelebA's. */
function roomFor(names: readonly string[]): number {
  return Math.max(128, ...names.map(name => 6 * name.length + 8));
}

export function heatMap({ rows, columns, values, limit, unit }: HeatMap, alt: string): string {
  const cells = rows.flatMap((row, r) => columns.map((column, c) => ({ row, column, value: values[r]![c]! })));
  const labels = { left: roomFor(rows), top: roomFor(columns) };
  const wide = heatMapCell * columns.length + labels.left + 32;
  const svg = draw(alt, {
    width: wide,
    height: heatMapCell * rows.length + labels.top + 22,
    marginLeft: labels.left,
    marginTop: labels.top,
    // Narrow screens scroll rather than show names that nobody can read; a map of few attributes is not blown up.
    style: {
      fontSize: '9.5px',
      overflow: 'visible',
      minWidth: `${Math.round(0.85 * wide)}px`,
      maxWidth: `min(40rem, ${Math.round(1.5 * wide)}px)`,
    },
    x: { domain: columns, axis: 'top', tickRotate: -90, tickSize: 0, label: null },
    y: { domain: rows, tickSize: 0, label: null },
    color: { type: 'diverging', scheme: diverging, domain: [-limit, limit], clamp: true },
    marks: [Plot.cell(cells, { x: 'column', y: 'row', fill: 'value', inset: 0.3 }), Plot.frame({ stroke: '#ccc' })],
  });
  const colourOf = Plot.scale({ color: { type: 'diverging', scheme: diverging, domain: [-limit, limit] } }).apply;
  const steps = [-limit, -limit / 2, 0, limit / 2, limit];
  const entries = steps.map(value => ({
    name: `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value)}`,
    colour: colourOf(value) as string,
    icon: '<rect x="-2" y="0" width="14" height="10" fill="currentColor" stroke="#999" stroke-width="0.5"/>',
  }));
  return `<p class="aside">${escapeHtml(unit)}</p>${legend(entries)}<div class="scroll" tabindex="0">${svg}</div>`;
}

function draw(alt: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const style = { fontSize: '12px', overflow: 'visible' };
  const plot = Plot.plot({ document, width, style, className: 'chart', ariaLabel: alt, ...options });
  const svg: string = plot.outerHTML;
  // Screens show no more than two decimals of a place; numbers in words, such as those of axes, stay as they are.
  const rounded = (tag: string) =>
    tag.replaceAll(/-?\d+\.\d{3,}/g, digits => String(Number(Number(digits).toFixed(2))));
  return svg.replace('<svg ', '<svg role="img" ').replaceAll(/<[^>]*>/g, rounded);
}

function legend(entries: readonly { readonly name: string; readonly colour: string; readonly icon: string }[]): string {
  const items = entries.map(
    ({ name, colour, icon }) =>
      `<li><svg viewBox="-3 0 16 10" aria-hidden="true" style="color: ${colour}" stroke="currentColor">${icon}</svg>${escapeHtml(name)}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}
