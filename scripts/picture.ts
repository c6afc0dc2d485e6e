// Draws what a terminal showed, from standard input, as an SVG: node scripts/picture.ts < run.txt > run.svg
import { readFileSync } from 'node:fs';

const LINE = 20;
const CHAR = 8.43;
const MARGIN = 18;

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
const columns = Math.max(...lines.map(line => line.length));
const width = Math.ceil(columns * CHAR + 2 * MARGIN);
const height = lines.length * LINE + 2 * MARGIN;

function colourOf(line: string): string {
  if (line.startsWith('$')) return '#e8eaed';
  if (/^(proven|✓)/.test(line)) return '#7ee787';
  if (/^\s*(before|removed)\b/.test(line)) return '#8b949e';
  return '#c9d1d9';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const texts = lines.map((line, i) => {
  const y = MARGIN + (i + 0.75) * LINE;
  return `  <text x="${MARGIN}" y="${y}" fill="${colourOf(line)}" xml:space="preserve">${escaped(line)}</text>`;
});
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A run of sampan slim">
  <rect width="100%" height="100%" rx="8" fill="#0d1117"/>
  <g font-family="ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace" font-size="14">
${texts.join('\n')}
  </g>
</svg>
`);
