import { prepareChart } from './chart.js';
import { showContainers, standing } from './containers.js';
import { showDevice, showHardware } from './device.js';
import { byId, say, setClass, setText } from './dom.js';
import { addEvent, clearEvents, prepareEvents } from './events.js';
import { push, recall } from './history.js';
import { offerLogs, prepareLogs, showLogsOf } from './logs.js';
import { showProjects } from './projects.js';
import { call, onToken, readEvents } from './server.js';

let lastEventId;
let connection;
let state;

function showLink(kind, text) {
  setClass(byId('link'), `link ${kind}`);
  setText(byId('link'), text);
}

/** Reads what happens for as long as the page is open; when it breaks off, it goes on where it was. */
async function follow() {
  connection?.abort();
  const own = new AbortController();
  connection = own;
  for (let wait = 1000; !own.signal.aborted; wait = Math.min(wait * 2, 15000)) {
    try {
      await readEvents('/v1/live', {
        lastEventId,
        signal: own.signal,
        take: message => {
          wait = 500;
          showLink('good', '● live');
          take(message);
        },
      });
    } catch (error) {
      if (own.signal.aborted) return;
      if (!byId('token-form').hidden) {
        showLink('bad', '✕ a token is needed');
        if (sessionStorage.getItem('sampan-token') !== null) say(error.message);
        return;
      }
    }
    showLink('bad', '◌ reconnecting');
    await new Promise(resolve => setTimeout(resolve, wait));
  }
}

function take({ id, event, data }) {
  if (event === 'state') show(data);
  if (event !== 'event') return;
  if (lastEventId !== undefined && lastEventId.split('-')[0] !== id.split('-')[0]) clearEvents();
  lastEventId = id;
  addEvent(data);
}

function show(next) {
  const isNew = next.timeMs !== state?.timeMs;
  state = { ...next, containers: ownFirst(next) };
  const { containers, modules, hostname, engineProblem } = state;
  const watched = modules.monitor?.containers ?? [];
  if (isNew) remember(watched, modules.monitor?.device);
  setText(byId('hostname'), hostname);
  document.title = `${hostname} – Sampan`;
  setText(byId('summary'), summaryOf(containers, engineProblem));
  byId('apply').hidden = modules.apply === undefined;
  draw();
  offerLogs(containers);
}

/** Those of the projects that this agent keeps come first. */
function ownFirst({ containers, modules }) {
  const kept = new Set((modules.apply ?? []).map(({ name }) => name));
  return containers.toSorted((a, b) => Number(kept.has(b.project)) - Number(kept.has(a.project)));
}

/** Everything whose size or colour depends on the window. */
function draw() {
  const { containers, modules } = state;
  const rates = new Map((modules.monitor?.containers ?? []).map(one => [one.name, one]));
  showContainers(byId('container-list'), containers, {
    rates,
    showLogs: showLogsOf,
    memoryBytes: modules.monitor?.device?.memoryBytes ?? 0,
  });
  showDevice(byId('device-figures'), state);
  showProjects(byId('project-list'), state);
  showHardware(byId('hardware-list'), modules.devices);
}

let busyBefore;

function remember(watched, device) {
  const now = state.timeMs;
  for (const { name, rates } of watched) {
    push(name, rates);
    void recall(name, `/v1/monitor/history/${encodeURIComponent(name)}`, now);
  }
  if (device === undefined) return;
  const { busyMs, idleMs } = device.cpu;
  if (busyBefore !== undefined && busyMs > busyBefore.busyMs) {
    const busy = busyMs - busyBefore.busyMs;
    push('/device', {
      cpu: busy / (busy + idleMs - busyBefore.idleMs),
      memory: device.memoryBytes - device.memoryAvailableBytes,
    });
  }
  busyBefore = { busyMs, idleMs };
  void recall('/device', '/v1/monitor/history', now);
}

function summaryOf(containers, problem) {
  if (problem !== undefined) return `The engine does not answer: ${problem}`;
  if (containers.length === 0) return 'No containers of a project.';
  const up = containers.filter(({ status }) => status === 'running').length;
  const bad = containers.filter(one => standing(one).kind === 'bad').length;
  const how = bad === 0 ? 'none needs attention' : `${bad} need${bad === 1 ? 's' : ''} attention`;
  return `${up} of ${containers.length} containers run, ${how}.`;
}

function start() {
  prepareChart();
  prepareLogs();
  prepareEvents();
  onToken(() => void follow());
  byId('apply').addEventListener('click', async () => {
    try {
      await call('/v1/apply/now', { method: 'POST' });
    } catch (error) {
      say(error.message);
    }
  });
  const redraw = () => {
    if (state !== undefined) draw();
  };
  addEventListener('resize', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  void follow();
  document.documentElement.dataset.ready = '';
}

start();
