import { type CallOptions, type Docker, sendForFields, sendForList, sendOnly } from './client.ts';
import { type Fields, fieldsAt, textAt, textMapAt } from './json.ts';

/** A network of an engine. */
export interface NetworkSummary {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** How many containers are in it; only an inspection knows. */
  readonly containers: number;
}

function summaryOf(fields: Fields): NetworkSummary {
  return {
    id: textAt(fields, 'Id'),
    name: textAt(fields, 'Name'),
    labels: textMapAt(fields, 'Labels'),
    containers: Object.keys(fieldsAt(fields, 'Containers')).length,
  };
}

/** The networks with a label (`name` or `name=value`). */
export async function listNetworks(
  docker: Docker,
  options: CallOptions & { readonly label: string },
): Promise<readonly NetworkSummary[]> {
  const query = { filters: JSON.stringify({ label: [options.label] }) };
  const call = { method: 'GET', path: '/networks', query, signal: options.signal } as const;
  return (await sendForList(docker, call)).map(summaryOf);
}

/** One network, by name or ID. @throws SampanError `not-found`. */
export async function inspectNetwork(
  docker: Docker,
  name: string,
  options: CallOptions = {},
): Promise<NetworkSummary> {
  return summaryOf(await sendForFields(docker, { method: 'GET', path: networkPath(name), ...options }));
}

/** Makes a network of the body of `POST /networks/create`. Returns its ID. */
export async function createNetwork(
  docker: Docker,
  body: Fields,
  options: CallOptions = {},
): Promise<string> {
  const call = { method: 'POST', path: '/networks/create', json: body, ...options } as const;
  return textAt(await sendForFields(docker, call), 'Id');
}

/** Puts a container into a network. */
export async function connectNetwork(
  docker: Docker,
  name: string,
  options: CallOptions & { readonly container: string; readonly endpoint: Fields },
): Promise<void> {
  const { container, endpoint, signal } = options;
  const json = { Container: container, EndpointConfig: endpoint };
  await sendOnly(docker, { method: 'POST', path: networkPath(name, 'connect'), json, signal });
}

/** Removes it. True when it was there. @throws SampanError `denied` while containers are in it. */
export async function removeNetwork(
  docker: Docker,
  name: string,
  options: CallOptions = {},
): Promise<boolean> {
  const call = { method: 'DELETE', path: networkPath(name), accept: [404], ...options } as const;
  return (await sendOnly(docker, call)) !== 404;
}

function networkPath(name: string, verb?: string): string {
  return `/networks/${encodeURIComponent(name)}${verb === undefined ? '' : `/${verb}`}`;
}
