import { type CallOptions, type Docker, send, sendForFields, sendForList, sendOnly } from './client.ts';
import { type Fields, fieldsAt, numberAt, textAt, textMapAt, textsAt } from './json.ts';
import { progressMessages } from './messages.ts';

/** An image, as a list shows it. */
export interface ImageSummary {
  /** `sha256:…` */
  readonly id: string;
  readonly tags: readonly string[];
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** An image that an engine holds. */
export interface ImageDetails {
  readonly id: string;
  readonly tags: readonly string[];
  /** `name@sha256:…` */
  readonly digests: readonly string[];
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
  readonly sizeBytes: number;
  /** Of the layers, the lowest first. */
  readonly diffIds: readonly string[];
  /** The `Config` object as the engine sends it. */
  readonly config: Fields;
}

/** What `loadImages` brought in. */
export interface Loaded {
  /** Names, and for images without one their IDs. */
  readonly images: readonly string[];
}

/** The engine's images, all of them or those with a label (`name` or `name=value`). */
export async function listImages(
  docker: Docker,
  options: CallOptions & { readonly label?: string } = {},
): Promise<readonly ImageSummary[]> {
  const filters = options.label === undefined ? undefined : JSON.stringify({ label: [options.label] });
  const list = await sendForList(docker, {
    method: 'GET',
    path: '/images/json',
    query: { filters },
    signal: options.signal,
  });
  return list.map(item => ({
    id: textAt(item, 'Id'),
    tags: textsAt(item, 'RepoTags').filter(tag => tag !== '<none>:<none>'),
    sizeBytes: numberAt(item, 'Size') ?? 0,
    labels: textMapAt(item, 'Labels'),
  }));
}

/** One image, by name or ID. @throws SampanError `not-found`. */
export async function inspectImage(
  docker: Docker,
  name: string,
  options: CallOptions = {},
): Promise<ImageDetails> {
  const fields = await sendForFields(docker, {
    method: 'GET',
    path: `/images/${escapeName(name)}/json`,
    ...options,
  });
  return {
    id: textAt(fields, 'Id'),
    tags: textsAt(fields, 'RepoTags'),
    digests: textsAt(fields, 'RepoDigests'),
    os: textAt(fields, 'Os'),
    architecture: textAt(fields, 'Architecture'),
    variant: textAt(fields, 'Variant'),
    sizeBytes: numberAt(fields, 'Size') ?? 0,
    diffIds: textsAt(fieldsAt(fields, 'RootFS'), 'Layers'),
    config: fieldsAt(fields, 'Config'),
  };
}

/** Images as one Docker archive (`docker save`). The engine starts work when the stream is read. */
export async function* saveImages(
  docker: Docker,
  names: readonly string[],
  options: CallOptions = {},
): AsyncGenerator<Uint8Array> {
  // An engine that writes a large layer to its disk first says nothing meanwhile.
  const reply = await send(docker, {
    method: 'GET',
    path: '/images/get',
    query: { names },
    idleMs: 600_000,
    ...options,
  });
  yield* reply.body;
}

/** Hands an archive to the engine (`docker load`). @throws SampanError with the engine's own words. */
export async function loadImages(
  docker: Docker,
  archive: AsyncIterable<Uint8Array>,
  options: CallOptions = {},
): Promise<Loaded> {
  const reply = await send(docker, {
    method: 'POST',
    path: '/images/load',
    query: { quiet: true },
    body: archive,
    idleMs: 600_000,
    ...options,
  });
  const images: string[] = [];
  for await (const message of progressMessages(reply.body)) {
    for (const match of textAt(message, 'stream').matchAll(/Loaded image(?: ID|\(s\))?: (.+)/g)) {
      images.push(...(match[1] ?? '').trim().split(','));
    }
  }
  return { images };
}

/** Makes an image of one tar (`docker import`). Returns its ID. */
export async function importImage(
  docker: Docker,
  tar: AsyncIterable<Uint8Array>,
  options: CallOptions & {
    readonly repository?: string;
    readonly tag?: string;
    /** Dockerfile instructions such as `LABEL a=b`. */
    readonly changes?: readonly string[];
    readonly platform?: string;
  } = {},
): Promise<string> {
  const { repository, tag, changes, platform, signal } = options;
  const query = { fromSrc: '-', repo: repository, tag, changes, platform };
  const reply = await send(docker, {
    method: 'POST',
    path: '/images/create',
    query,
    body: tar,
    idleMs: 600_000,
    signal,
  });
  let id = '';
  for await (const message of progressMessages(reply.body)) id = textAt(message, 'status') || id;
  return id;
}

/** Gives an image one more name. */
export async function tagImage(
  docker: Docker,
  name: string,
  target: CallOptions & { readonly repository: string; readonly tag: string },
): Promise<void> {
  const { repository, tag, signal } = target;
  const path = `/images/${escapeName(name)}/tag`;
  await sendOnly(docker, { method: 'POST', path, query: { repo: repository, tag }, signal });
}

/** Removes a name, and the image when it was the last one. True when it was there. */
export async function removeImage(
  docker: Docker,
  name: string,
  options: CallOptions & { readonly force?: boolean } = {},
): Promise<boolean> {
  const { force, signal } = options;
  const path = `/images/${escapeName(name)}`;
  return (
    (await sendOnly(docker, { method: 'DELETE', path, query: { force }, accept: [404], signal })) !== 404
  );
}

function escapeName(name: string): string {
  // Slashes are part of the route; everything else is escaped.
  return name.split('/').map(encodeURIComponent).join('/');
}
