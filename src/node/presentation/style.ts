// The report's style sheet: one column, tables that scroll by themselves, figures that stay whole on paper.

export const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1a1a1a; font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
main { max-width: 66rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0.5rem 0; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 0.75rem; }
h3 { font-size: 1rem; margin: 1rem 0 0.25rem; }
a { color: #005a9c; }
nav ul { columns: 18rem; padding-left: 1.2rem; margin: 1rem 0; }
figure { margin: 2.5rem 0 0; padding-top: 1.25rem; border-top: 1px solid #ccc; }
figcaption { margin-top: 0.75rem; max-width: 46rem; font-size: 0.9rem; color: #444; }
pre.command { margin: 0.4rem 0 0; padding: 0.4rem 0.6rem; background: #f3f3f3; border-radius: 4px;
  font: 0.78rem/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.command code { font: inherit; }
pre.command code::before { content: "$ "; color: #666; }
pre.command span { white-space: nowrap; }
details pre { font: 0.78rem/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: 0.3rem 0; }
svg.chart { display: block; width: 100%; max-width: 40rem; height: auto; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1.25rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin: 0 0 0.5rem; padding: 0; list-style: none; font-size: 0.9rem; }
.legend svg { width: 1.6em; height: 1em; margin-right: 0.4em; vertical-align: -0.1em; }
img { display: block; max-width: 100%; height: auto; }
.frames { width: fit-content; max-width: 100%; }
.ticks { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; font-size: 0.8rem; text-align: center; }
.aside { margin: 0.5rem 0; font-size: 0.9rem; max-width: 46rem; }
.note { padding: 0.5rem 0.75rem; background: #fff6df; border-left: 4px solid #e69f00; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.82rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 0.4rem; }
th, td { padding: 0.18rem 0.42rem; text-align: left; border-bottom: 1px solid #e3e3e3; white-space: nowrap; }
thead th { vertical-align: bottom; border-bottom: 1px solid #888; white-space: normal; }
thead th[scope=colgroup] { text-align: center; border-bottom: 1px solid #bbb; }
td.number, th.number { text-align: right; }
td.prose { white-space: normal; min-width: 15rem; }
tbody th, tfoot th { position: sticky; left: 0; background: #fff; }
tbody th { font-weight: normal; white-space: normal; }
tfoot th, tfoot td { font-weight: 600; border-top: 2px solid #888; }
@media (max-width: 40rem) {
  h1 { font-size: 1.4rem; }
  table { font-size: 0.75rem; }
  th, td { padding: 0.18rem 0.22rem; }
}
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  figure, section { break-inside: avoid-page; }
  figure { margin-top: 1rem; }
  h2, h3 { break-after: avoid; }
  svg.chart { width: auto; max-height: 19cm; }
  .charts svg.chart { width: 100%; }
  .frames { max-width: 13cm; }
  .scroll { overflow: visible; }
  table { font-size: 7pt; }
  th, td { padding: 0.1rem 0.3rem; }
  tbody tr { break-inside: avoid; }
  tfoot { display: table-row-group; }
}
`;
