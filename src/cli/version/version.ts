import { readFileSync } from 'node:fs';
import { SampanError } from '../../core/errors/index.ts';

// Three folders up both from the sources and from the built files.
const PACKAGE = new URL('../../../package.json', import.meta.url);

/** The version of this Sampan (semver.org 2.0.0), as its package says. */
export function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
  throw new SampanError('internal', 'package.json has no version');
}
