import { existsSync } from 'node:fs';
import { SampanError } from '../errors/index.ts';

/** Where to look for an engine's socket. */
export interface SocketSearch {
  /** The value of `DOCKER_HOST`, if the caller has one: `unix:///path`, or a bare absolute path. */
  readonly host?: string | undefined;
  /** The user's runtime directory (`XDG_RUNTIME_DIR`); `/run/user/UID` when absent. */
  readonly runtimeDirectory?: string | undefined;
}

/** The sockets to try, best first: the one that was asked for and no other, else Docker's, then Podman's. */
export function socketCandidates(search: SocketSearch = {}): readonly string[] {
  if (search.host !== undefined && search.host !== '') return [hostSocket(search.host)];
  const runtime = search.runtimeDirectory ?? `/run/user/${process.getuid?.() ?? 0}`;
  return [
    '/var/run/docker.sock',
    `${runtime}/docker.sock`,
    '/run/podman/podman.sock',
    `${runtime}/podman/podman.sock`,
  ];
}

/**
 * The first socket that exists.
 *
 * @throws SampanError `unavailable` when there is none, `unsupported` for a host that is not a Unix socket.
 */
export function findSocket(search: SocketSearch = {}): string {
  const candidates = socketCandidates(search);
  const found = candidates.find(path => existsSync(path));
  if (found !== undefined) return found;
  throw noEngine(candidates.join(', '));
}

/** The error for an engine that does not answer at `where`. */
export function noEngine(where: string, cause?: unknown): SampanError {
  return new SampanError('unavailable', `no container engine answers at ${where}`, {
    cause,
    remedy:
      'start Docker (systemctl start docker) or Podman (systemctl start podman.socket), or set DOCKER_HOST',
  });
}

function hostSocket(host: string): string {
  if (host.startsWith('/')) return host;
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new SampanError('unsupported', `the engine address ${host} is not a Unix socket`, {
    remedy: 'set DOCKER_HOST to unix:///path/to/the.sock (ssh -L can forward a remote socket)',
  });
}
