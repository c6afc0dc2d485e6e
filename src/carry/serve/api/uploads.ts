import {
  type Algorithm,
  algorithmOf,
  type BlobDigest,
  isBlobDigest,
  isRepository,
  parseBlobDigest,
  Refusal,
} from '../base/index.ts';
import { bodyOf, parseContentRange, reply } from '../http/index.ts';
import { repositoriesIn, type Upload } from '../storage/index.ts';
import { blobLocation } from './blobs.ts';
import { type Call, type Handlers, type Registry, throwUnlessWritable } from './call.ts';

/** `/v2/<name>/blobs/uploads/` (distribution spec 1.1, "Pushing Blobs" and "Mounting a blob from another repository"). */
export function uploadsHandlers(repository: string): Handlers {
  return {
    POST: async (registry, call) => {
      throwUnlessWritable(registry, repository);
      const { query } = call;
      const mount = query.get('mount');
      if (mount !== null && (await mounted(registry, repository, { mount, from: query.get('from') }))) {
        return created(call, repository, parseBlobDigest(mount));
      }
      const wanted = query.get('digest');
      const digest = wanted === null ? undefined : parseBlobDigest(wanted);
      const upload = await registry.storage.uploads.begin(repository, algorithmFor(query, digest));
      if (digest === undefined) return accepted(call, upload);
      await write(registry, call, upload).catch(async error => {
        await registry.storage.uploads.cancel(upload);
        throw error;
      });
      await registry.storage.uploads.finish(upload, digest);
      created(call, repository, digest);
    },
  };
}

/** `/v2/<name>/blobs/uploads/<id>` (distribution spec 1.1, "Pushing a blob in chunks"). */
export function uploadHandlers(repository: string, id: string): Handlers {
  const find = async (registry: Registry): Promise<Upload> => {
    throwUnlessWritable(registry, repository);
    return await registry.storage.uploads.find(repository, id);
  };
  return {
    GET: async (registry, call) => status(call, 204, await find(registry)),
    PATCH: async (registry, call) => {
      const upload = await find(registry);
      await alone(registry, call, upload, () => write(registry, call, upload));
      accepted(call, upload);
    },
    PUT: async (registry, call) => {
      const upload = await find(registry);
      const digest = parseBlobDigest(call.query.get('digest'));
      await alone(registry, call, upload, async () => {
        await write(registry, call, upload);
        // Hashing a large file again may take longer than a silent connection lasts.
        call.request.socket.setTimeout(0);
        await registry.storage.uploads.finish(upload, digest);
      });
      created(call, repository, digest);
    },
    DELETE: async (registry, call) => {
      await registry.storage.uploads.cancel(await find(registry));
      reply(call.response, 204);
    },
  };
}

async function alone(
  registry: Registry,
  call: Call,
  upload: Upload,
  work: () => Promise<void>,
): Promise<void> {
  await upload.alone(registry.now(), () => void call.request.destroy(), work);
}

/** Writes the body of the request at the end of the upload. */
async function write(registry: Registry, call: Call, upload: Upload): Promise<void> {
  const range = parseContentRange(call.request.headers['content-range']);
  if (range === 'invalid') throw badRange(upload);
  const length = call.request.headers['content-length'];
  const size = range === undefined ? undefined : range.to - range.from + 1;
  if (size !== undefined && range?.from === upload.size && length !== undefined && Number(length) !== size) {
    throw new Refusal('SIZE_INVALID', `the range has ${size} bytes, the body ${length}`);
  }
  const chunk = { from: range?.from, size, maxBytes: registry.maxBlobBytes };
  try {
    await upload.append(counted(registry, call), chunk);
  } catch (error) {
    throw error instanceof Refusal && error.status === 416 ? badRange(upload, error.message) : error;
  }
}

async function* counted(registry: Registry, call: Call): AsyncGenerator<Uint8Array> {
  for await (const bytes of bodyOf(call.request, registry.pace)) {
    registry.received(bytes.length);
    yield bytes;
  }
}

function badRange(upload: Upload, message = 'not a range of bytes'): Refusal {
  return new Refusal('BLOB_UPLOAD_INVALID', message, { status: 416, headers: headersOf(upload) });
}

function headersOf(upload: Upload): Readonly<Record<string, string>> {
  return {
    location: `/v2/${upload.repository}/blobs/uploads/${upload.id}`,
    range: `0-${Math.max(upload.size - 1, 0)}`,
    'docker-upload-uuid': upload.id,
  };
}

function status(call: Call, code: number, upload: Upload): void {
  reply(call.response, code, { headers: headersOf(upload) });
}

function accepted(call: Call, upload: Upload): void {
  status(call, 202, upload);
}

function created(call: Call, repository: string, digest: BlobDigest): void {
  const location = blobLocation(repository, digest);
  reply(call.response, 201, { headers: { location, 'docker-content-digest': digest } });
}

function algorithmFor(query: URLSearchParams, digest: BlobDigest | undefined): Algorithm {
  if (digest !== undefined) return algorithmOf(digest);
  return query.get('digest-algorithm') === 'sha512' ? 'sha512' : 'sha256';
}

/** Gives the repository a blob that another one has: the one that is named, or any. False when none has it. */
async function mounted(
  registry: Registry,
  repository: string,
  what: { readonly mount: string; readonly from: string | null },
): Promise<boolean> {
  const { mount, from } = what;
  if (!isBlobDigest(mount) || (from !== null && !isRepository(from))) return false;
  const { blobs } = registry.storage;
  if (from !== null) {
    return (await blobs.find(from, mount)) !== undefined && (await blobs.link(repository, mount));
  }
  for await (const other of repositoriesIn(registry.storage.root)) {
    if ((await blobs.find(other, mount)) !== undefined) return await blobs.link(repository, mount);
  }
  return false;
}
