import { standing } from './containers.js';
import { careful, make } from './dom.js';
import { clock } from './format.js';
import { call } from './server.js';

let last = '';

/** Wanted beside current, service by service; made anew only when something is different. */
export function showProjects(place, { modules, containers }) {
  const projects = modules.apply;
  const seen = JSON.stringify([projects, containers.map(one => [one.name, standing(one).text, one.imageId])]);
  if (seen === last) return;
  // A question that was asked in a button must not go away under the finger.
  if (place.querySelector('.asks') !== null) return;
  last = seen;
  if (!Array.isArray(projects)) {
    place.replaceChildren(
      make('p', { class: 'soft', text: 'The part of the agent that applies projects does not run.' }),
    );
    return;
  }
  const none = make('p', { class: 'soft', text: 'The settings of the agent name no project.' });
  place.replaceChildren(
    ...(projects.length === 0 ? [none] : projects.map(one => projectCard(one, containers))),
  );
}

function projectCard(project, containers) {
  const mine = containers.filter(one => one.project === project.name);
  const known = new Set((project.services ?? []).map(({ name }) => name));
  const stray = mine.filter(one => !known.has(one.service));
  const state = project.isRight
    ? make('span', { class: 'badge good', text: '✓ as wanted' })
    : make('span', { class: 'badge wait', text: '◌ not yet as wanted' });
  const rows = (project.services ?? []).map(service => serviceRow(project, service, mine));
  return make(
    'article',
    { class: 'card project' },
    make('div', { class: 'heading' }, make('h3', { text: project.name }), state),
    make('p', { class: 'soft', text: (project.files ?? []).join(', ') }),
    ...[project.problem, ...(project.failed ?? []).map(({ service, error }) => `${service}: ${error}`)]
      .filter(text => text !== undefined)
      .map(text => make('p', { class: 'problem', text })),
    make('div', { class: 'scroll' }, tableOf(rows)),
    ...(stray.length === 0
      ? []
      : [make('p', { class: 'soft', text: `not in the file: ${stray.map(({ name }) => name).join(', ')}` })]),
    ...(project.appliedMs > 0
      ? [make('p', { class: 'soft', text: `changed last at ${clock(project.appliedMs)}` })]
      : []),
  );
}

function tableOf(rows) {
  const head = ['Service', 'Wanted', 'Current', 'Update'].map(text => make('th', { scope: 'col', text }));
  return make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
}

function serviceRow(project, service, containers) {
  const mine = containers.filter(one => one.service === service.name);
  const up = mine.filter(({ status }) => status === 'running').length;
  const states = [...new Set(mine.map(one => standing(one).text))].join(', ');
  const held = service.held;
  const current = `${up} of ${service.scale ?? 1} run${up === 1 ? 's' : ''}${states === '' ? '' : `: ${states}`}`;
  const act = (verb, label) => {
    const body = JSON.stringify({ project: project.name, service: service.name });
    const button = careful(label, () => call(`/v1/apply/${verb}`, { method: 'POST', body }));
    button.setAttribute('aria-label', `${label}: ${service.name}`);
    return button;
  };
  const update = make('td');
  if (held !== undefined)
    update.append(
      make('span', { class: 'soft', text: `held at ${shortId(held.imageId)} ` }),
      act('release', 'Release'),
    );
  else if (service.previous !== undefined) update.append(act('rollback', 'Roll back'));
  else update.append(make('span', { class: 'soft', text: '–' }));
  return make(
    'tr',
    {},
    make('th', { scope: 'row', text: service.name }),
    make('td', { class: 'image', text: `${service.scale > 1 ? `${service.scale} × ` : ''}${service.image}` }),
    make('td', { text: current }),
    update,
  );
}

function shortId(id) {
  return String(id).replace('sha256:', '').slice(0, 12);
}
