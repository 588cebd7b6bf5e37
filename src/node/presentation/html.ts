// Writes pages that carry everything in themselves: no script, no request, readable on a phone and on paper.
import { style } from './style.ts';

export interface Figure {
  /** Its number in the report "Face Tuning"; left out where that has no such figure. */
  readonly number?: number;
  readonly title: string;
  /** HTML. */
  readonly body: string;
  /** Plain text: what the figure shows, and of how many samples. */
  readonly caption: string;
  /** The commands that made it, one a line, for a shell; empty where nothing was made. */
  readonly command: string;
  /** The pictures in the body, by file name, for writing them beside the page. */
  readonly pictures?: Readonly<Record<string, Uint8Array>>;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function figureHtml({ number, title, body, caption, command }: Figure): string {
  const name = number === undefined ? title : `Figure ${number}. ${title}`;
  return `<figure id="${anchorOf(title)}">
<h2>${escapeHtml(name)}</h2>
${body}
<figcaption>${escapeHtml(caption)}${command && `<pre class="command">${commandHtml(command)}</pre>`}</figcaption>
</figure>`;
}

/** Writes one command a line, which breaks between flags only. */
function commandHtml(commands: string): string {
  const lines = escapeHtml(commands).split('\n');
  return lines.map(line => `<code>${line.replaceAll(/(?<= )--[\w-]+/g, '<span>$&</span>')}</code>`).join('\n');
}

/** @param lead HTML below the title. @param figures in their order; a list of them is put before the first. */
export function pageHtml(title: string, lead: string, figures: readonly Figure[]): string {
  const contents = figures.map(({ number, title }) => {
    const name = number === undefined ? title : `${number}. ${title}`;
    return `<li><a href="#${anchorOf(title)}">${escapeHtml(name)}</a></li>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${lead}
<nav aria-label="Figures"><ul>${contents.join('\n')}</ul></nav>
${figures.map(figureHtml).join('\n')}
</main>
</body>
</html>
`;
}

/** @param width in pixels of the page. @param alt describes the picture for those who do not see it. */
export function imageHtml(png: Uint8Array, width: number, alt: string): string {
  const source = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  return `<img src="${source}" alt="${escapeHtml(alt)}" style="width: ${width}px">`;
}

function anchorOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
