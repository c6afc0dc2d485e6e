import { SampanError } from '../errors/index.ts';

/** Where an image is, as a person names it. */
export type ImageName =
  | { readonly transport: 'store' | 'docker-daemon' | 'docker'; readonly name: string }
  | {
      readonly transport: 'docker-archive' | 'oci-archive' | 'oci';
      readonly path: string;
      /** A tag, a digest, or `@N`. */
      readonly reference?: string;
    }
  | { readonly transport: 'dir'; readonly path: string }
  /** A path whose content says what it is. */
  | { readonly transport: 'path'; readonly path: string; readonly reference?: string }
  /** A name to look for in the store, then in the local engine. */
  | { readonly transport: 'any'; readonly name: string };

const ARCHIVE = /^[^:]*\.(tar|tgz|tar\.gz|tar\.zst|tzst|oci)(:|$)/;

/**
 * Reads the name of an image: `docker-daemon:NAME`, `docker-archive:FILE[:REF]`, `oci-archive:FILE[:TAG]`,
 * `oci:DIR[:TAG]`, `dir:ROOTFS`, `store:NAME`, `docker://NAME`, a path (it begins with `/`, `./` or `../`,
 * or ends as archives do), or a bare name.
 *
 * @throws SampanError `usage` for an empty one.
 */
export function parseImageName(text: string): ImageName {
  const [, transport = '', rest = ''] = /^([a-z-]+):(.*)$/s.exec(text) ?? [];
  switch (transport) {
    case 'store':
    case 'docker-daemon':
      return { transport, name: filled(rest, text) };
    case 'docker-archive':
    case 'oci-archive':
    case 'oci':
      return { transport, ...pathAndReference(filled(rest, text)) };
    case 'dir':
      return { transport, path: filled(rest, text) };
    case 'docker':
      if (rest.startsWith('//')) return { transport, name: filled(rest.slice(2), text) };
  }
  const bare = filled(text, text);
  const isPath = /^\.{0,2}\//.test(bare) || bare === '.' || bare === '..' || ARCHIVE.test(bare);
  return isPath ? { transport: 'path', ...pathAndReference(bare) } : { transport: 'any', name: bare };
}

function filled(rest: string, text: string): string {
  if (rest !== '' && !rest.includes('\0')) return rest;
  throw new SampanError('usage', `not the name of an image: ${JSON.stringify(text)}`, {
    remedy: 'name it as nginx:1.27, docker-archive:image.tar, oci:layout:tag or dir:rootfs',
  });
}

function pathAndReference(rest: string): { readonly path: string; readonly reference?: string } {
  const colon = rest.indexOf(':');
  if (colon <= 0) return { path: rest };
  const reference = rest.slice(colon + 1);
  return { path: rest.slice(0, colon), ...(reference === '' ? {} : { reference }) };
}
