import { prevailing } from './model.js';

/** Labels that mean the same on every page. */
const MEANINGS = {
  kept: '--kept',
  stripped: '--stripped',
  dropped: '--dropped',
  same: '--series-rest',
  added: '--series-3',
  removed: '--series-4',
  content: '--series-2',
  metadata: '--series-5',
};
const SERIES = 9;

/**
 * Colours for a column of labels: `{ of(metric), legend }`, where `of` gives the colour of each node. Some labels have
 * colours of their own; of others the nine with most bytes get one each and the rest share one. A file counts with the
 * largest of its `metrics`: what is only in one of two images has no bytes in the other.
 */
export function colorsFor(tree, column, metrics) {
  const style = getComputedStyle(document.documentElement);
  const color = name => style.getPropertyValue(name).trim();
  const labels = tree.pack.labels[column];
  const bytes = new Float64Array(labels.values.length);
  labels.index.forEach((value, leaf) => {
    bytes[value] += Math.max(...metrics.map(({ name }) => tree.pack.numbers[name][leaf]));
  });
  const order = [...bytes.keys()].sort((a, b) => bytes[b] - bytes[a]);
  const hasMeaning = labels.values.every(value => Object.hasOwn(MEANINGS, value));
  // Asked once: a large image has a thousand labels.
  const others = color('--series-rest');
  const colors = labels.values.map(() => others);
  for (const [place, value] of order.entries()) {
    if (hasMeaning) colors[value] = color(MEANINGS[labels.values[value]]);
    else if (place < SERIES) colors[value] = color(`--series-${place + 1}`);
  }
  const shown = hasMeaning ? order : order.slice(0, SERIES);
  const legend = shown.map(value => ({
    text: labels.values[value],
    color: colors[value],
    bytes: bytes[value],
  }));
  const rest = order.slice(shown.length);
  if (rest.length > 0) {
    const sum = rest.reduce((total, value) => total + bytes[value], 0);
    legend.push({ text: `${rest.length} others`, color: others, bytes: sum });
  }
  const of = metric => {
    const prevails = prevailing(tree, column, metric);
    return node => colors[prevails[node]] ?? others;
  };
  return { legend, of };
}

/** Black or white, whichever is easier to read on a colour `#rrggbb` (WCAG 2.2, relative luminance). */
export function inkOn(background) {
  const channel = at => {
    const value = Number.parseInt(background.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.18 ? '#000000' : '#ffffff';
}
