import { openChart } from './chart.js';
import { make, reconcile, setText } from './dom.js';
import { duration, percent, size } from './format.js';
import { lastOf } from './history.js';
import { drawSpark } from './spark.js';

/** What the agent may write in a day when nothing happens. */
const WEAR_BUDGET = 1e6;

export function showDevice(list, state) {
  reconcile(list, figuresOf(state), {
    key: ({ name }) => name,
    create: ({ name, field }) =>
      field === undefined
        ? make('div', { class: 'card figure' }, ...figureParts())
        : make(
            'button',
            {
              class: 'card figure',
              type: 'button',
              'aria-label': `Charts of the device: ${name}`,
              onclick: () => void openChart(),
            },
            ...figureParts(),
            make('canvas', { 'aria-hidden': 'true' }),
          ),
    update: (card, { name, value, note, field, most }) => {
      setText(card.querySelector('.label'), name);
      setText(card.querySelector('.value'), value);
      setText(card.querySelector('.soft'), note);
      const canvas = card.querySelector('canvas');
      if (canvas !== null) drawSpark(canvas, lastOf('/device')[field] ?? [], most);
    },
  });
}

function figureParts() {
  return [
    make('span', { class: 'label' }),
    make('span', { class: 'value' }),
    make('span', { class: 'soft' }),
  ];
}

function figuresOf({ modules, wear, memoryBytes, uptimeSeconds }) {
  const device = modules.monitor?.device;
  const past = lastOf('/device');
  const figures = [];
  if (device !== undefined) {
    const used = device.memoryBytes - device.memoryAvailableBytes;
    figures.push({
      name: 'CPU',
      value: percent(past.cpu?.at(-1) ?? Number.NaN),
      note: `load ${device.load1 ?? '–'}`,
      field: 'cpu',
      most: 1,
    });
    figures.push({
      name: 'Memory',
      value: percent(used / device.memoryBytes),
      note: `${size(used)} of ${size(device.memoryBytes)}`,
      field: 'memory',
      most: device.memoryBytes,
    });
    for (const { path, totalBytes, freeBytes } of device.disks ?? [])
      figures.push({
        name: `Disk ${path}`,
        value: percent(1 - freeBytes / totalBytes),
        note: `${size(freeBytes)} free`,
      });
    for (const [zone, degrees] of Object.entries(device.temperatures ?? {}))
      figures.push({ name: `Temperature ${zone}`, value: `${Math.round(degrees)} °C`, note: '' });
    for (const [name, tenths] of Object.entries(device.wear ?? {}))
      figures.push({ name: `Flash ${name}`, value: `${tenths * 10} %`, note: 'of its life is used' });
    const throttled = Object.entries(device.throttling ?? {}).flatMap(([name, is]) => (is ? [name] : []));
    if (throttled.length > 0)
      figures.push({ name: 'Throttled', value: throttled.join(', '), note: 'says the firmware' });
  }
  figures.push({
    name: 'Flash wear',
    value: `${size(wear.bytesPerDay)} a day`,
    note: `written by the agent, ${wear.bytesPerDay > WEAR_BUDGET ? 'above' : 'within'} its budget of 1 MB; ${size(wear.totalBytes)} in all`,
  });
  figures.push({
    name: 'Agent',
    value: size(memoryBytes),
    note: `memory, up for ${duration(uptimeSeconds)}`,
  });
  return figures;
}

/** What is plugged in, as the part that looks after devices tells it. */
export function showHardware(place, devices) {
  if (devices === undefined) {
    place.replaceChildren(
      make('p', { class: 'soft', text: 'The part of the agent that looks after devices does not run.' }),
    );
    return;
  }
  const rows = listOf(devices);
  if (rows.length === 0) {
    place.replaceChildren(
      make('p', { class: 'soft', text: 'Nothing that a container asks for is plugged in.' }),
    );
    return;
  }
  if (place.firstElementChild?.tagName !== 'UL') place.replaceChildren(make('ul', { class: 'plain' }));
  reconcile(place.firstElementChild, rows, {
    key: ({ key }) => key,
    create: () => make('li', { class: 'come' }, make('b'), make('span'), make('span', { class: 'soft' })),
    update: (item, { name, state, detail }) => {
      setText(item.children[0], name);
      setText(item.children[1], state);
      setText(item.children[2], detail);
    },
  });
}

function listOf(devices) {
  const all = Array.isArray(devices) ? devices : (devices.devices ?? devices.held ?? []);
  if (!Array.isArray(all)) return [];
  return all.map((one, index) => {
    const nodes = one.nodes ?? one.paths ?? [];
    const name = String(one.name ?? one.as ?? one.selector ?? one.device ?? index);
    const where = [one.container, ...(Array.isArray(nodes) ? nodes.map(node => node.path ?? node) : [])];
    const isHere = one.isPresent ?? one.present ?? one.isThere;
    return {
      key: `${name} ${where.join()} ${one.place ?? index}`,
      name,
      state: isHere === false ? '✕ away' : '● there',
      detail: where.filter(part => part !== undefined).join(' · '),
    };
  });
}
