import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytesContent, contentStream, digestOf, writeAtomically } from '../../core/bytes/index.ts';
import type { Docker } from '../../core/docker/index.ts';
import { isSampanError, SampanError, systemCode } from '../../core/errors/index.ts';
import { parseYaml, type Value } from '../../core/yaml/index.ts';
import { interpolate, type Project } from '../../run/compose/index.ts';
import {
  type DeviceConfig,
  deliver,
  deviceOfSource,
  type Fetch,
  type Kept,
  parseDeviceDocument,
  readDeviceDirectory,
  ruleOf,
  tellContainers,
} from '../../run/config/index.ts';
import type { Context } from '../context/index.ts';
import { placesOf } from '../places/index.ts';
import { readVersion } from '../version/index.ts';
import { machineFiles } from './files.ts';

/** Where the values of this device come from. */
export interface ConfigSource {
  readonly source: string;
  readonly interval: string | undefined;
  /** Where relative directories start. */
  readonly directory: string;
}

/** `x-sampan: config:` at the top of the Compose files, of the last one that has it; only the environment is known yet. */
export function configSource(
  { env }: Pick<Context, 'env'>,
  paths: readonly string[],
): ConfigSource | undefined {
  const found = paths.flatMap(path => {
    const text = machineFiles.read(path);
    // Few projects have one, and reading a file twice takes time.
    if (!text.includes('x-sampan') || !text.includes('source')) return [];
    const config = at(at(parseYaml(text).value, 'x-sampan'), 'config');
    const source = textAt(config, 'source', name => env[name]);
    const interval = textAt(config, 'interval', name => env[name]);
    return source === undefined ? [] : [{ source, interval, directory: dirname(path) }];
  });
  return found.at(-1);
}

function at(value: Value | undefined, key: string): Value | undefined {
  return value?.kind === 'map' ? value.fields.find(field => field.key === key)?.value : undefined;
}

function textAt(
  map: Value | undefined,
  key: string,
  variables: (name: string) => string | undefined,
): string | undefined {
  const value = at(map, key);
  if (value?.kind !== 'scalar' || value.isNull) return undefined;
  const text = interpolate(value.text, variables);
  if (typeof text === 'string') return text === '' ? undefined : text;
  throw new SampanError('usage', `x-sampan: config: ${key}: ${text.message}`);
}

const isUrl = (source: string): boolean => /^https?:\/\//i.test(source);

/** The name of the last good copy of a source. */
export function keptName(source: string): string {
  return `source-${digestOf(Buffer.from(source)).slice(7, 23)}.json`;
}

function keptPath(context: Pick<Context, 'env' | 'home'>, source: string): string {
  return join(placesOf(context).data, 'agent', 'config', keptName(source));
}

/** The last good copy of a source, where the agent keeps it too. */
function keptHere(context: Pick<Context, 'env' | 'home'>, source: string): Kept {
  const path = keptPath(context, source);
  return {
    read: async () => readKept(path),
    write: async bytes => {
      if (readKept(path)?.equals(bytes) === true) return;
      await writeAtomically(path, contentStream(bytesContent(bytes)));
    },
  };
}

function readKept(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

/**
 * What the source of some Compose files says, without the network: a directory as it is, a URL as it was when it
 * was asked last. Undefined where the files have none.
 *
 * @throws SampanError `unavailable` when it was never had.
 */
export function deviceConfig(
  context: Pick<Context, 'env' | 'home'>,
  paths: readonly string[],
): DeviceConfig | undefined {
  const found = configSource(context, paths);
  if (found === undefined) return undefined;
  const { source, directory } = found;
  const kept = readKept(keptPath(context, source));
  if (!isUrl(source)) {
    try {
      return readDeviceDirectory(join(source.startsWith('/') ? '/' : directory, source));
    } catch (error) {
      if (kept === undefined || !isSampanError(error)) throw error;
    }
  }
  if (kept !== undefined) return parseDeviceDocument(kept);
  throw new SampanError('unavailable', 'the configuration source was never reached', {
    remedy: 'run sampan up while it can be reached: its last good answer is kept',
  });
}

/** Where configuration files of a project are delivered, for its containers to mount. */
export function deliveryOf(context: Pick<Context, 'env' | 'home'>, project: string): string {
  return join(placesOf(context).data, 'projects', project, 'config');
}

/**
 * Brings files of the source that have changed to the containers that have them, as an agent does it by itself.
 * Services that are replaced for a change are left to the plan.
 */
export async function bringConfig(context: Context, docker: Docker, project: Project): Promise<void> {
  const device = deviceConfig(context, project.files);
  if (device === undefined) return;
  const directory = deliveryOf(context, project.name);
  for (const service of project.services.values()) {
    const { isChanged } = await deliver(service, device, { directory, onlyMissing: false });
    if (!isChanged || ruleOf(service) !== 'signal') continue;
    for (const name of await tellContainers(docker, project, service))
      context.stderr.write(`${name} was told of its new configuration\n`);
  }
}

/** Asks the source now, and keeps its answer; what is wrong with it is said, and the last good one stays. */
export async function refreshDevice(context: Context, paths: readonly string[]): Promise<void> {
  const found = configSource(context, paths);
  if (found === undefined || !isUrl(found.source)) return;
  const { problem } = await deviceOfSource(found.source, {
    directory: found.directory,
    fetch: fetcher(context),
    kept: keptHere(context, found.source),
    etag: { now: undefined },
  });
  if (problem !== undefined) context.stderr.write(`! ${problem}; the last good configuration is used\n`);
}

const IDLE_MS = 15_000;

/** Asks a server with the tag of the last answer (RFC 9110, section 13.1.2); loaded when there is one to ask. */
export function fetcher({ env, signal }: Pick<Context, 'env' | 'signal'>): Fetch {
  return async (url, { etag, maxBytes }) => {
    const { httpClient, readBody } = await import('../../carry/http/index.ts');
    const send = httpClient({
      userAgent: `sampan/${readVersion()}`,
      proxies: env,
      idleMs: IDLE_MS,
      slowMs: IDLE_MS,
      maxAttempts: 2,
    });
    const headers = { accept: 'application/json', ...(etag === undefined ? {} : { 'if-none-match': etag }) };
    const response = await send({ method: 'GET', url: urlOf(url), headers, signal });
    if (response.status === 304) {
      response.close();
      return undefined;
    }
    if (response.status !== 200) {
      response.close();
      throw new SampanError('unavailable', `${response.url.host} answered ${response.status}`);
    }
    return { bytes: await readBody(response, maxBytes), etag: response.headers.etag };
  };
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new SampanError('usage', 'x-sampan: config: source is no URL');
  return url;
}
