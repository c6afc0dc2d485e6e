import { defineCommand, duration, file, flag, list, number, size, text } from '../command/index.ts';
import { serveRegistry } from '../serving/index.ts';

/** `sampan serve`. */
export const serveCommand = defineCommand({
  description:
    'Serves a registry: the whole of the OCI distribution specification 1.1, for docker, podman, skopeo, containerd, oras and every other client. With --mirror it passes on what another registry has and keeps it, so that it can still be pulled while that one is away.\n\nIt listens on this machine only unless told; elsewhere it wants TLS and passwords. What no tag or manifest needs any more is collected from time to time, while it serves; SIGUSR2 does so at once. SIGTERM and ^C let pulls and pushes under way end.\n\n/metrics shows figures for Prometheus, /status the mirrors and the last collection, /healthz that it answers.',
  arguments: {},
  options: {
    listen: text({
      placeholder: 'ADDRESS',
      default: '127.0.0.1:5000',
      description: 'where to listen, such as 127.0.0.1:5000, [::1]:5000, or :5000 for every address',
    }),
    store: file({
      placeholder: 'DIR',
      description: 'where everything is kept; a directory of its own beside the store of Sampan unless told',
    }),
    mirror: list({
      placeholder: '[PREFIX=]URL',
      description:
        'a registry whose images are passed on and kept, under names that begin with PREFIX/, or under all names',
    }),
    mirrorTtl: duration({
      default: '60s',
      description: 'how long a tag of a mirrored registry is believed without asking it again',
    }),
    mirrorCa: list({
      placeholder: 'FILE',
      complete: 'files',
      description: 'also trust the certificate authorities in this PEM file when asking mirrored registries',
    }),
    tlsCert: file({ description: 'the certificate, with its chain, in PEM' }),
    tlsKey: file({ description: 'its key, in PEM' }),
    htpasswd: file({
      description: 'users and passwords, as htpasswd -B writes them; read again when it changes',
    }),
    anonymousPull: flag({ description: 'ask for a password only for what changes something' }),
    readOnly: flag({ description: 'take no pushes and no deletions' }),
    insecure: flag({
      description: 'listen beyond this machine without TLS or passwords, in a network that is trusted',
    }),
    adminListen: text({
      placeholder: 'ADDRESS',
      description:
        'a second address for /metrics, /status and POST /collect, without a password; on this machine only',
    }),
    gcInterval: duration({
      default: '6h',
      description: 'how often to collect what nothing needs; 0s for never',
    }),
    gcGrace: duration({
      default: '1h',
      description: 'how long after it was pushed or asked for a blob stays that no manifest needs',
    }),
    gcUntagged: duration({
      description:
        'also collect manifests that no tag, index or subject keeps, when they are older than this',
    }),
    maxBlob: size({ default: '64GiB', description: 'the largest blob that is taken' }),
    maxUploads: number({ default: '256', min: 1, max: 100_000, description: 'the most uploads under way' }),
    maxConnections: number({ default: '1024', min: 1, max: 100_000, description: 'the most connections' }),
    idleTimeout: duration({
      default: '60s',
      description: 'when a connection on which nothing happens is closed',
    }),
    minRate: size({ default: '64', description: 'the slowest transfer that is borne, in bytes a second' }),
    uploadTimeout: duration({
      default: '24h',
      description: 'when an upload is forgotten that nobody goes on with',
    }),
    stopTimeout: duration({
      default: '30s',
      description: 'how long pulls and pushes may go on after SIGTERM',
    }),
    accessLog: flag({ description: 'print each request to standard output, as a line of JSON' }),
  },
  examples: [
    { line: 'serve', explanation: 'a registry for this machine at 127.0.0.1:5000' },
    {
      line: 'serve --listen :5000 --tls-cert site.pem --tls-key site.key --htpasswd users',
      explanation: 'one for a site',
    },
    {
      line: 'serve --mirror docker.io=https://registry-1.docker.io --mirror-ttl 1h',
      explanation: 'pull 127.0.0.1:5000/docker.io/library/nginx, also while the line is down',
    },
  ],
  run: serveRegistry,
});
