import { bytesContent, digestOf } from '../../../../core/bytes/index.ts';
import type { ImageConfig } from '../../../../core/oci/index.ts';
import type { Sample, Tree } from '../../../tree/index.ts';
import { explainDropped } from '../dropped.ts';
import { study } from '../knowledge.ts';
import { planSlim } from '../plan.ts';
import type { Drop, PlanInput, SlimPlan } from '../types.ts';

/** The image that evidence is of. */
export const IMAGE = digestOf(Buffer.from('image'));

/** A configuration that runs the app. */
export const config = (container: object = { Cmd: ['/app/start'] }, more: object = {}): ImageConfig => ({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [] },
  config: container,
  ...more,
});

/** All that a plan is made of; nothing was observed unless told. */
export function inputFor(tree: Tree, more: Partial<PlanInput> = {}): PlanInput {
  const evidence = { image: IMAGE, footprints: [], lookups: [] };
  const own = more.config ?? config();
  const knowledge = study(tree, own, []);
  const nothing = { commands: [], env: [], keep: [], drop: [] };
  return { tree, config: own, level: 'balanced', evidence, knowledge, ...nothing, ...more };
}

/** What is kept of a tree. */
export function plan(tree: Tree, more: Partial<PlanInput> = {}): SlimPlan {
  return planSlim(inputFor(tree, more));
}

/** Why what is not kept goes. */
export function drops(tree: Tree, more: Partial<PlanInput> = {}): Promise<ReadonlyMap<string, Drop>> {
  const input = inputFor(tree, more);
  return explainDropped(input, planSlim(input));
}

/** A node of a later layer: the user's. */
export const mine = (content: Sample, mode = 0o644): Sample => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.alloc(0);
  return {
    kind: 'file',
    layer: 1,
    meta: { mode, uid: 0, gid: 0, mtime: 1 },
    content: { size: bytes.length, pieces: [{ kind: 'bytes', bytes, size: bytes.length }] },
  };
};

/** A program of the system. */
export const program = (text: string): Sample => ({
  kind: 'file',
  meta: { mode: 0o755, uid: 0, gid: 0, mtime: 1 },
  content: bytesContent(text),
});

const STATUS = `Package: tool
Status: install ok installed
Architecture: amd64
Version: 1.0
Conffiles:
 /etc/tool.conf 00000000000000000000000000000000

Package: other
Status: install ok installed
Architecture: amd64
Version: 2.0
`;

/** A Debian system in layer 0, an app in layer 1. */
export function debian(): Record<string, Sample> {
  return {
    '/bin': '-> usr/bin',
    '/usr/bin/tool': program('#!/bin/sh\ntrue\n'),
    '/usr/bin/sh': program('shell'),
    '/usr/bin/other': program('other'),
    '/usr/share/doc/tool/README': 'documentation',
    '/usr/share/man/man1/tool.1': 'manual',
    '/etc/tool.conf': 'default',
    '/etc/os-release': 'ID=debian\n',
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    '/var/lib/dpkg/status': STATUS,
    '/var/lib/dpkg/info/tool.list':
      '/.\n/usr\n/usr/bin\n/usr/bin/tool\n/etc/tool.conf\n/usr/share/doc/tool/README\n/usr/share/man/man1/tool.1\n',
    '/var/lib/dpkg/info/other.list': '/.\n/usr/bin/other\n',
    '/var/cache/apt/pkgcache.bin': 'cache',
    '/app/start': mine('#!/bin/sh\nexec tool --serve\n', 0o755),
    '/app/data.txt': mine('data'),
    '/app/lazy.txt': mine('never read in a run'),
  };
}

/** True for a path that a plan keeps. */
export const has = (each: SlimPlan, path: string): boolean => each.kept.has(path);
