import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isSampanError, SampanError, wrap } from '../../core/errors/index.ts';
import {
  kindOf,
  LINT_LIMITS,
  type LintConfig,
  type LintInput,
  NO_CONFIG,
  parseConfig,
} from '../../image/lint/index.ts';

/** More than a Dockerfile may have, so that its own limit is told. */
const MAX_BYTES = LINT_LIMITS.dockerfileBytes * 4 + 1;

/** Text of bytes. @throws SampanError `invalid` for bytes that are no UTF-8. */
export function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SampanError('invalid', `${path} is no text file: it is not UTF-8`);
  }
}

/** Reads a file to lint, and what lies beside it. */
export function readInput(cwd: string, path: string): LintInput {
  const full = resolve(cwd, path);
  const text = decodeText(readBounded(full, path), path);
  const kind = kindOf(path.replace(/^.*\//, ''), text);
  return { path, text, kind, dockerignore: kind === 'dockerfile' ? dockerignoreOf(full) : undefined };
}

function readBounded(full: string, path: string): Uint8Array {
  try {
    if (!statSync(full).isFile()) throw new SampanError('invalid', `${path} is no regular file`);
    const file = openSync(full, 'r');
    try {
      return readUpTo(file, path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw isSampanError(error) ? error : wrap(`reading ${path}`, error);
  }
}

function readUpTo(file: number, path: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < MAX_BYTES) {
    const chunk = Buffer.alloc(1 << 16);
    const read = readSync(file, chunk);
    if (read === 0) return Buffer.concat(chunks);
    length += read;
    chunks.push(chunk.subarray(0, read));
  }
  throw new SampanError('limit', `${path} has more than the ${MAX_BYTES - 1} bytes that are read`);
}

/** `NAME.dockerignore` counts before `.dockerignore`, as BuildKit has it. */
function dockerignoreOf(full: string): string | null | undefined {
  for (const candidate of [`${full}.dockerignore`, join(dirname(full), '.dockerignore')]) {
    if (existsSync(candidate)) return decodeText(readBounded(candidate, candidate), candidate);
  }
  return null;
}

/** A configuration and the directory that its globs are relative to. */
export interface FoundConfig {
  readonly config: LintConfig;
  readonly directory: string;
}

const NAME = '.sampan.yaml';

/** Reads the configuration that was named, or the nearest `.sampan.yaml` in `cwd` or above it. */
export function readConfig(cwd: string, named: string | undefined): FoundConfig {
  if (named !== undefined) {
    const path = resolve(cwd, named);
    return {
      config: parseConfig(named, decodeText(readBounded(path, named), named)),
      directory: dirname(path),
    };
  }
  for (let directory = cwd; ; directory = dirname(directory)) {
    const path = join(directory, NAME);
    if (existsSync(path))
      return { config: parseConfig(path, decodeText(readBounded(path, path), path)), directory };
    if (directory === dirname(directory)) return { config: NO_CONFIG, directory: cwd };
  }
}
