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
import { findProjectFile } from '../project/index.ts';

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

/** Reads the configuration that was named, or the nearest `.sampan.yaml` in `cwd` or above it. */
export function readConfig(cwd: string, named: string | undefined): FoundConfig {
  const file = findProjectFile(cwd, named);
  return file === undefined
    ? { config: NO_CONFIG, directory: cwd }
    : { config: parseConfig(file.path, file.text), directory: file.directory };
}
