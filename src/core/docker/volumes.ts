import { type CallOptions, type Docker, sendForFields, sendOnly } from './client.ts';
import { type Fields, isFields, textAt, textMapAt } from './json.ts';

/** A volume of an engine. */
export interface VolumeSummary {
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
}

function summaryOf(fields: Fields): VolumeSummary {
  return {
    name: textAt(fields, 'Name'),
    driver: textAt(fields, 'Driver'),
    labels: textMapAt(fields, 'Labels'),
  };
}

/** The volumes with a label (`name` or `name=value`). */
export async function listVolumes(
  docker: Docker,
  options: CallOptions & { readonly label: string },
): Promise<readonly VolumeSummary[]> {
  const query = { filters: JSON.stringify({ label: [options.label] }) };
  const fields = await sendForFields(docker, {
    method: 'GET',
    path: '/volumes',
    query,
    signal: options.signal,
  });
  const list = Array.isArray(fields.Volumes) ? fields.Volumes.filter(isFields) : [];
  return list.map(summaryOf);
}

/** One volume. @throws SampanError `not-found`. */
export async function inspectVolume(
  docker: Docker,
  name: string,
  options: CallOptions = {},
): Promise<VolumeSummary> {
  return summaryOf(await sendForFields(docker, { method: 'GET', path: volumePath(name), ...options }));
}

/** Makes a volume of the body of `POST /volumes/create`; the same one again is no error. */
export async function createVolume(docker: Docker, body: Fields, options: CallOptions = {}): Promise<void> {
  await sendOnly(docker, { method: 'POST', path: '/volumes/create', json: body, ...options });
}

/** Removes it with all that is in it. True when it was there. @throws SampanError `invalid` while it is in use. */
export async function removeVolume(
  docker: Docker,
  name: string,
  options: CallOptions = {},
): Promise<boolean> {
  const call = { method: 'DELETE', path: volumePath(name), accept: [404], ...options } as const;
  return (await sendOnly(docker, call)) !== 404;
}

function volumePath(name: string): string {
  return `/volumes/${encodeURIComponent(name)}`;
}
