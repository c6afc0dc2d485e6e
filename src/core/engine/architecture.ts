import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SampanError } from '../errors/index.ts';

/** As the kernel's emulation handlers are named, by OCI's names. */
const HANDLERS: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  '386': 'i386',
  arm64: 'aarch64',
  arm: 'arm',
  riscv64: 'riscv64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
  mips64le: 'mips64el',
  mips64: 'mips64',
  mipsle: 'mipsel',
  loong64: 'loongarch64',
};

/** What a machine runs besides its own. */
const ALSO_NATIVE: Readonly<Record<string, readonly string[]>> = { amd64: ['386'], arm64: ['arm'] };

const NODE_NAMES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  loong64: 'loong64',
  ppc64: 'ppc64le',
};

/** A machine's architecture as OCI names it, from Node's name. */
export function hostArchitecture(name: string = process.arch): string {
  return NODE_NAMES[name] ?? name;
}

/** How programs of an architecture run here. */
export type Execution = 'native' | 'emulated';

/**
 * Tells how programs of `architecture` run on a host of another.
 *
 * @throws SampanError `unsupported` when they do not, with what to install.
 */
export function checkArchitecture(
  architecture: string,
  options: { readonly host?: string; readonly binfmt?: string } = {},
): Execution {
  const host = options.host ?? hostArchitecture();
  if (architecture === host || ALSO_NATIVE[host]?.includes(architecture) === true) return 'native';
  const handler = `qemu-${HANDLERS[architecture] ?? architecture}`;
  const state = handlerState(join(options.binfmt ?? '/proc/sys/fs/binfmt_misc', handler));
  if (state === 'usable') return 'emulated';
  const why = state === 'absent' ? `there is no ${handler} handler` : `the ${handler} handler is ${state}`;
  throw new SampanError('unsupported', `this ${host} machine cannot run ${architecture} programs: ${why}`, {
    remedy:
      'install the emulator (apt-get install qemu-user-static binfmt-support), and mount binfmt_misc if it is not ' +
      '(mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc)',
  });
}

/** Flag F: the kernel holds the interpreter open, so that it need not be in the container. */
function handlerState(path: string): 'usable' | 'absent' | 'disabled' | 'without flag F' {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return 'absent';
  }
  if (!text.startsWith('enabled')) return 'disabled';
  return /^flags:.*F/m.test(text) ? 'usable' : 'without flag F';
}
