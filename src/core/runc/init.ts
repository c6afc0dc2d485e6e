import { closeSync, openSync, readSync } from 'node:fs';
import { SampanError } from '../errors/index.ts';
import { findProgram } from './runtime.ts';

const NAMES = ['tini-static', 'docker-init', 'catatonit', 'tini'];
const PT_INTERP = 3;

/**
 * The path of an init on the host that runs without any library, so that it runs in every container.
 *
 * @throws SampanError `unavailable`
 */
export function findInit(searchPath: string): string {
  const found = NAMES.map(name => findProgram(name, searchPath)).find(
    path => path !== undefined && isStatic(path),
  );
  if (found !== undefined) return found;
  throw new SampanError('unavailable', 'no static init (tini-static, docker-init, catatonit) is installed', {
    remedy: 'install one (apt-get install catatonit), or run without an init',
  });
}

/** True for an ELF program (little or big endian, 32 or 64 bits) that names no interpreter (ELF, program header). */
export function isStatic(path: string): boolean {
  const head = readHead(path, 4096);
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return false;
  const wide = head[4] === 2;
  const little = head[5] === 1;
  const half = (at: number) => (little ? head.readUInt16LE(at) : head.readUInt16BE(at));
  const word = (at: number) => (little ? head.readUInt32LE(at) : head.readUInt32BE(at));
  const table = wide ? Number(little ? head.readBigUInt64LE(32) : head.readBigUInt64BE(32)) : word(28);
  const [size, count] = wide ? [half(54), half(56)] : [half(42), half(44)];
  if (size < 4 || table + size * count > head.length) return false;
  for (let index = 0; index < count; index++) if (word(table + index * size) === PT_INTERP) return false;
  return true;
}

function readHead(path: string, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  try {
    const file = openSync(path, 'r');
    try {
      return buffer.subarray(0, readSync(file, buffer, 0, length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return Buffer.alloc(0);
  }
}
