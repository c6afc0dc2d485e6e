import { byId, make, setText } from './dom.js';
import { readEvents } from './server.js';

const MOST = 1000;
let reading;

/** Starts anew with what the form asks for. */
export async function readLogs() {
  reading?.abort();
  const own = new AbortController();
  reading = own;
  const name = byId('log-container').value;
  const place = byId('log-lines');
  place.replaceChildren();
  if (name === '') return;
  setText(byId('log-note'), 'reading');
  const query = new URLSearchParams({ tail: '500', follow: '1' });
  if (byId('log-level').value !== '') query.set('level', byId('log-level').value);
  if (byId('log-grep').value !== '') query.set('grep', byId('log-grep').value);
  try {
    await readEvents(`/v1/containers/${encodeURIComponent(name)}/logs?${query}`, {
      signal: own.signal,
      take: ({ event, data }) => {
        if (event === 'lines') showLines(place, data);
        if (event === 'end') setText(byId('log-note'), data.reason);
        else setText(byId('log-note'), '');
      },
    });
  } catch (error) {
    if (own.signal.aborted) return;
    setText(byId('log-note'), `${error.message}; tried again soon`);
    setTimeout(() => {
      if (!own.signal.aborted) void readLogs();
    }, 5000);
  }
}

function showLines(place, lines) {
  const isFollowed = byId('log-follow').checked;
  place.append(...lines.map(lineOf));
  while (place.childElementCount > MOST) place.firstElementChild.remove();
  if (isFollowed) place.scrollTop = place.scrollHeight;
}

function lineOf({ time, level, stream, text }) {
  const parts = [make('span', { class: 'when', text: time.slice(11, 23) })];
  if (level === 'error' || level === 'warning') parts.push(make('b', { text: level }));
  else if (stream === 'stderr') parts.push(make('i', { text: 'stderr' }));
  parts.push(make('span', { text }));
  return make('div', { class: `line ${level ?? ''}` }, ...parts);
}

/** Keeps the choice of containers as it is on the device. */
export function offerLogs(containers) {
  const select = byId('log-container');
  const names = containers.map(({ name }) => name);
  if (names.join() === Array.from(select.options, ({ value }) => value).join()) return;
  const before = select.value;
  select.replaceChildren(...names.map(name => make('option', { value: name, text: name })));
  if (names.includes(before)) select.value = before;
  if (select.value !== before) void readLogs();
}

export function showLogsOf(name) {
  byId('log-container').value = name;
  void readLogs();
  byId('logs').scrollIntoView();
  byId('log-lines').focus({ preventScroll: true });
}

export function prepareLogs() {
  // It scrolls: the keyboard must reach it.
  byId('log-lines').tabIndex = 0;
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(readLogs, 300);
  };
  byId('log-form').addEventListener('submit', event => event.preventDefault());
  for (const id of ['log-container', 'log-level']) byId(id).addEventListener('change', () => void readLogs());
  byId('log-grep').addEventListener('input', soon);
}
