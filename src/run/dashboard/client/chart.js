import { byId, make } from './dom.js';
import { percent, size } from './format.js';
import { read } from './server.js';

const PLOTS = [
  { title: 'CPU, cores', fields: ['cpu'], show: value => value.toFixed(2) },
  { title: 'Memory', fields: ['memory'], show: size },
  { title: 'Network, a second', fields: ['received', 'sent'], show: size },
  { title: 'Disk, a second', fields: ['read', 'written'], show: size },
  { title: 'Processes', fields: ['processes'], show: value => String(Math.round(value)) },
];
const DEVICE_PLOTS = [
  { title: 'CPU', fields: ['cpu'], show: percent },
  { title: 'Memory', fields: ['memory'], show: size },
  { title: 'Disk, used', fields: ['disk'], show: percent },
  { title: 'Temperature, °C', fields: ['temperature'], show: value => value.toFixed(0) },
];
let plots = [];
let shown;

/** Opens the charts of a container, or of the device when no name is given. */
export async function openChart(name) {
  shown = { name };
  byId('chart-title').textContent = name ?? 'Device';
  if (!byId('chart').open) byId('chart').showModal();
  await draw();
}

export function prepareChart() {
  byId('chart-close').addEventListener('click', () => byId('chart').close());
  byId('chart-range').addEventListener('change', () => void draw());
  byId('chart').addEventListener('close', clear);
}

function clear() {
  for (const plot of plots) plot.destroy();
  plots = [];
  byId('chart-plots').replaceChildren();
}

async function draw() {
  const { name } = shown;
  const path = name === undefined ? '/v1/monitor/history' : `/v1/monitor/history/${encodeURIComponent(name)}`;
  const place = byId('chart-plots');
  try {
    const history = await read(`${path}?range=${byId('chart-range').value}`);
    clear();
    for (const plot of name === undefined ? DEVICE_PLOTS : PLOTS) drawOne(place, plot, history);
    if (plots.length === 0)
      place.append(make('p', { class: 'soft', text: 'Nothing is known of this span yet.' }));
  } catch (error) {
    clear();
    place.append(make('p', { class: 'soft', text: error.message }));
  }
}

function drawOne(place, { title, fields, show }, { times, values }) {
  const columns = fields.map(field => values[field] ?? []);
  if (!columns.some(column => column.some(value => value !== null))) return;
  const style = getComputedStyle(document.documentElement);
  const color = name => style.getPropertyValue(name);
  const axis = {
    stroke: color('--ink-soft'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line'), width: 1 },
  };
  place.append(make('h3', { text: title }));
  const host = place.appendChild(make('div', { class: 'plot' }));
  const options = {
    width: host.clientWidth,
    height: 150,
    scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [axis, { ...axis, size: 70, values: (_, ticks) => ticks.map(show) }],
    legend: { show: fields.length > 1 },
    series: [
      { value: '{HH}:{mm}:{ss}' },
      ...fields.map((label, index) => ({
        label,
        stroke: color(index === 0 ? '--series-1' : '--series-2'),
        fill: fields.length === 1 ? `${color('--series-1')}22` : undefined,
        width: 1.5,
        points: { show: times.length < 3 },
        value: (_, value) => (value === null ? '–' : show(value)),
      })),
    ],
  };
  plots.push(new uPlot(options, [times, ...columns], host));
}
