import { byId, say } from './dom.js';

const TOKEN = 'sampan-token';

/** Calls the API. Throws what it says. */
export async function call(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { ...credentials(), ...options.headers } });
  if (response.status === 401) askToken();
  if (!response.ok) throw new Error(await reasonOf(response));
  return response;
}

export async function read(path) {
  return await (await call(path)).json();
}

function credentials() {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

async function reasonOf(response) {
  try {
    const { error, remedy } = await response.json();
    return remedy === undefined ? error : `${error}: ${remedy}`;
  } catch {
    return `the agent answers ${response.status}`;
  }
}

function askToken() {
  const form = byId('token-form');
  if (!form.hidden) return;
  form.hidden = false;
  byId('token').focus();
}

/** Calls back when a token was given. */
export function onToken(go) {
  byId('token-form').addEventListener('submit', event => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, byId('token').value.trim());
    byId('token').value = '';
    byId('token-form').hidden = true;
    say('');
    go();
  });
}

/**
 * Reads server-sent events. Not with EventSource, which cannot send a token. Ends when the server ends it; throws when
 * the connection fails.
 */
export async function readEvents(path, { lastEventId, signal, take }) {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const { body } = await call(path, { headers, signal });
  let rest = '';
  for (const reader = body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const event = parseEvent(part);
      if (event !== undefined) take(event);
    }
  }
}

function parseEvent(text) {
  const fields = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf(': ');
    if (at > 0) fields[line.slice(0, at)] = line.slice(at + 2);
  }
  if (fields.data === undefined) return undefined;
  return { id: fields.id, event: fields.event, data: JSON.parse(fields.data) };
}
