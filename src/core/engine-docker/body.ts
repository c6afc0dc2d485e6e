import { join } from 'node:path';
import { type ContainerUser, completeEnvironment, type RunSpec } from '../engine/index.ts';
import { RUN_LABEL } from '../work/index.ts';
import type { RootLayout } from './layout.ts';

/** The body of `POST /containers/create` for a run (Engine API 1.40 and newer). */
export function containerBody(
  spec: RunSpec,
  parts: {
    readonly id: string;
    readonly image: string;
    readonly user: ContainerUser;
    readonly hostname: string;
    readonly layout: RootLayout;
  },
): Readonly<Record<string, unknown>> {
  const { user, hostname } = parts;
  const ports = [...new Set(spec.ports ?? [])].map(port => `${port}/tcp`);
  return {
    Image: parts.image,
    Entrypoint: [],
    Cmd: spec.args,
    Env: completeEnvironment(spec.env, { hostname, home: user.home }),
    WorkingDir: spec.workingDirectory.startsWith('/') ? spec.workingDirectory : `/${spec.workingDirectory}`,
    // Numbers: the engine would look names up in the image, which is empty.
    User: `${user.uid}:${user.gid}`,
    Hostname: hostname,
    Labels: { [RUN_LABEL]: parts.id },
    ExposedPorts: Object.fromEntries(ports.map(port => [port, {}])),
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    HostConfig: hostConfig(spec, { ...parts, ports }),
  };
}

function hostConfig(
  spec: RunSpec,
  parts: { readonly user: ContainerUser; readonly layout: RootLayout; readonly ports: readonly string[] },
): object {
  const limits = spec.limits ?? {};
  return {
    Mounts: mountsOf(spec, parts.layout),
    GroupAdd: parts.user.groups.map(String),
    ReadonlyRootfs: spec.readOnly ?? false,
    Init: spec.init ?? false,
    CapAdd: spec.addCapabilities ?? [],
    CapDrop: spec.dropCapabilities ?? [],
    // As with the daemonless engine: nothing beyond loopback, unless ports have to be reached.
    NetworkMode: parts.ports.length === 0 ? 'none' : 'default',
    PortBindings: Object.fromEntries(
      parts.ports.map(port => [port, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
    ),
    // What it prints is read as it comes, and never written to the disk.
    LogConfig: { Type: 'none', Config: {} },
    ...(limits.memoryBytes === undefined ? {} : { Memory: limits.memoryBytes }),
    ...(limits.cpus === undefined ? {} : { NanoCpus: Math.round(limits.cpus * 1e9) }),
    ...(limits.pids === undefined ? {} : { PidsLimit: limits.pids }),
  };
}

function mountsOf(spec: RunSpec, layout: RootLayout): readonly object[] {
  const root = layout.mounted.map(name => ({
    source: join(spec.rootfs, name),
    target: `/${name}`,
    readOnly: spec.readOnly ?? false,
  }));
  const wanted = spec.mounts ?? [];
  const own = root.filter(mount => wanted.every(other => other.target !== mount.target));
  return [...own, ...wanted].map(mount => ({
    Type: 'bind',
    Source: mount.source,
    Target: mount.target,
    ReadOnly: mount.readOnly,
  }));
}
