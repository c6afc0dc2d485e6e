import { byId, make } from './dom.js';
import { clock } from './format.js';

const MOST = 500;
const MARKS = { info: '·', warning: '!', error: '✕' };
let events = [];

export function addEvent(event) {
  events.unshift(event);
  if (events.length > MOST) events.pop();
  const list = byId('event-list');
  if (isShown(event)) list.prepend(itemOf(event));
  while (list.childElementCount > MOST) list.lastElementChild.remove();
}

/** The agent began anew: its numbers and what it keeps are others. */
export function clearEvents() {
  events = [];
  byId('event-list').replaceChildren();
}

export function prepareEvents() {
  const show = () => byId('event-list').replaceChildren(...events.filter(isShown).map(itemOf));
  byId('event-level').addEventListener('change', show);
  byId('event-grep').addEventListener('input', show);
}

function isShown({ severity, text, from }) {
  const least = byId('event-level').value;
  if (least === 'warning' && severity === 'info') return false;
  if (least === 'error' && severity !== 'error') return false;
  return `${from} ${text}`.toLowerCase().includes(byId('event-grep').value.toLowerCase());
}

function itemOf({ timeMs, severity, from, text }) {
  return make(
    'li',
    { class: severity },
    make('time', { datetime: new Date(timeMs).toISOString(), text: clock(timeMs) }),
    make('span', { class: 'mark', title: severity, text: MARKS[severity] ?? '' }),
    make('span', { class: 'from', text: from }),
    make('span', { text }),
  );
}
