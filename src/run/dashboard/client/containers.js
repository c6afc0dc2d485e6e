import { openChart } from './chart.js';
import { careful, make, reconcile, setClass, setText } from './dom.js';
import { duration, percent, size } from './format.js';
import { lastOf } from './history.js';
import { call } from './server.js';
import { drawSpark } from './spark.js';

/** The sign and the words for how a container stands; colour alone says nothing. */
export function standing({ status, health, exitCode, oomKilled }) {
  if (status === 'running') {
    if (health === 'unhealthy') return { kind: 'bad', mark: '✕', text: 'unhealthy' };
    if (health === 'starting') return { kind: 'wait', mark: '◌', text: 'starting' };
    if (health === 'healthy') return { kind: 'good', mark: '✓', text: 'healthy' };
    return { kind: 'good', mark: '●', text: 'runs' };
  }
  if (status === 'exited') {
    if (oomKilled) return { kind: 'bad', mark: '✕', text: 'killed: out of memory' };
    return exitCode === 0
      ? { kind: 'off', mark: '○', text: 'ended' }
      : { kind: 'bad', mark: '✕', text: `ended with ${exitCode}` };
  }
  return { kind: status === 'dead' ? 'bad' : 'wait', mark: '◌', text: status };
}

export function showContainers(list, containers, { rates, showLogs, memoryBytes }) {
  reconcile(list, containers, {
    key: ({ name }) => name,
    create: container => createCard(container, showLogs),
    update: (card, container) => updateCard(card, container, { now: rates.get(container.name), memoryBytes }),
  });
  list.classList.toggle('empty', containers.length === 0);
}

function createCard({ name }, showLogs) {
  const spark = (field, label) =>
    make(
      'button',
      {
        class: 'spark',
        type: 'button',
        'aria-label': `Charts of ${name}: ${label}`,
        onclick: () => void openChart(name),
      },
      make('span', { class: 'label', text: label }),
      make('span', { class: 'value', 'data-value': field }),
      make('canvas', { 'data-spark': field, 'aria-hidden': 'true' }),
    );
  const logs = make('button', { type: 'button', text: 'Logs', onclick: () => showLogs(name) });
  const again = careful('Restart', () =>
    call(`/v1/containers/${encodeURIComponent(name)}/restart`, { method: 'POST' }),
  );
  again.setAttribute('aria-label', `Restart ${name}`);
  logs.setAttribute('aria-label', `Logs of ${name}`);
  return make(
    'article',
    { class: 'card', 'aria-label': name },
    make(
      'div',
      { class: 'heading' },
      make('h3', { 'data-part': 'service' }),
      make('span', { 'data-part': 'state' }),
    ),
    make('p', { class: 'soft image', 'data-part': 'image' }),
    make('p', { class: 'soft', 'data-part': 'since' }),
    make(
      'div',
      { class: 'sparks' },
      spark('cpu', 'CPU'),
      spark('memory', 'Memory'),
      spark('received', 'Network'),
    ),
    make('div', { class: 'row actions' }, logs, again),
  );
}

function updateCard(card, container, { now, memoryBytes }) {
  const part = name => card.querySelector(`[data-part="${name}"]`);
  const { kind, mark, text } = standing(container);
  setText(part('service'), container.name);
  setText(part('state'), `${mark} ${text}`);
  setClass(part('state'), `badge ${kind}`);
  setText(part('image'), container.image);
  const isRunning = container.status === 'running';
  const since = Date.parse(isRunning ? container.startedAt : container.finishedAt);
  const ago = duration((Date.now() - since) / 1000);
  const restarts = container.restarts > 0 ? `, restarted ${container.restarts} times` : '';
  setText(part('since'), `${isRunning ? 'up' : 'down'} for ${ago}${restarts}`);
  const rates = isRunning ? (now?.rates ?? {}) : {};
  const past = lastOf(container.name);
  const limit = now?.group?.memoryLimitBytes;
  const ofLimit = limit > 0 && limit < memoryBytes / 3 ? ` of ${size(limit)}` : '';
  const show = (field, shown, values, most) => {
    setText(card.querySelector(`[data-value="${field}"]`), shown);
    drawSpark(card.querySelector(`[data-spark="${field}"]`), values ?? [], most);
  };
  const number = value => (typeof value === 'number' ? value : Number.NaN);
  show('cpu', percent(number(rates.cpu)), past.cpu, 0.05);
  show('memory', `${size(number(rates.memory))}${ofLimit}`, past.memory, 1e6);
  show(
    'received',
    `↓ ${size(number(rates.received))}/s ↑ ${size(number(rates.sent))}/s`,
    past.received,
    1000,
  );
}
